use std::sync::{Arc, Mutex};

use cepa_core::{App, Error, Proxies};
use cepa_socketio::{EngineIo, Options, Refusal, SocketIo};

use crate::support::{Polling, Ws, quiet, request, serve, sid, start};

#[tokio::test]
async fn refusals_are_json_with_a_numeric_code() {
    let server = start(&SocketIo::new()).await;
    let sid = Polling::open(server.address).await.sid;
    let unknown_transport = r#"{"code":0,"message":"Transport unknown"}"#;
    let unknown_sid = r#"{"code":1,"message":"Session ID unknown"}"#;
    let bad_method = r#"{"code":2,"message":"Bad handshake method"}"#;
    let bad_request = r#"{"code":3,"message":"Bad request"}"#;
    let revision = r#"{"code":5,"message":"Unsupported protocol version"}"#;
    for (head, body) in [
        ("GET /socket.io/?EIO=4".to_owned(), unknown_transport),
        ("GET /socket.io/".to_owned(), unknown_transport),
        ("GET /socket.io/?EIO=4&transport=abc".to_owned(), unknown_transport),
        ("GET /socket.io/?EIO=4&transport=webtransport".to_owned(), unknown_transport),
        ("GET /socket.io/?EIO=4&transport=polling&sid=abc".to_owned(), unknown_sid),
        ("POST /socket.io/?EIO=4&transport=polling&sid=abc".to_owned(), unknown_sid),
        ("POST /socket.io/?EIO=4&transport=polling".to_owned(), bad_method),
        ("OPTIONS /socket.io/?EIO=4&transport=polling".to_owned(), bad_method),
        ("GET /socket.io/?EIO=4&transport=websocket".to_owned(), bad_request),
        (format!("GET /socket.io/?EIO=4&transport=websocket&sid={sid}"), bad_request),
        (format!("GET /socket.io/?EIO=3&transport=polling&sid={sid}"), bad_request),
        ("GET /socket.io/?EIO=3&transport=polling".to_owned(), revision),
        ("GET /socket.io/?transport=polling".to_owned(), revision),
    ] {
        let reply = request(server.address, &head, b"").await;
        assert_eq!((reply.status, &*reply.body), (400, body), "{head}");
        assert_eq!(reply.header("content-type"), Some("application/json"), "{head}");
    }
    // the session of the sid has come to no harm
    let client = Polling { address: server.address, sid };
    assert_eq!(client.post("40").await.body, "ok");
}

#[tokio::test]
async fn a_refused_upgrade_is_a_text_and_a_closed_connection() {
    let server = start(&SocketIo::new()).await;
    let websocket = "\nconnection: upgrade\nupgrade: websocket\nsec-websocket-version: 13\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==";
    for (query, message) in [
        ("EIO=4&transport=abc", "Transport unknown"),
        ("EIO=4&transport=websocket&sid=abc", "Session ID unknown"),
        ("EIO=3&transport=websocket", "Unsupported protocol version"),
        ("EIO=4&transport=polling", "Bad request"),
    ] {
        let reply =
            request(server.address, &format!("GET /socket.io/?{query}{websocket}"), b"").await;
        assert_eq!((reply.status, &*reply.body), (400, message), "{query}");
        assert_eq!(reply.header("content-type"), Some("text/html"));
        assert_eq!(reply.header("connection"), Some("close"));
    }
}

