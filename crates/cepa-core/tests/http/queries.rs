//! One parameter of the query, as text or as a type.

use cepa_core::App;
use cepa_test::Client;

fn app() -> Client {
    Client::new(App::new().with(async |ctx, _next| {
        let page: u32 = ctx.query("page")?.unwrap_or(1);
        let text: Option<String> = ctx.query("text")?;
        ctx.set_body(format!("{page} {text:?}"))
    }))
}

#[tokio::test]
async fn the_first_value_is_decoded_and_parsed() {
    for (target, expected) in [
        ("/", "1 None"),
        ("/?page=7&page=x&text=red+%C3%A9", "7 Some(\"red é\")"),
        ("/?page=%37", "7 None"),
        // A form's field that nobody filled in.
        ("/?page=&text=", "1 Some(\"\")"),
        ("/?page", "1 None"),
    ] {
        assert_eq!(app().get(target).send().await.text(), expected, "{target}");
    }
}

#[tokio::test]
async fn what_does_not_fit_is_a_400_that_says_so() {
    for value in ["x", "-1", "1.5", "+", "4294967296"] {
        let response = app().get(&format!("/?page={value}")).send().await;
        assert_eq!(response.status, 400, "{value}");
        assert!(response.text().starts_with("\"page\" of the query does not fit: "), "{value}");
    }
    let problem = app().get("/?page=x").header("accept", "application/json").send().await;
    assert!(problem.text().contains("\"code\":\"bad_query\""), "{}", problem.text());
}
