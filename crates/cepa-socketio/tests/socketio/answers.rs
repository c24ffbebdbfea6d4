//! Compressed answers of polling, and those of JSON-P.

use std::io::Read;

use cepa_socketio::{Options, SocketIo};
use flate2::read::{GzDecoder, ZlibDecoder};

use crate::support::{Pending, Polling, quiet, request, start};

async fn compressed(client: &Polling, accept: &str) -> (String, Vec<u8>) {
    let head = format!("GET {}\naccept-encoding: {accept}", client.target());
    Pending::send(client.address, &head, b"").await.head_and_bytes().await
}

#[tokio::test]
async fn large_answers_are_compressed_as_the_client_accepts() {
    let io = SocketIo::with_options(quiet());
    let server = start(&io).await;
    let (client, _) = Polling::connect(server.address).await;
    let text = "onion ".repeat(400);
    let event = format!("42[\"n\",\"{text}\"]");
    for (accept, coding) in [
        ("gzip, deflate, br", Some("gzip")),
        ("deflate", Some("deflate")),
        ("gzip;q=0, deflate;q=0.5", Some("deflate")),
        ("br", None),
        ("gzip; q=0", None),
    ] {
        io.emit("n", &text).unwrap();
        let (head, body) = compressed(&client, accept).await;
        assert_eq!(head.contains("content-encoding"), coding.is_some(), "{accept}: {head}");
        let mut plain = String::new();
        match coding {
            Some("gzip") => drop(GzDecoder::new(&body[..]).read_to_string(&mut plain).unwrap()),
            Some(_) => drop(ZlibDecoder::new(&body[..]).read_to_string(&mut plain).unwrap()),
            None => plain = String::from_utf8(body).unwrap(),
        }
        assert_eq!(plain, event, "{accept}");
    }
    // small, or not wanted
    io.emit("n", "small").unwrap();
    assert!(!compressed(&client, "gzip").await.0.contains("content-encoding"));
    io.broadcast().compress(false).emit("n", &text).unwrap();
    let (head, body) = compressed(&client, "gzip").await;
    assert!(!head.contains("content-encoding"));
    assert_eq!(String::from_utf8(body).unwrap(), event);
    let socket = io.sockets().pop().unwrap();
    socket.volatile().compress(false).emit("n", &text).unwrap();
    socket.timeout(quiet().ack_timeout).compress(false).emit("n", &text).unwrap();
    let (head, body) = compressed(&client, "gzip").await;
    assert!(!head.contains("content-encoding"));
    assert_eq!(String::from_utf8(body).unwrap(), event);
}

#[tokio::test]
async fn compression_can_be_switched_off() {
    let io = SocketIo::with_options(Options { http_compression: None, ..quiet() });
    let server = start(&io).await;
    let (client, _) = Polling::connect(server.address).await;
    io.emit("n", &"x".repeat(5000)).unwrap();
    assert!(!compressed(&client, "gzip").await.0.contains("content-encoding"));
}

#[tokio::test]
async fn json_p_calls_a_function_of_the_page() {
    let io = SocketIo::with_options(Options { jsonp: true, ..quiet() })
        .on("echo", async |socket, text: String| Ok(socket.emit("echo", &text)?));
    let server = start(&io).await;
    let target = "/socket.io/?EIO=4&transport=polling&j=a1;2";
    let open = request(server.address, &format!("GET {target}"), b"").await.body;
    let open = open.strip_prefix("___eio[12](").unwrap().strip_suffix(");").unwrap();
    let sid = crate::support::sid(&serde_json::from_str::<String>(open).unwrap());
    let target = format!("{target}&sid={sid}");
    let post = async |body: &str| {
        let head = format!("POST {target}\ncontent-type: application/x-www-form-urlencoded");
        assert_eq!(request(server.address, &head, body.as_bytes()).await.body, "ok");
    };
    let get = async || {
        let reply = request(server.address, &format!("GET {target}"), b"").await;
        assert_eq!(reply.header("content-type"), Some("text/plain; charset=UTF-8"));
        reply.body
    };
    post("d=40").await;
    assert!(get().await.starts_with("___eio[12](\"40{\\\"sid\\\":"));
    // a line feed that was escaped twice is that of the text; U+2028 may stand in no script
    post("d=42%5B%22echo%22%2C%22a%5C%5Cnb%E2%80%A8%22%5D").await;
    assert_eq!(get().await, "___eio[12](\"42[\\\"echo\\\",\\\"a\\\\nb\\u2028\\\"]\");");
}

#[tokio::test]
async fn json_p_has_to_be_allowed() {
    let server = start(&SocketIo::new()).await;
    let reply = request(server.address, "GET /socket.io/?EIO=4&transport=polling&j=0", b"").await;
    assert!(reply.body.starts_with("0{"), "{}", reply.body);
}

/// A script names no origin, so a page of another site must not get the sid of its visitor's session.
#[tokio::test]
async fn json_p_is_not_for_other_sites() {
    let head = "GET /socket.io/?EIO=4&transport=polling&j=0\nsec-fetch-site: ";
    for (origins, site, status) in [
        (vec![], "cross-site", 403),
        (vec!["https://a.example".to_owned()], "cross-site", 403),
        (vec![], "same-origin", 200),
        (vec!["*".to_owned()], "cross-site", 200),
    ] {
        let server =
            start(&SocketIo::with_options(Options { jsonp: true, origins, ..quiet() })).await;
        let reply = request(server.address, &format!("{head}{site}"), b"").await;
        assert_eq!(reply.status, status);
        if status == 403 {
            assert_eq!(reply.body, "{\"code\":4,\"message\":\"Forbidden\"}");
        }
    }
}
