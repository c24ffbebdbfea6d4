//! What a request says of itself, and what can be rewritten of it.

use cepa_core::http::Method;
use cepa_core::{App, Request};
use cepa_test::Client;

fn request(target: &str, headers: &[(&'static str, &'static str)]) -> Request {
    let mut request = Request::new(Method::GET, target);
    for (name, value) in headers {
        request.headers.insert(*name, value.parse().unwrap());
    }
    request
}

#[test]
fn host_and_url() {
    let request = request("/a?b=c", &[("host", "red.onions.example.com:8080")]);
    assert_eq!(request.host(), "red.onions.example.com:8080");
    assert_eq!(request.hostname(), "red.onions.example.com");
    assert_eq!(request.subdomains(2), ["onions", "red"]);
    assert_eq!(request.href(), "http://red.onions.example.com:8080/a?b=c");
    assert_eq!((request.protocol(), request.is_secure()), ("http", false));
    assert!(request.ip().is_none() && request.ips().is_empty());
}

#[test]
fn the_url_of_an_absolute_target_is_that_target() {
    let request = request("http://onions.example/a?b", &[("host", "other.example")]);
    assert_eq!(request.href(), "http://onions.example/a?b");
}

#[test]
fn type_charset_and_length() {
    let typed =
        request("/", &[("content-type", "Text/HTML; Charset=UTF-8"), ("content-length", "12")]);
    assert_eq!(typed.content_type(), Some("Text/HTML"));
    assert_eq!(typed.charset(), Some("UTF-8"));
    assert_eq!(typed.length(), Some(12));
    let bare = request("/", &[("content-length", "twelve")]);
    assert_eq!((bare.content_type(), bare.charset(), bare.length()), (None, None, None));
}

#[test]
fn preferences_of_any_field() {
    let request = request("/", &[("accept-language", "fr;q=0.5, en"), ("accept", "*/*")]);
    assert_eq!(request.preferences("accept-language"), ["en", "fr"]);
    assert_eq!(request.preferences("accept"), ["*/*"]);
    assert!(request.preferences("accept-charset").is_empty());
}

#[test]
fn the_query_is_written_as_forms_are() {
    let mut request = request("/a?b=c", &[]);
    request.set_query([("q", "red onion"), ("q", "50%"), ("é", "")]);
    assert_eq!(request.url(), "/a?q=red+onion&q=50%25&%C3%A9=");
    assert_eq!(request.original_url(), "/a?b=c");
    request.set_query::<&str, &str>([]);
    assert_eq!(request.url(), "/a");
}

#[tokio::test]
async fn assertions_fail_with_their_status() {
    let app = App::new().with(async |ctx, _next| {
        ctx.assert(ctx.query::<String>("user")?.is_some(), 401, "who are you?")?;
        ctx.set_body("welcome")
    });
    let client = Client::new(app);
    assert_eq!(client.get("/?user=ada").send().await.text(), "welcome");
    let refused = client.get("/").send().await;
    assert_eq!((refused.status.as_u16(), refused.text()), (401, "who are you?"));
}
