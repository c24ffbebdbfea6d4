//! Target, path and query: what was received, and what middleware makes of it.

use cepa_core::http::Method;
use cepa_core::{App, Request};
use cepa_test::Client;

#[test]
fn parts_of_a_target() {
    let request = Request::new(Method::GET, "/caf%C3%A9/x?b=c?d=e&f");
    assert_eq!(request.path(), "/caf%C3%A9/x");
    assert_eq!(request.query_string(), "b=c?d=e&f");
    assert_eq!(request.url(), "/caf%C3%A9/x?b=c?d=e&f");
}

#[test]
fn queries_are_read_by_the_rules_of_forms() {
    let request = Request::new(Method::GET, "/?a=1&a=2&b=x+y&c=%C3%A9&d=%zz&e&=v&&a[]=n&p=1%2B1");
    let query: Vec<(String, String)> = request.query().collect();
    let expected = [
        ("a", "1"),
        ("a", "2"),
        ("b", "x y"),
        ("c", "é"),
        ("d", "%zz"),
        ("e", ""),
        ("", "v"),
        ("a[]", "n"),
        ("p", "1+1"),
    ];
    let expected: Vec<(String, String)> =
        expected.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    assert_eq!(query, expected);
    assert_eq!(request.query_value("a").as_deref(), Some("1"));
    assert_eq!(request.query_value("none"), None);
}

#[test]
fn rewriting_keeps_the_original() {
    let mut request = Request::new(Method::GET, "/old?x=1");
    request.set_path("/new/?#");
    assert_eq!(request.url(), "/new/%3F%23?x=1");
    request.set_query_string("?y=2#");
    assert_eq!(request.url(), "/new/%3F%23?y=2%23");
    request.set_query_string("");
    assert_eq!(request.url(), "/new/%3F%23");
    assert_eq!(request.original_url(), "/old?x=1");
}

#[test]
fn the_path_that_it_has_already_changes_nothing() {
    for target in ["/a?", "/a?x=1", "/a%20b"] {
        let mut request = Request::new(Method::GET, target);
        let path = request.path().to_owned();
        request.set_path(&path);
        assert_eq!(request.url(), target);
    }
    let mut lone = Request::new(Method::GET, "/a?");
    lone.set_path("/b");
    assert_eq!(lone.url(), "/b?");
}

#[tokio::test]
async fn hosts() {
    for (host, hostname) in [
        ("example.com", "example.com"),
        ("example.com:8080", "example.com"),
        ("[::1]:8080", "[::1]"),
        ("[::1]", "[::1]"),
    ] {
        let app = App::new().with(async |ctx, _next| {
            let both = format!("{} {}", ctx.host(), ctx.request.hostname());
            ctx.set_body(both)
        });
        let response = Client::new(app).get("/").header("host", host).send().await;
        assert_eq!(response.text(), format!("{host} {hostname}"));
    }
}
