//! Every status has a phrase, that of Node, also one that no standard names.

use cepa_core::App;
use cepa_server::Limits;

use crate::serve;

#[tokio::test]
async fn phrases_are_those_of_node() {
    let app = App::new().with(async |ctx, _next| {
        ctx.set_status(ctx.path()[1..].parse::<u16>()?);
        ctx.set_body("")
    });
    let server = serve(app, Limits::default()).await;
    for line in [
        "200 OK",
        "203 Non-Authoritative Information",
        "299 unknown",
        "418 I'm a Teapot",
        "509 Bandwidth Limit Exceeded",
        "700 unknown",
    ] {
        let request =
            format!("GET /{} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", &line[..3]);
        let response = server.exchange(&request).await;
        assert!(response.starts_with(&format!("HTTP/1.1 {line}\r\n")), "{response}");
    }
    server.stop().await;
}
