//! What does not pass when a program starts.

use std::panic::catch_unwind;

use cepa_kit::cors;

fn refused(build: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let panic = catch_unwind(build).expect_err("it must not pass");
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(other) => (*other.downcast::<&str>().unwrap()).to_owned(),
    }
}

#[test]
fn credentials_with_a_rule_that_accepts_all_in_either_order() {
    let first = refused(|| drop(cors().origin_where(|_| true).credentials()));
    let second =
        refused(|| drop(cors().origin("https://a.example").credentials().origin_where(|_| true)));
    assert!(first.contains("accepts every origin"), "{first}");
    assert_eq!(first, second);
    let third =
        refused(|| drop(cors().origin_where(|_| true).credentials_for(async |_ctx| Ok(false))));
    assert_eq!(first, third);
    let _ = cors().origin_where(|origin| origin == "https://a.example").credentials();
}

#[test]
fn credentials_with_the_origin_null() {
    let text = refused(|| drop(cors().origin("null").credentials()));
    assert!(text.contains("null"), "{text}");
    refused(|| drop(cors().origin_where(|origin| origin == "null").credentials()));
}

#[test]
fn what_is_no_origin() {
    for text in [
        "*",
        "",
        "a.example",
        "https://",
        "https://a.example/path",
        "https://*",
        "https://a.*.example",
        "https://a example",
    ] {
        let message = refused(|| drop(cors().origin(text)));
        assert!(message.contains("is no origin"), "{message}");
    }
}

#[test]
fn names_that_are_no_tokens() {
    refused(|| drop(cors().allow_methods(["GET, PUT"])));
    refused(|| drop(cors().expose_headers(["a b"])));
    refused(|| drop(cors().allow_headers(["a\r\nb: c"])));
}
