//! What is no pattern is refused where it is registered, with what is wrong, where, and what to write.

use std::panic::{AssertUnwindSafe, catch_unwind};

use cepa_router::{Route, Router};

fn refusal(register: impl FnOnce() -> Router) -> String {
    let payload = catch_unwind(AssertUnwindSafe(register)).expect_err("it was accepted");
    payload.downcast_ref::<String>().expect("a message").clone()
}

#[test]
fn each_mistake_has_its_message() {
    let instead = |c: char| format!("`\\{c}` for the character itself");
    let count =
        |at: usize| format!("bad count at index {at}; write {{3}}, {{2,4}} or {{2,}}, at least 1");
    let table = [
        (
            "/a?",
            format!(
                "unexpected `?` at index 2; write `{{/:name}}` for an optional part, or {}",
                instead('?')
            ),
        ),
        (
            "/:id+",
            format!(
                "unexpected `+` at index 4; write `*name` for one or more segments, or {}",
                instead('+')
            ),
        ),
        (
            "/(a)",
            format!(
                "unexpected `(` at index 1; patterns hold no regular expressions, write {}",
                instead('(')
            ),
        ),
        (
            "/a)",
            format!(
                "unexpected `)` at index 2; patterns hold no regular expressions, write {}",
                instead(')')
            ),
        ),
        ("/[", format!("unexpected `[` at index 1; write {}", instead('['))),
        ("/]", format!("unexpected `]` at index 1; write {}", instead(']'))),
        ("/é!", format!("unexpected `!` at index 2; write {}", instead('!'))),
        ("/a}", format!("unexpected `}}` at index 2; write {}", instead('}'))),
        ("/a{/b", "unexpected end at index 5, expected `}`".to_owned()),
        ("/a\\", "unexpected end after `\\` at index 2".to_owned()),
        ("/:", format!("missing parameter name at index 2; write {}", instead(':'))),
        ("/:1", format!("missing parameter name at index 2; write {}", instead(':'))),
        ("/*", format!("missing parameter name at index 2; write {}", instead('*'))),
        ("/:\"\"", format!("missing parameter name at index 2; write {}", instead(':'))),
        ("/:\"ab", "unterminated quote at index 2".to_owned()),
        ("/:a:b", "missing text between the parameters \"a\" and \"b\"".to_owned()),
        ("/:a{:b}", "missing text between the parameters \"a\" and \"b\"".to_owned()),
        ("/:a*b", "missing text between the parameters \"a\" and \"b\"".to_owned()),
        ("/:a/:a", "the parameter \"a\" stands in it twice; rename one of them".to_owned()),
        (
            "/*id<u64>",
            "unexpected `<` at index 4; a wildcard has no constraint; write `\\<` for the \
             character itself"
                .to_owned(),
        ),
        (
            "/:id<int>",
            "unknown constraint \"int\" at index 5; there are u8 to u128, i8 to i128, uuid, alpha, \
             alnum, hex, and classes such as [a-z0-9-]"
                .to_owned(),
        ),
        ("/:id<u64", "expected `>` at index 8".to_owned()),
        ("/:id<u64/x>", "expected `>` at index 8".to_owned()),
        ("/:id<[a-z", "unexpected end at index 9, expected `]`".to_owned()),
        ("/:id<[a\\", "unexpected end at index 7, expected `]`".to_owned()),
        ("/:id<[]>", "the class at index 5 holds nothing".to_owned()),
        ("/:id<[^a]>", "unexpected `^` at index 6; write `\\^` for it".to_owned()),
        ("/:id<[z-a]>", "the range `z-a` is backwards before index 9".to_owned()),
        ("/:id<[a]{0}>", count(8)),
        ("/:id<[a]{3,2}>", count(8)),
        ("/:id<[a]{x}>", count(8)),
        ("/:id<[a]{3", count(8)),
        ("users", "it must begin with `/`".to_owned()),
        (":id", "it must begin with `/`".to_owned()),
        ("{a}/b", "it must begin with `/`".to_owned()),
    ];
    for (pattern, problem) in table {
        let message = refusal(move || Router::new().get(pattern, async |_| ""));
        assert_eq!(message, format!("bad path pattern {pattern:?}: {problem}"));
    }
}

#[test]
fn combinations_of_optional_parts_are_bounded() {
    let eight = "{/a}".repeat(8);
    assert_eq!(Router::new().get(&eight, async |_| "").routes().len(), 1);
    let nine = "{/a}".repeat(9);
    let message = refusal(move || Router::new().get(&nine, async |_| ""));
    assert!(message.contains("more than 256 combinations"), "{message}");
    let mount = refusal(|| {
        Router::new().nest(&"{/b}".repeat(4), Router::new().get(&"{/a}".repeat(5), async |_| ""))
    });
    assert!(mount.contains("more than 256 combinations"), "{mount}");
}

#[test]
fn optional_parts_do_not_nest_without_end() {
    let deep = format!("/a{}{}", "{/b".repeat(100_000), "}".repeat(100_000));
    let message = refusal(move || Router::new().get(&deep, async |_| ""));
    assert!(message.contains("nest too deep at index"), "{}", &message[message.len() - 60..]);
}

#[test]
fn the_line_of_the_program_is_named() {
    let before = line!();
    let router = Router::new().get("/a", async |_| "").route("/b", Route::new().put(async |_| ""));
    let at = router.routes()[0].location();
    assert_eq!((at.file().ends_with("pattern_errors.rs"), at.line()), (true, before + 1));
}

#[test]
fn prefixes_are_checked_with_their_paths() {
    let late = refusal(|| Router::new().get("/:id", async |_| "").prefix("/users/:id"));
    assert!(late.contains("\"/users/:id/:id\"") && late.contains("twice"), "{late}");
    let early = refusal(|| Router::new().prefix("/users/:id").get("/:id", async |_| ""));
    assert_eq!(early, late);
    let child = Router::new().get("/:id", async |_| "");
    let nested = refusal(move || Router::new().nest("/users/:id", child));
    assert_eq!(nested, late);
}

#[test]
fn a_route_needs_a_handler_and_a_method_must_be_a_token() {
    let message = refusal(|| Router::new().route("/a", Route::new()));
    assert_eq!(message, "the route \"/a\" has no handler: Route::get and the like add one");
    let payload = catch_unwind(|| Router::new().on("NO METHOD", "/", async |_| "")).unwrap_err();
    assert!(payload.downcast_ref::<&str>().unwrap().contains("must be a token"));
}
