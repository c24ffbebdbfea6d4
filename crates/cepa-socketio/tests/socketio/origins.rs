use cepa_socketio::{Options, SocketIo};

use crate::support::{Polling, quiet, request, request_bytes, start};

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
    let reply = request(server.address, &format!("{WS}\norigin: https://a.example"), b"").await;
    assert_eq!((reply.status, &*reply.body), (400, "Forbidden"));
    assert_eq!(reply.header("content-type"), Some("text/html"));
    assert_eq!(reply.header("connection"), Some("close"));
    let sid = Polling::open(server.address).await.sid;
    let head = WS.replacen("websocket", &format!("websocket&sid={sid}"), 1);
    let reply = request(server.address, &format!("{head}\norigin: https://a.example"), b"").await;
    assert_eq!((reply.status, &*reply.body), (400, "Forbidden"));
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
    let reply = request(server.address, &format!("{WS}\norigin: https://b.example"), b"").await;
    assert_eq!((reply.status, &*reply.body), (400, "Forbidden"));
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

#[test]
#[should_panic(expected = "a.example/")]
fn nor_is_one_with_a_path() {
    drop(SocketIo::with_options(Options { origins: vec!["https://a.example/".into()], ..quiet() }));
}

#[tokio::test]
async fn the_files_for_browsers_can_be_read_by_listed_origins() {
    let server = server(&["https://a.example"]).await;
    let head = "GET /socket.io/cepa.js\norigin: https://a.example";
    let reply = request(server.address, head, b"").await;
    assert_eq!(reply.header("access-control-allow-origin"), Some("https://a.example"));
    let head = "OPTIONS /socket.io/cepa.js\norigin: https://a.example\n\
        access-control-request-method: GET";
    assert_eq!(request(server.address, head, b"").await.status, 204);
}

#[tokio::test]
async fn an_origin_with_illegal_octets_is_refused() {
    let server = server(&[]).await;
    let head = b"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\norigin: \xff\r\n\r\n";
    let reply = request_bytes(server.address, head).await;
    assert_eq!((reply.status, &*reply.body), (400, r#"{"code":3,"message":"Bad request"}"#));
}
