//! A request reaches the app as it would through a server.

use cepa_core::App;
use cepa_test::Client;

/// Answers with the method, some headers, and where the request came from.
fn echo() -> Client {
    Client::new(App::new().with(async |ctx, _next| {
        let seen = ["cookie", "accept", "user-agent", "content-length", "host"]
            .map(|name| ctx.get(name).unwrap_or("-").to_owned());
        let from = ctx.ip().map(|ip| ip.to_string()).unwrap_or_default();
        let text =
            format!("{} {} {from} {}", ctx.method(), seen.join(" | "), ctx.request.protocol());
        ctx.set_body(text)
    }))
}

#[tokio::test]
async fn every_verb_has_a_method() {
    let client = echo();
    for (name, call) in [
        ("GET", client.get("/")),
        ("POST", client.post("/")),
        ("PUT", client.put("/")),
        ("PATCH", client.patch("/")),
        ("DELETE", client.delete("/")),
        ("OPTIONS", client.options("/")),
    ] {
        let response = call.send().await;
        assert!(response.text().starts_with(name), "{name}: {}", response.text());
    }
    assert_eq!(client.head("/").send().await.text(), "");
}

#[tokio::test]
async fn repeated_headers_are_one_list() {
    let call = echo().post("/").header("cookie", "a=1").header("cookie", "b=2");
    let call = call.header("accept", "text/html").header("accept", "*/*;q=0.1");
    let call = call.header("user-agent", "first").header("user-agent", "second").body("12345");
    let expected = "POST a=1; b=2 | text/html, */*;q=0.1 | first | 5 | 127.0.0.1  http";
    assert_eq!(call.send().await.text(), expected);
}

#[tokio::test]
async fn where_it_comes_from_can_be_told() {
    let peer = std::net::SocketAddr::from(([192, 0, 2, 7], 1000));
    let call = echo().get("/").peer(peer).encrypted();
    assert_eq!(call.send().await.text(), "GET - | - | - | - | 127.0.0.1 192.0.2.7 https");
}
