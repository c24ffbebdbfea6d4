//! An expectation that does not hold says which request, what was expected, and what came.

use cepa_core::{App, Json};
use cepa_test::{Client, Response};
use serde_json::json;

use crate::panic_of;

async fn answer() -> Response {
    let client = Client::new(App::new().with(async |ctx, _next| {
        ctx.set("x-onion", "red")?;
        ctx.set_status(201);
        ctx.set_body(Json(json!({ "users": [{ "name": "Ana" }, { "name": "Bo" }] })))
    }));
    client.post("/users?page=1").await
}

#[tokio::test]
async fn what_holds_is_passed_on() {
    let users = json!({ "users": [{ "name": "Ana" }, { "name": "Bo" }] });
    let answer = answer().await;
    let answer = answer.expect_status(201).expect_header("x-onion", "red");
    answer.expect_no_header("x-leek").expect_json(users).expect_golden("tests/golden/users.txt");
}

#[tokio::test]
async fn a_message_shows_request_expectation_and_answer() {
    let answer = answer().await;
    let told = panic_of(|| drop(answer.expect_status(200)));
    cepa_test::golden("tests/golden/expect_status.txt", &told);
}

#[tokio::test]
async fn every_expectation_has_a_message() {
    let answer = answer().await;
    let told = |expectation: fn(Response) -> Response| {
        let answer = answer.clone();
        let told = panic_of(|| drop(expectation(answer)));
        told.lines().next().unwrap().to_owned()
    };
    for (expectation, message) in [
        (
            (|answer| answer.expect_header("x-onion", "white")) as fn(Response) -> Response,
            r#"expected x-onion: "white", got ["red"]"#,
        ),
        (|answer| answer.expect_header("x-leek", ""), r#"expected x-leek: "", got none"#),
        (|answer| answer.expect_no_header("x-onion"), r#"expected no x-onion, got Some("red")"#),
        (|answer| answer.expect_text("red"), r#"expected the text "red""#),
        (
            |answer| answer.expect_json(json!({ "users": [{ "name": "Ana" }, { "name": "Bob" }] })),
            r#"expected .users[1].name to be "Bob", got "Bo""#,
        ),
        (|answer| answer.expect_json(json!({ "user": 1 })), "expected .user to be there"),
        (|answer| answer.expect_json(json!({})), "expected no .users"),
        (
            |answer| answer.expect_json(json!({ "users": [] })),
            r#"expected .users to be [], got [{"name":"Ana"},{"name":"Bo"}]"#,
        ),
        (
            |answer| answer.expect_json(7),
            r#"expected the body to be 7, got {"users":[{"name":"Ana"},{"name":"Bo"}]}"#,
        ),
    ] {
        assert_eq!(told(expectation), format!("POST /users?page=1: {message}"));
    }
}

#[tokio::test]
async fn json_must_say_that_it_is() {
    let client = Client::new(App::new().with(async |ctx, _next| ctx.set_body("7")));
    let answer = client.get("/").await;
    let told = panic_of(|| drop(answer.expect_json(7)));
    assert!(told.contains("expected JSON, got the type \"text/plain; charset=utf-8\""), "{told}");
}
