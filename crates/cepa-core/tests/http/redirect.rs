//! Redirects: where to, in which words, and where never.

use cepa_core::App;
use cepa_test::{Client, Response};

async fn redirect(url: &'static str, accept: &str) -> Response {
    let app = App::new().with(async move |ctx, _next| ctx.redirect(url));
    Client::new(app).get("/").header("accept", accept).send().await
}

#[tokio::test]
async fn location_and_body() {
    let response = redirect("/login?next=<a>", "text/html").await;
    assert_eq!(response.status, 302);
    assert_eq!(response.get("location"), "/login?next=%3Ca%3E");
    assert_eq!(response.get("content-type"), "text/html; charset=utf-8");
    assert_eq!(response.text(), "Redirecting to /login?next=&lt;a&gt;.");
    let response = redirect("/login", "text/plain, text/html;q=0.1").await;
    assert_eq!(response.get("content-type"), "text/html; charset=utf-8", "HTML is taken");
    let response = redirect("/login", "text/plain").await;
    assert_eq!(response.get("content-type"), "text/plain; charset=utf-8");
    assert_eq!(response.text(), "Redirecting to /login.");
}

#[tokio::test]
async fn locations_are_made_safe_for_a_header() {
    for (url, expected) in [
        ("/x%20y%zz", "/x%20y%25zz"),
        ("/café", "/caf%C3%A9"),
        ("/a b", "/a%20b"),
        ("https://example.com/?a=[b]", "https://example.com/?a=[b]"),
        ("../up", "../up"),
        ("https://good.example\\@evil.example", "https://good.example/@evil.example"),
        ("/search?q=a\\b", "/search?q=a%5Cb"),
    ] {
        assert_eq!(redirect(url, "*/*").await.get("location"), expected);
    }
}

#[tokio::test]
async fn targets_that_no_program_means_are_refused() {
    for url in [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        " javascript:alert(1)",
        "data:text/html,x",
        "/a\r\nset-cookie: x=y",
        "/a\0",
    ] {
        let response = redirect(url, "*/*").await;
        assert_eq!(response.status, 500, "{url:?}");
        assert_eq!(response.get("location"), "");
    }
}

#[tokio::test]
async fn a_status_of_redirection_stays() {
    for (set, expected) in [(301, 301), (303, 303), (308, 308), (200, 302), (304, 302)] {
        let app = App::new().with(async move |ctx, _next| {
            ctx.set_status(set);
            ctx.redirect("/")
        });
        assert_eq!(Client::new(app).get("/").send().await.status, expected);
    }
}

#[tokio::test]
async fn back_follows_the_referrer_within_the_same_origin_only() {
    for (referrer, expected) in [
        ("http://127.0.0.1/page?x", "/page?x"),
        ("http://127.0.0.1", "/"),
        ("https://127.0.0.1/page", "/home"),
        ("http://127.0.0.1.evil.example/", "/home"),
        ("http://127.0.0.1:81/", "/home"),
        ("http://127.0.0.1//evil.example", "/home"),
        ("http://127.0.0.1@evil.example/", "/home"),
        ("not a url", "/home"),
        ("", "/home"),
    ] {
        let app = App::new().with(async |ctx, _next| ctx.back("/home"));
        let response = Client::new(app).get("/x").header("referer", referrer).send().await;
        assert_eq!(response.get("location"), expected, "{referrer}");
    }
}
