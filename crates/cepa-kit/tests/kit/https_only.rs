//! Plain connections are sent to the encrypted one.

use cepa_core::http::Method;
use cepa_core::{App, Proxies};
use cepa_kit::{HttpsOnly, https_only, mount};
use cepa_test::{Client, Response};

fn client(https: HttpsOnly) -> Client {
    let app = App::new().trust(Proxies::hops(1)).plug(https);
    Client::new(app.with(async |ctx, _next| ctx.set_body("private")))
}

async fn ask(https: HttpsOnly, method: &str, path: &str, host: &str) -> Response {
    client(https).request(method.parse().unwrap(), path).header("host", host).send().await
}

fn place(response: &Response) -> (u16, &str) {
    (response.status.as_u16(), response.get("location"))
}

#[tokio::test]
async fn get_and_head_are_redirected_for_ever() {
    for method in ["GET", "HEAD"] {
        let response = ask(https_only(), method, "/a%20b?c=%2F", "onions.example:8080").await;
        assert_eq!(place(&response), (301, "https://onions.example/a%20b?c=%2F"));
    }
    let response = ask(https_only(), "GET", "/", "[::1]:80").await;
    assert_eq!(place(&response), (301, "https://[::1]/"));
}

#[tokio::test]
async fn other_methods_are_refused() {
    let response = ask(https_only(), "POST", "/", "a.example").await;
    assert_eq!((place(&response), response.get("allow")), ((405, ""), "GET, HEAD"));
    let response = ask(https_only().status(403), "DELETE", "/", "a.example").await;
    assert_eq!((place(&response), response.get("allow")), ((403, ""), ""));
}

#[tokio::test]
async fn methods_that_are_redirected_keep_their_method() {
    let some = || https_only().redirect_methods([Method::GET, Method::POST]);
    assert_eq!(place(&ask(some(), "POST", "/x", "a.example").await), (308, "https://a.example/x"));
    assert_eq!(place(&ask(some(), "GET", "/x", "a.example").await), (301, "https://a.example/x"));
    assert_eq!(ask(some(), "PUT", "/x", "a.example").await.get("allow"), "GET, POST");
}

#[tokio::test]
async fn the_place_can_be_another() {
    let table = [
        (https_only().port(8443), (301, "https://a.example:8443/x?y")),
        (https_only().host("secure.example"), (301, "https://secure.example/x?y")),
        (https_only().ignore_url(), (301, "https://a.example/")),
        (https_only().temporary(), (307, "https://a.example/x?y")),
    ];
    for (https, expected) in table {
        assert_eq!(place(&ask(https, "GET", "/x?y", "a.example").await), expected);
    }
}

#[tokio::test]
async fn a_trusted_proxy_says_what_is_encrypted() {
    let call = client(https_only()).get("/").header("host", "a.example");
    assert_eq!(call.header("x-forwarded-proto", "https").send().await.text(), "private");
    let call = client(https_only()).get("/").header("host", "a.example");
    assert_eq!(call.header("x-forwarded-proto", "http").send().await.status, 301);
    let untrusting = App::new().plug(https_only());
    let call = Client::new(untrusting).get("/").header("host", "a.example");
    assert_eq!(call.header("x-forwarded-proto", "https").send().await.status, 301);
}

#[tokio::test]
async fn within_a_mount_the_whole_path_stays() {
    let app = App::new().plug(mount("/m", https_only()));
    let response = Client::new(app).get("/m/a?b").header("host", "a.example").send().await;
    assert_eq!(place(&response), (301, "https://a.example/m/a?b"));
}
