//! Behind proxies: nothing is believed until the app says whom to trust.

use std::net::SocketAddr;

use cepa_core::{App, Cookie, Json, Proxies};
use cepa_test::{Client, Response};

fn app() -> App {
    App::new().with(async |ctx, _next| {
        let request = &ctx.request;
        let seen = (request.ip(), request.ips().to_vec(), request.href(), request.is_secure());
        if ctx.is_secure() {
            ctx.cookies().set(Cookie::new("a", "1"))?;
        }
        ctx.set_body(Json(seen))
    })
}

async fn forwarded(app: App) -> Response {
    let peer = SocketAddr::from(([10, 0, 0, 1], 5555));
    let call = Client::new(app).get("/x?y=1").peer(peer).header("host", "inner:3000");
    call.header("x-forwarded-for", "6.6.6.6, 1.1.1.1")
        .header("x-forwarded-proto", "https")
        .header("x-forwarded-host", "onions.example")
        .send()
        .await
}

#[tokio::test]
async fn nothing_is_believed_by_default() {
    let response = forwarded(app()).await;
    assert_eq!(response.text(), r#"["10.0.0.1",[],"http://inner:3000/x?y=1",false]"#);
}

#[tokio::test]
async fn a_trusted_proxy_says_who_the_client_is() {
    let response = forwarded(app().trust(Proxies::hops(1))).await;
    assert_eq!(response.text(), r#"["1.1.1.1",["1.1.1.1"],"https://onions.example/x?y=1",true]"#);
    assert_eq!(response.get("set-cookie"), "a=1; path=/; secure; httponly");
}

#[tokio::test]
async fn another_peer_is_not_believed() {
    let proxies = Proxies::networks(["192.168.0.0/16"]).unwrap();
    let response = forwarded(app().trust(proxies)).await;
    assert_eq!(response.text(), r#"["10.0.0.1",[],"http://inner:3000/x?y=1",false]"#);
}

#[tokio::test]
async fn back_stays_within_the_forwarded_origin() {
    let app = App::new().trust(Proxies::hops(1)).with(async |ctx, _next| ctx.back("/elsewhere"));
    let client = Client::new(app);
    for (referrer, target) in
        [("https://onions.example/a", "/a"), ("http://onions.example/a", "/elsewhere")]
    {
        let call = client.get("/").header("referer", referrer).header("x-forwarded-proto", "https");
        let response = call.header("x-forwarded-host", "onions.example").send().await;
        assert_eq!(response.get("location"), target, "{referrer}");
    }
}
