//! Text matches in any case, values keep theirs; a sensitive router tells upper from lower case.

use cepa_router::Router;

use crate::{Client, captures};

#[test]
fn text_matches_in_any_case_and_values_keep_theirs() {
    for path in ["/Users/Ana", "/USERS/Ana", "/users/Ana"] {
        assert_eq!(captures(Router::new(), "/useRs/:id", path, &["id"]).unwrap(), ["id=Ana"]);
    }
    for path in ["/V2X/END", "/v2x/end"] {
        assert_eq!(captures(Router::new(), "/v:a\\x/end", path, &["a"]).unwrap(), ["a=2"]);
    }
    assert!(captures(Router::new(), "/*a/End", "/x/eND", &["a"]).is_some());
}

#[test]
fn only_ascii_letters_have_a_case() {
    assert!(captures(Router::new(), "/é", "/%C3%A9", &[]).is_some());
    assert!(captures(Router::new(), "/É", "/%C3%A9", &[]).is_none());
}

#[test]
fn a_sensitive_router_tells_them_apart() {
    let client = Client::new(
        Router::new()
            .sensitive()
            .get("/Users", async |_| "upper")
            .get("/users", async |_| "lower")
            .get("/v:a\\X", async |ctx| ctx.param::<String>("a"))
            .get("/t/*a/End", async |_| "tail"),
    );
    assert_eq!(client.text("/Users").unwrap(), "upper");
    assert_eq!(client.text("/users").unwrap(), "lower");
    assert_eq!(client.text("/USERS"), None);
    assert_eq!(client.text("/v2X").unwrap(), "2");
    assert_eq!(client.text("/v2x"), None);
    assert_eq!(client.text("/t/1/End").unwrap(), "tail");
    assert_eq!(client.text("/t/1/end"), None);
}

#[test]
fn hex_digits_of_an_escape_have_no_case_even_then() {
    for pattern in ["/caf%c3%a9", "/caf%C3%A9", "/café"] {
        for path in ["/caf%c3%a9", "/caf%C3%A9", "/caf%c3%A9"] {
            assert!(captures(Router::new().sensitive(), pattern, path, &[]).is_some());
        }
        assert!(captures(Router::new().sensitive(), pattern, "/Caf%C3%A9", &[]).is_none());
    }
    assert!(captures(Router::new().sensitive(), "/%25ab", "/%25AB", &[]).is_none());
}

#[test]
fn sensitivity_holds_for_prefixes_and_nested_routers_wherever_it_is_asked_for() {
    let child = || Router::new().get("/B", async |_| "b");
    let client = Client::new(Router::new().prefix("/A").nest("/N", child()).sensitive());
    assert_eq!(client.text("/A/N/B").unwrap(), "b");
    for path in ["/a/N/B", "/A/n/B", "/A/N/b"] {
        assert_eq!(client.text(path), None, "{path}");
    }
    let client = Client::new(Router::new().prefix("/A").nest("/N", child().sensitive()));
    assert_eq!(client.text("/a/n/B").unwrap(), "b");
    assert_eq!(client.text("/a/n/b"), None);
}

#[test]
fn a_sensitive_route_and_one_that_is_not_stand_side_by_side() {
    let exact = Router::new().sensitive().get("/Api/:x", async |_| "exact");
    let router = Router::new().nest("", exact).get("/api/:x", async |_| "any");
    let client = Client::new(router);
    assert_eq!(client.text("/Api/1").unwrap(), "exact");
    assert_eq!(client.text("/API/1").unwrap(), "any");
}
