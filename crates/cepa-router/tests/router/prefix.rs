//! The prefix of a router holds for all its routes, wherever it is called, and the last one counts.

use cepa_router::Router;

use crate::Client;

#[test]
fn it_holds_for_routes_before_and_after_it() {
    let router = Router::new().get("/a", async |_| "a").prefix("/p").get("/b", async |_| "b");
    let client = Client::new(router);
    assert_eq!(client.text("/p/a").unwrap(), "a");
    assert_eq!(client.text("/p/b").unwrap(), "b");
    assert_eq!(client.text("/a"), None);
}

#[test]
fn a_second_prefix_replaces_the_first() {
    let client = Client::new(Router::new().prefix("/p").get("/a", async |_| "a").prefix("/q"));
    assert_eq!(client.text("/q/a").unwrap(), "a");
    assert_eq!(client.text("/p/a"), None);
    assert_eq!(client.text("/q/p/a"), None);
}

#[test]
fn a_slash_at_its_end_does_not_count() {
    for prefix in ["/p", "/p/"] {
        let client = Client::new(Router::new().prefix(prefix).get("/a", async |_| "a"));
        assert_eq!(client.text("/p/a").unwrap(), "a");
        assert_eq!(client.text("/p//a"), None);
    }
    let client = Client::new(Router::new().prefix("/").get("/a", async |_| "a"));
    assert_eq!(client.text("/a").unwrap(), "a");
}

#[test]
fn it_ends_at_a_slash() {
    let client = Client::new(Router::new().prefix("/api").get("{/*rest}", async |_| "in"));
    for (path, inside) in [("/api", true), ("/api/", true), ("/api/z", true), ("/apiz", false)] {
        assert_eq!(client.text(path).is_some(), inside, "{path}");
    }
}

#[test]
fn its_text_is_no_expression() {
    let client = Client::new(Router::new().prefix("/a.b").get("/x", async |_| "x"));
    assert_eq!(client.text("/a.b/x").unwrap(), "x");
    assert_eq!(client.text("/aXb/x"), None);
}
