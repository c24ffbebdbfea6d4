//! `host`: a router that answers for some hosts only.

use cepa_core::http::{HeaderValue, Method};
use cepa_core::{App, Request};
use cepa_router::Router;

/// Status and body of a request to this host; without a `Host` when it is empty.
fn send(router: &Router, method: &str, host: &str, path: &str) -> (u16, String) {
    let mut request = Request::new(Method::from_bytes(method.as_bytes()).unwrap(), path);
    if !host.is_empty() {
        request.headers.insert("host", HeaderValue::from_str(host).unwrap());
    }
    let app = App::new().plug(router.clone()).callback();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let response = runtime.block_on(app.handle(request));
    let bytes = response.body().as_bytes().cloned().unwrap_or_default();
    (response.status().as_u16(), String::from_utf8(bytes.to_vec()).unwrap())
}

#[test]
fn each_form_matches_what_it_says() {
    for (written, host, matches) in [
        ("api.example", "api.example", true),
        ("api.example", "API.Example:8080", true),
        ("API.example", "api.example", true),
        ("api.example", "api.example.", true),
        ("api.example", "api.example.:80", true),
        ("api.example", "api.example..", false),
        ("api.example", "x.api.example", false),
        ("api.example", "api.example.evil", false),
        ("api.example", "xapi.example", false),
        ("api.example", "", false),
        ("*.example", "a.example", true),
        ("*.example", "A.B.EXAMPLE:1", true),
        ("*.example", "example", false),
        ("*.example", ".example", false),
        ("*.example", "aexample", false),
        ("*.example", "a.example.evil", false),
        ("127.0.0.1", "127.0.0.1:80", true),
        ("[::1]", "[::1]:80", true),
        ("[::1]", "[::2]:80", false),
    ] {
        let router = Router::new().host(written).get("/", async |_| "");
        let expected = if matches { 200 } else { 404 };
        assert_eq!(send(&router, "GET", host, "/").0, expected, "{written} for {host:?}");
    }
}

#[test]
fn several_calls_name_several_hosts_wherever_they_stand() {
    let router = Router::new().host("a.example").get("/", async |_| "it").host("*.b.example");
    assert_eq!(send(&router, "GET", "a.example", "/").1, "it");
    assert_eq!(send(&router, "GET", "x.b.example", "/").1, "it");
    assert_eq!(send(&router, "GET", "c.example", "/").0, 404);
}

#[test]
fn routes_for_other_hosts_stand_in_nobody_s_way() {
    let api = Router::new().host("api.example").get("/", async |_| "api").put("/x", async |_| "");
    let site = Router::new().get("/", async |_| "site").post("/x", async |_| "");
    let router = Router::new().nest("", api).nest("", site);
    assert_eq!(send(&router, "GET", "api.example", "/").1, "api");
    assert_eq!(send(&router, "GET", "www.example", "/").1, "site");
    assert_eq!(send(&router, "PUT", "api.example", "/x").0, 200);
    assert_eq!(send(&router, "PUT", "www.example", "/x").0, 405);
    assert!(router.unreachable().is_empty());
    let again = Router::new().host("api.example").get("/", async |_| "");
    assert_eq!(router.nest("", again).unreachable().len(), 1);
}

#[test]
fn a_nested_router_is_within_the_hosts_of_its_parent() {
    let inner = Router::new().host("a.b.example").host("c.example").get("/in", async |_| "in");
    let router = Router::new().host("*.b.example").nest("/x", inner).get("/out", async |_| "out");
    assert_eq!(send(&router, "GET", "a.b.example", "/x/in").1, "in");
    assert_eq!(send(&router, "GET", "c.example", "/x/in").0, 404);
    assert_eq!(send(&router, "GET", "z.b.example", "/x/in").0, 404);
    assert_eq!(send(&router, "GET", "z.b.example", "/out").1, "out");
}

#[test]
fn what_is_no_host_is_refused() {
    for host in [
        "",
        "*.",
        "*",
        "a.*.example",
        "a:80",
        "a/b",
        "a b",
        "u@a",
        "bücher.example",
        ".a",
        "a.",
        "*..a",
    ] {
        let refused = std::panic::catch_unwind(|| Router::new().host(host)).unwrap_err();
        let message = refused.downcast_ref::<String>().unwrap();
        assert!(message.starts_with(&format!("bad host {host:?}: ")), "{message}");
    }
}
