//! Errors are told in the form that the client prefers, the default 404 like a thrown one.

use cepa_core::{App, Error};
use cepa_test::Client;

fn failing() -> Client {
    Client::new(App::new().with(async |_ctx, _next| {
        Err(Error::new(422, "age: must be a number").with_code("bad_age"))
    }))
}

#[tokio::test]
async fn text_by_default() {
    for accept in ["", "*/*", "text/plain", "text/plain, application/json;q=0.5"] {
        let response = failing().get("/").header("accept", accept).send().await;
        assert_eq!(response.status, 422);
        assert_eq!(response.get("content-type"), "text/plain; charset=utf-8", "{accept}");
        assert_eq!(response.text(), "age: must be a number");
        assert_eq!(response.get("vary"), "Accept");
    }
}

#[tokio::test]
async fn a_problem_for_those_who_prefer_json() {
    for accept in ["application/json", "application/problem+json", "application/*"] {
        let response = failing().get("/").header("accept", accept).send().await;
        assert_eq!(response.get("content-type"), "application/problem+json", "{accept}");
        assert_eq!(
            response.text(),
            r#"{"status":422,"title":"Unprocessable Entity","detail":"age: must be a number","code":"bad_age"}"#
        );
    }
}

#[tokio::test]
async fn an_unanswered_request_is_told_in_the_same_form() {
    let response =
        Client::new(App::new()).get("/").header("accept", "application/json").send().await;
    assert_eq!(response.status, 404);
    assert_eq!(response.text(), r#"{"status":404,"title":"Not Found"}"#);
}

#[tokio::test]
async fn a_status_that_is_no_errors_becomes_500() {
    for status in [0, 99, 200, 302, 600, 999] {
        let error = Error::new(status, "hidden");
        assert_eq!(
            (error.status().as_u16(), error.public_message()),
            (500, "Internal Server Error")
        );
    }
}

#[tokio::test]
async fn whether_the_message_is_shown_can_be_said() {
    assert_eq!(Error::new(503, "back at noon").expose(true).public_message(), "back at noon");
    assert_eq!(Error::new(400, "hidden").expose(false).public_message(), "Bad Request");
    assert_eq!(Error::new(404, "").public_message(), "Not Found");
}
