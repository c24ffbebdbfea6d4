//! Types: from extensions, with a charset where one belongs; set by hand or derived from the body.

use bytes::Bytes;
use cepa_core::http::{HeaderValue, Method};
use cepa_core::{App, Body, Json, Request};
use cepa_test::Client;

async fn type_for(kind: &'static str) -> String {
    let app = App::new().with(async move |ctx, _next| {
        ctx.set_body(Bytes::new())?;
        ctx.set_type(kind)
    });
    Client::new(app).get("/").send().await.get("content-type").to_owned()
}

#[tokio::test]
async fn types_by_extension_and_name() {
    for (kind, expected) in [
        ("html", "text/html; charset=utf-8"),
        (".html", "text/html; charset=utf-8"),
        ("text/html", "text/html; charset=utf-8"),
        ("text/html; charset=latin1", "text/html; charset=latin1"),
        ("json", "application/json; charset=utf-8"),
        ("application/json", "application/json; charset=utf-8"),
        ("js", "text/javascript; charset=utf-8"),
        ("css", "text/css; charset=utf-8"),
        ("txt", "text/plain; charset=utf-8"),
        ("md", "text/markdown; charset=utf-8"),
        ("png", "image/png"),
        ("photo.of.an.onion.png", "image/png"),
        ("svg", "image/svg+xml"),
        ("wasm", "application/wasm"),
        ("mjs", "text/javascript; charset=utf-8"),
        ("ico", "image/vnd.microsoft.icon"),
        ("yml", "text/yaml; charset=utf-8"),
        ("XML", "application/xml"),
        ("map", "application/json; charset=utf-8"),
        ("ts", "video/mp2t"),
        ("woff", "font/woff"),
        ("application/problem+json", "application/problem+json"),
        ("no-such-extension", ""),
        ("", ""),
    ] {
        assert_eq!(type_for(kind).await, expected, "{kind:?}");
    }
}

#[tokio::test]
async fn a_derived_type_gives_way_to_the_next_body() {
    let app = App::new().with(async |ctx, _next| {
        ctx.set_body(Json(1))?;
        ctx.set_body("text after all")
    });
    let response = Client::new(app).get("/").send().await;
    assert_eq!(response.get("content-type"), "text/plain; charset=utf-8");
}

#[tokio::test]
async fn json_after_text_is_labelled_as_json() {
    let app = App::new().with(async |ctx, _next| {
        ctx.set_body("text")?;
        ctx.set_body(Json([1]))
    });
    let response = Client::new(app).get("/").send().await;
    assert_eq!(response.get("content-type"), "application/json; charset=utf-8");
}

#[tokio::test]
async fn a_type_that_was_set_stays() {
    let app = App::new().with(async |ctx, _next| {
        ctx.set_type("css")?;
        ctx.set_body("<a> { }")
    });
    let response = Client::new(app).get("/").send().await;
    assert_eq!(response.get("content-type"), "text/css; charset=utf-8");
}

#[tokio::test]
async fn json_replaces_a_type_that_is_no_json_and_keeps_one_that_is() {
    for (set, expected) in [
        ("text/html", "application/json; charset=utf-8"),
        ("application/ld+json", "application/ld+json"),
    ] {
        let app = App::new().with(async move |ctx, _next| {
            ctx.set_type(set)?;
            ctx.set_body(Json(1))
        });
        assert_eq!(Client::new(app).get("/").send().await.get("content-type"), expected);
    }
}

#[tokio::test]
async fn the_type_of_a_request_is_matched_by_patterns() {
    for (actual, patterns, expected) in [
        ("application/json; charset=utf-8", &["html", "json"][..], Some("json")),
        ("application/vnd.api+json", &["json", "+json"], Some("+json")),
        ("application/json", &["+json"], None),
        ("image/png", &["image/*"], Some("image/*")),
        ("application/x-www-form-urlencoded", &["urlencoded"], Some("urlencoded")),
        ("multipart/form-data; boundary=x", &["multipart"], Some("multipart")),
        ("TEXT/HTML", &["text/html"], Some("text/html")),
        ("nonsense", &["*/*"], None),
        ("text/", &["text/*"], None),
    ] {
        let app = App::new().with(async move |ctx, _next| {
            let found = ctx.is(patterns).unwrap_or("none");
            ctx.set_body(found)
        });
        let response = Client::new(app).post("/").header("content-type", actual).send().await;
        assert_eq!(response.text(), expected.unwrap_or("none"), "{actual}");
    }
}

#[tokio::test]
async fn a_request_without_a_body_has_no_type() {
    let app = App::new().with(async |ctx, _next| {
        let is_json = ctx.is(&["json"]).is_some();
        ctx.set_body(is_json.to_string())
    });
    let app = app.callback();
    for (length, expected) in [(None, "false"), (Some("0"), "true")] {
        let mut request = Request::new(Method::POST, "/");
        request.body = Body::empty();
        request.headers.insert("content-type", HeaderValue::from_static("application/json"));
        if let Some(length) = length {
            request.headers.insert("content-length", HeaderValue::from_static(length));
        }
        let response = app.handle(request).await;
        assert_eq!(response.body().as_bytes().unwrap(), expected, "{length:?}");
    }
}