#[tokio::test]
async fn what_the_application_forbids_is_403_in_its_own_words() {
    let io = SocketIo::new()
        .allow_request(async |request| match request.query("key").as_deref() {
            Some("good") => Ok(()),
            Some("hidden") => Err(std::io::Error::other("secret").into()),
            _ => Err(Error::new(401, "no \"key\"")),
        })
        .allow_request(async |request| match request.header("x-banned") {
            Some(_) => Err(Error::new(403, "you are banned")),
            None => Ok(()),
        });
    let server = start(&io).await;
    let target = "/socket.io/?EIO=4&transport=polling";
    for (head, body) in [
        (format!("GET {target}"), r#"{"code":4,"message":"no \"key\""}"#),
        (format!("GET {target}&key=hidden"), r#"{"code":4,"message":"Internal Server Error"}"#),
        (format!("GET {target}&key=good\nx-banned: 1"), r#"{"code":4,"message":"you are banned"}"#),
    ] {
        let reply = request(server.address, &head, b"").await;
        assert_eq!((reply.status, &*reply.body), (403, body), "{head}");
        assert_eq!(reply.header("content-type"), Some("application/json"), "{head}");
    }
    assert_eq!(io.connections(), 0);
    let websocket = "\nconnection: upgrade\nupgrade: websocket\nsec-websocket-version: 13\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==";
    let head = format!("GET /socket.io/?EIO=4&transport=websocket{websocket}");
    let reply = request(server.address, &head, b"").await;
    assert_eq!((reply.status, &*reply.body), (400, "no \"key\""));
    // it is asked at handshakes only
    let opened = request(server.address, &format!("GET {target}&key=good"), b"").await;
    let client = Polling { address: server.address, sid: crate::support::sid(&opened.body) };
    assert_eq!(client.post("40").await.body, "ok");
    let mut ws = Ws::dial(server.address, "&key=good").await;
    assert!(ws.text().await.starts_with('0'));
}

#[tokio::test]
async fn other_methods_with_a_session_are_405() {
    let server = start(&SocketIo::new()).await;
    let client = Polling::open(server.address).await;
    let reply = request(server.address, &format!("PUT {}", client.target()), b"").await;
    assert_eq!((reply.status, reply.header("allow")), (405, Some("GET, POST")));
}

#[tokio::test]
async fn a_transport_can_be_switched_off() {
    let server = start(&SocketIo::with_options(Options { polling: false, ..quiet() })).await;
    let reply = request(server.address, "GET /socket.io/?EIO=4&transport=polling", b"").await;
    assert_eq!(reply.body, r#"{"code":0,"message":"Transport unknown"}"#);
}

#[tokio::test]
async fn the_path_is_taken_with_and_without_slash_and_nothing_beside_it() {
    let server = start(&SocketIo::new()).await;
    for (path, taken) in [
        ("/socket.io/", true),
        ("/socket.io", true),
        ("/socket.io/foo", true),
        ("/socket.io-admin", false),
        ("/socket.iox/", false),
        ("/", false),
    ] {
        let reply =
            request(server.address, &format!("GET {path}?EIO=4&transport=polling"), b"").await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.body == "passed on", !taken, "{path}");
    }
    let io = SocketIo::with_options(Options { path: "/chat/".into(), ..quiet() });
    let server = start(&io).await;
    assert!(
        request(server.address, "GET /chat/?EIO=4&transport=polling", b"")
            .await
            .body
            .starts_with("0{")
    );
    assert_eq!(request(server.address, "GET /socket.io/", b"").await.body, "passed on");
}

/// An address cannot take all the sessions; networks of IPv6 count as one, loopback not at all.
#[tokio::test]
async fn one_address_has_no_more_than_its_part() {
    let io = SocketIo::with_options(Options { max_sessions_per_address: 2, ..quiet() });
    let server = serve(App::new().trust(Proxies::hops(1)).plug(io.clone())).await;
    let open = async |transport: &str, address: &str| {
        let upgrade = "connection: upgrade\nupgrade: websocket\nsec-websocket-version: 13\n\
            sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==";
        let fields = if transport == "websocket" { upgrade } else { "accept: */*" };
        let head = format!(
            "GET /socket.io/?EIO=4&transport={transport}\n{fields}\nx-forwarded-for: {address}"
        );
        request(server.address, &head, b"").await
    };
    for [one, other] in [["192.0.2.1", "::ffff:192.0.2.1"], ["2001:db8::1", "2001:db8::2:3:4"]] {
        let first = open("polling", one).await;
        assert_eq!((first.status, open("polling", other).await.status), (200, 200));
        for transport in ["polling", "websocket"] {
            let refused = open(transport, one).await;
            assert_eq!((refused.status, &*refused.body), (503, "too many sessions"));
        }
        // one that ends makes room
        let target = format!("POST /socket.io/?EIO=4&transport=polling&sid={}", sid(&first.body));
        request(server.address, &target, b"x").await;
        assert_eq!(open("polling", other).await.status, 200);
        assert_eq!(open("polling", other).await.status, 503);
    }
    assert_eq!(open("polling", "2001:db8:0:1::").await.status, 200);
    for _ in 0..5 {
        assert_eq!(open("polling", "127.0.0.2").await.status, 200);
        assert_eq!(open("polling", "::1").await.status, 200);
    }
}

/// Whatever is refused can be seen from outside, and why, also where the client reads but "Bad request".
#[tokio::test]
async fn each_refusal_is_told_to_who_wants_to_know() {
    let seen: Arc<Mutex<Vec<(String, Refusal)>>> = Arc::default();
    let options = Options { max_sessions: 1, ..quiet() };
    let note = |seen: &Arc<Mutex<Vec<(String, Refusal)>>>| {
        let seen = Arc::clone(seen);
        move |request: &cepa_core::Request, refusal: &Refusal| {
            seen.lock().unwrap().push((request.method.to_string(), refusal.clone()));
        }
    };
    let io = SocketIo::with_options(options)
        .allow_request(async |request| match request.query("banned") {
            Some(_) => Err(Error::new(403, "banned")),
            None => Ok(()),
        })
        .on_connection_error(|_, _| panic!("an observer that fails"))
        .on_connection_error(note(&seen));
    let server = start(&io).await;
    let sid = Polling::open(server.address).await.sid;
    let upgrade = "\nconnection: upgrade\nupgrade: websocket\nsec-websocket-version: 13\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==";
    let banned = Refusal::Forbidden("banned".to_owned());
    let foreign = Refusal::Forbidden("Forbidden".to_owned());
    for (line, refusal) in [
        ("GET /socket.io/?EIO=4&transport=x".to_owned(), Refusal::TransportUnknown),
        ("GET /socket.io/?EIO=4&transport=polling&sid=x".to_owned(), Refusal::SessionUnknown),
        ("POST /socket.io/?EIO=4&transport=polling".to_owned(), Refusal::BadMethod),
        ("GET /socket.io/?EIO=4&transport=websocket".to_owned(), Refusal::TransportMismatch),
        (
            format!("GET /socket.io/?EIO=4&transport=websocket&sid={sid}"),
            Refusal::TransportMismatch,
        ),
        (
            format!("GET /socket.io/?EIO=4&transport=polling&sid={sid}{upgrade}"),
            Refusal::TransportMismatch,
        ),
        (format!("GET /socket.io/?EIO=3&transport=polling&sid={sid}"), Refusal::RevisionMismatch),
        ("GET /socket.io/?transport=polling".to_owned(), Refusal::Revision),
        ("GET /socket.io/?EIO=4&transport=polling&banned".to_owned(), banned.clone()),
        (format!("GET /socket.io/?EIO=4&transport=websocket&banned{upgrade}"), banned),
        (
            format!(
                "GET /socket.io/?EIO=4&transport=websocket&sid={sid}{upgrade}\norigin: http://a.example"
            ),
            foreign,
        ),
        ("GET /socket.io/?EIO=4&transport=polling".to_owned(), Refusal::TooManySessions),
        (format!("GET /socket.io/?EIO=4&transport=websocket{upgrade}"), Refusal::TooManySessions),
    ] {
        let reply = request(server.address, &line, b"").await;
        assert!(reply.body.contains(refusal.message()), "{line}: {reply:?}");
        let told = seen.lock().unwrap().pop();
        assert_eq!(told, Some((line.split(' ').next().unwrap().to_owned(), refusal)), "{line}");
    }
    io.close();
    request(server.address, "GET /socket.io/?EIO=4&transport=polling", b"").await;
    assert_eq!(seen.lock().unwrap().pop().unwrap().1, Refusal::ShuttingDown);

    let engine = EngineIo::new().on_connection_error(note(&seen));
    let server = serve(App::new().plug(engine)).await;
    request(server.address, "GET /engine.io/?EIO=4", b"").await;
    assert_eq!(seen.lock().unwrap().pop().unwrap().1, Refusal::TransportUnknown);
    assert!(seen.lock().unwrap().is_empty());
}
