//! What is sent for what a handler left: one row a case, for GET and for HEAD.

use bytes::Bytes;
use cepa_core::{App, Body, Json, Result};
use cepa_test::Client;

/// status, content type, content length, body
type Sent = (u16, &'static str, &'static str, &'static str);

const TEXT: &str = "text/plain; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json; charset=utf-8";
const OCTETS: &str = "application/octet-stream";

async fn sends(app: App, expected: Sent) {
    let client = Client::new(app);
    let get = client.get("/").send().await;
    let sent =
        (get.status.as_u16(), get.get("content-type"), get.get("content-length"), get.text());
    assert_eq!(sent, expected);
    let head = client.head("/").send().await;
    assert_eq!(head.text(), "", "HEAD has no body");
    let same = (head.status.as_u16(), head.get("content-type"), head.get("content-length"));
    assert_eq!(same, (expected.0, expected.1, expected.2), "HEAD sends what GET would");
}

fn answers(body: impl cepa_core::IntoBody + Clone + Send + Sync + 'static) -> App {
    App::new().with(async move |ctx, _next| ctx.set_body(body))
}

fn status(status: u16) -> App {
    App::new().with(async move |ctx, _next| {
        ctx.set_status(status);
        Ok(())
    })
}

#[tokio::test]
async fn bodies_by_value() {
    sends(answers("plain"), (200, TEXT, "5", "plain")).await;
    sends(answers(" \n<p>hi"), (200, HTML, "7", " \n<p>hi")).await;
    sends(answers(String::from("é")), (200, TEXT, "2", "é")).await;
    sends(answers(""), (200, TEXT, "0", "")).await;
    sends(answers(Bytes::from_static(b"bits")), (200, OCTETS, "4", "bits")).await;
    sends(answers(vec![b'v']), (200, OCTETS, "1", "v")).await;
    sends(answers(Json([1, 2])), (200, JSON, "5", "[1,2]")).await;
    sends(answers(Json(None::<u8>)), (200, JSON, "4", "null")).await;
    sends(answers(Json(false)), (200, JSON, "5", "false")).await;
    sends(answers(()), (204, "", "", "")).await;
}

#[tokio::test]
async fn statuses_alone() {
    sends(App::new(), (404, TEXT, "9", "Not Found")).await;
    sends(status(200), (200, TEXT, "2", "OK")).await;
    sends(status(201), (201, TEXT, "7", "Created")).await;
    sends(status(418), (418, TEXT, "12", "I'm a Teapot")).await;
    sends(status(299), (299, TEXT, "3", "299")).await;
    for empty in [204, 205, 304] {
        sends(status(empty), (empty, "", "", "")).await;
    }
}

#[tokio::test]
async fn emptiness_on_purpose_is_204_unless_a_status_was_set() {
    let empty = App::new().with(async |ctx, _next| ctx.set_body(Body::empty()));
    sends(empty, (204, "", "", "")).await;
    let explicit = App::new().with(async |ctx, _next| {
        ctx.set_status(200);
        ctx.set_body(Body::empty())
    });
    sends(explicit, (200, "", "0", "")).await;
}

#[tokio::test]
async fn of_several_bodies_the_last_one_brings_the_status() {
    let emptied = App::new().with(async |ctx, _next| {
        ctx.set_body("dropped")?;
        ctx.set_body(Body::empty())
    });
    sends(emptied, (204, "", "", "")).await;
    let filled = App::new().with(async |ctx, _next| {
        ctx.set_body(Body::empty())?;
        ctx.set_body("sent")
    });
    sends(filled, (200, TEXT, "4", "sent")).await;
}

#[tokio::test]
async fn a_status_without_content_drops_the_body_whichever_comes_first() {
    let body_first = App::new().with(async |ctx, _next| {
        ctx.set_body("dropped")?;
        ctx.set_status(204);
        Ok(())
    });
    sends(body_first, (204, "", "", "")).await;
    let status_first = App::new().with(async |ctx, _next| {
        ctx.set_status(304);
        ctx.set_body("dropped")
    });
    sends(status_first, (304, "", "", "")).await;
}

#[tokio::test]
async fn a_status_that_was_set_stays() {
    let app = App::new().with(async |ctx, _next| {
        ctx.set_status(202);
        ctx.set_body("later")
    });
    sends(app, (202, TEXT, "5", "later")).await;
}

#[tokio::test]
async fn a_declared_length_never_differs_from_the_bytes() {
    let app = App::new().with(async |ctx, _next| {
        ctx.set_body("four")?;
        ctx.response.set_length(3);
        Ok(())
    });
    sends(app, (200, TEXT, "4", "four")).await;
}

#[tokio::test]
async fn framing_is_not_the_handlers_to_choose() {
    let app = App::new().with(async |ctx, _next| {
        ctx.set("transfer-encoding", "chunked")?;
        ctx.set_body("whole")
    });
    let response = Client::new(app).get("/").send().await;
    assert_eq!((response.get("transfer-encoding"), response.get("content-length")), ("", "5"));
}

#[tokio::test]
async fn endpoints_return_bodies_and_results_of_bodies() {
    async fn check<R: cepa_core::IntoBody + Send + 'static>(
        value: impl Fn() -> R + Clone + Send + Sync + 'static,
        expected: (u16, &'static str),
    ) {
        let app = App::new().plug(cepa_core::Stack::new().endpoint(async move |_ctx| value()));
        let response = Client::new(app).get("/").send().await;
        assert_eq!((response.status.as_u16(), response.text()), expected);
    }
    check(|| "text", (200, "text")).await;
    check(|| Ok::<_, cepa_core::Error>("fine"), (200, "fine")).await;
    check(|| -> Result<String> { Err(cepa_core::Error::new(400, "bad")) }, (400, "bad")).await;
    check(|| (), (204, "")).await;
    check(|| Some("found"), (200, "found")).await;
    check(|| None::<String>, (404, "Not Found")).await;
    check(|| Ok::<_, cepa_core::Error>(None::<String>), (404, "Not Found")).await;
    check(|| serde_json::json!({ "a": [1, null] }), (200, r#"{"a":[1,null]}"#)).await;
}

#[tokio::test]
async fn an_endpoint_that_returns_nothing_keeps_what_it_set() {
    let app = App::new().plug(cepa_core::Stack::new().endpoint(async |ctx| {
        ctx.set_status(201);
    }));
    let response = Client::new(app).get("/").send().await;
    assert_eq!((response.status.as_u16(), response.text()), (201, "Created"));
}
