//! `redirect`: to another path or URL, with parameters and query.

use cepa_core::http::Method;
use cepa_core::{App, Request};
use cepa_router::Router;

/// Status and `Location`.
fn send(router: &Router, method: Method, target: &str) -> (u16, String) {
    let app = App::new().plug(router.clone()).callback();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let response = runtime.block_on(app.handle(Request::new(method, target)));
    let location = response.headers().get("location").map(|value| value.to_str().unwrap());
    (response.status().as_u16(), location.unwrap_or_default().to_owned())
}

#[test]
fn each_form_leads_where_it_says() {
    for (from, to, target, expected) in [
        ("/old", "/new", "/old", "/new"),
        ("/old", "/new", "/old?a=1&b=%20", "/new?a=1&b=%20"),
        ("/", "/home", "/", "/home"),
        ("/o/:id", "/n/:id", "/o/7?x", "/n/7?x"),
        ("/o/:id", "/n/:id", "/o/a%2Fb%20c", "/n/a%2Fb%20c"),
        ("/:a/:b", "/:b/:a", "/1/2", "/2/1"),
        ("/o/*path", "/n/*path", "/o/a/b%20c", "/n/a/b%20c"),
        ("/o{/:page}", "/n{/:page}", "/o", "/n"),
        ("/o{/:page}", "/n{/:page}", "/o/2", "/n/2"),
        ("/o", "https://new.example", "/o", "https://new.example/"),
        ("/o", "https://new.example:1/x", "/o?q", "https://new.example:1/x?q"),
        ("/o{/*path}", "https://new.example{/*path}", "/o/a/b", "https://new.example/a/b"),
        // What would be read as another host.
        ("/o/*path", "/*path", "/o//evil.example", "/evil.example"),
        ("/o/*path", "/*path", "/o/%5Cevil.example", "/%5Cevil.example"),
        ("/o/*path", "/*path", "/o/%2Fevil.example", "/evil.example"),
        ("/o/:x", "/:x", "/o/%2Fevil.example", "/%2Fevil.example"),
        ("/o/:x", "/n/:x", "/o/%0D%0Aset-cookie:a", "/n/%0D%0Aset-cookie%3Aa"),
    ] {
        let router = Router::new().redirect(from, to, 301);
        let found = send(&router, Method::GET, target);
        assert_eq!(found, (301, expected.to_owned()), "{from} to {to} for {target}");
    }
}

#[test]
fn the_status_is_the_one_that_was_given_for_every_method() {
    for status in [301, 302, 303, 307, 308] {
        let router = Router::new().redirect("/old", "/new", status);
        for method in [Method::GET, Method::HEAD, Method::POST, Method::DELETE] {
            assert_eq!(send(&router, method, "/old"), (status, "/new".to_owned()));
        }
    }
}

#[test]
fn the_prefix_stands_before_the_path_and_not_before_the_target() {
    let inner = Router::new().prefix("/in").redirect("/:id", "/to/:id", 302);
    let router = Router::new().nest("/out", inner);
    assert_eq!(send(&router, Method::GET, "/out/in/7"), (302, "/to/7".to_owned()));
}

#[test]
fn what_has_no_target_is_not_found() {
    let router =
        Router::new().redirect("/o/*path", "/n/*path", 301).redirect("/u/:id", "/v/:id<u8>", 301);
    assert_eq!(send(&router, Method::GET, "/o/a/../b").0, 404);
    assert_eq!(send(&router, Method::GET, "/o/%2e%2e").0, 404);
    assert_eq!(send(&router, Method::GET, "/u/256").0, 404);
    assert_eq!(send(&router, Method::GET, "/u/%zz").0, 400);
}

#[test]
fn mistakes_are_refused_where_they_are_written() {
    for (from, to, status, part) in [
        ("/a", "/b/:id", 301, "needs \"id\""),
        ("/a{/:id}", "/b/:id", 301, "does not always have"),
        ("/a", "/b", 200, "has the status"),
        ("/a", "/b", 304, "has the status"),
        ("/a", "b", 301, "must begin with `/`"),
        ("/a", "javascript:alert", 301, "bad path pattern"),
        ("/a", "https:///x", 301, "has no host"),
        ("/a?", "/b", 301, "unexpected `?`"),
    ] {
        let register = || Router::new().redirect(from, to, status);
        let refused = std::panic::catch_unwind(register).unwrap_err();
        let message = refused.downcast_ref::<String>().unwrap();
        assert!(message.contains(part), "{from} to {to}: {message}");
    }
}
