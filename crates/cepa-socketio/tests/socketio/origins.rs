use cepa_socketio::{Options, SocketIo};

use crate::support::{quiet, request, start};

const OPEN: &str = "GET /socket.io/?EIO=4&transport=polling";
const WS: &str = "GET /socket.io/?EIO=4&transport=websocket\nconnection: upgrade\nupgrade: websocket\n\
    sec-websocket-version: 13\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==";

async fn server(origins: &[&str]) -> crate::support::Running {
    let origins = origins.iter().map(ToString::to_string).collect();
    start(&SocketIo::with_options(Options { origins, ..quiet() })).await
}

#[tokio::test]
async fn without_origins_there_are_no_cors_headers_and_no_foreign_websocket() {
    let server = server(&[]).await;
    let reply = request(server.address, &format!("{OPEN}\norigin: https://a.example"), b"").await;
    assert_eq!((reply.status, reply.header("access-control-allow-origin")), (200, None));
    assert_eq!(
        request(server.address, &format!("{WS}\norigin: https://a.example"), b"").await.status,
        403
    );
}

#[tokio::test]
async fn listed_origins_may_read() {
    let server = server(&["https://a.example"]).await;
    let reply = request(server.address, &format!("{OPEN}\norigin: https://a.example"), b"").await;
    assert_eq!(reply.header("access-control-allow-origin"), Some("https://a.example"));
    assert_eq!(reply.header("access-control-allow-credentials"), Some("true"));
    assert_eq!(reply.header("vary"), Some("Origin"));
    let reply =
        request(server.address, &format!("{OPEN}\norigin: https://a.example.evil"), b"").await;
    assert_eq!((reply.status, reply.header("access-control-allow-origin")), (200, None));
    assert_eq!(reply.header("vary"), Some("Origin"));
    assert_eq!(
        request(server.address, &format!("{WS}\norigin: https://b.example"), b"").await.status,
        403
    );
}

#[tokio::test]
async fn a_star_is_any_origin_without_credentials() {
    let server = server(&["*"]).await;
    let reply = request(server.address, &format!("{OPEN}\norigin: https://a.example"), b"").await;
    assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
    assert_eq!(reply.header("access-control-allow-credentials"), None);
    // refusals can be read, too
    let reply = request(server.address, "GET /socket.io/?EIO=4", b"").await;
    assert_eq!((reply.status, reply.header("access-control-allow-origin")), (400, Some("*")));
}

#[tokio::test]
async fn a_preflight_is_answered() {
    let server = server(&["https://a.example"]).await;
    let head = "OPTIONS /socket.io/?EIO=4&transport=polling\norigin: https://a.example\n\
        access-control-request-method: POST\naccess-control-request-headers: x-a, x-b";
    let reply = request(server.address, head, b"").await;
    assert_eq!((reply.status, &*reply.body), (204, ""));
    assert_eq!(reply.header("access-control-allow-origin"), Some("https://a.example"));
    assert_eq!(
        reply.header("access-control-allow-methods"),
        Some("GET,HEAD,PUT,PATCH,POST,DELETE")
    );
    assert_eq!(reply.header("access-control-allow-headers"), Some("x-a, x-b"));
    assert_eq!(reply.header("vary"), Some("Origin, Access-Control-Request-Headers"));
}

#[test]
#[should_panic(expected = "a.example")]
fn what_is_no_origin_is_refused_at_once() {
    drop(SocketIo::with_options(Options { origins: vec!["a.example".into()], ..quiet() }));
}
