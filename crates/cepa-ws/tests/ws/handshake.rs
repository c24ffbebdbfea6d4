//! RFC 6455 section 4.2: which requests open a WebSocket, and what the others are told.

use cepa_core::Request;
use cepa_core::http::{HeaderName, Method, Version};
use cepa_ws::{WebSocketOptions, check};

/// A request that is right, but for what the test changes.
pub fn request() -> Request {
    let mut request = Request::new(Method::GET, "/ws");
    for (name, value) in [
        ("host", "onions.example"),
        ("upgrade", "websocket"),
        ("connection", "Upgrade"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("sec-websocket-version", "13"),
    ] {
        set(&mut request, name, Some(value));
    }
    request
}

pub fn set(request: &mut Request, name: &str, value: Option<&str>) {
    let name: HeaderName = name.parse().unwrap();
    request.headers.remove(&name);
    if let Some(value) = value {
        request.headers.insert(name, value.parse().unwrap());
    }
}

#[test]
fn the_example_of_the_rfc() {
    let accepted = check(&request(), &WebSocketOptions::new()).unwrap();
    assert_eq!(accepted.accept.unwrap(), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    assert_eq!(accepted.protocol, None);
}

#[test]
fn each_header_may_be_written_in_these_ways() {
    for (name, value) in [
        ("upgrade", "WebSocket"),
        ("upgrade", "h2c, websocket"),
        ("connection", "keep-alive, Upgrade"),
        ("connection", "UPGRADE"),
        ("connection", "upgrade ,\tkeep-alive"),
        ("content-length", "0"),
        ("sec-websocket-extensions", "permessage-deflate; client_max_window_bits"),
    ] {
        let mut request = request();
        set(&mut request, name, Some(value));
        assert!(check(&request, &WebSocketOptions::new()).is_ok(), "{name}: {value}");
    }
    let mut two_lines = request();
    set(&mut two_lines, "connection", Some("keep-alive"));
    two_lines.headers.append("connection", "upgrade".parse().unwrap());
    assert!(check(&two_lines, &WebSocketOptions::new()).is_ok());
}

#[test]
fn what_is_wrong_is_told() {
    for (name, value, status) in [
        ("upgrade", None, 426),
        ("upgrade", Some("h2c"), 426),
        ("upgrade", Some("websockets"), 426),
        ("connection", None, 426),
        ("connection", Some("keep-alive"), 426),
        ("connection", Some("upgrades"), 426),
        ("sec-websocket-version", None, 400),
        ("sec-websocket-version", Some("8"), 426),
        ("sec-websocket-version", Some("13, 8"), 426),
        ("sec-websocket-version", Some("013"), 426),
        ("sec-websocket-key", None, 400),
        ("sec-websocket-key", Some(""), 400),
        ("sec-websocket-key", Some("dGhlIHNhbXBsZSBub25jZQ"), 400),
        ("sec-websocket-key", Some("dGhlIHNhbXBsZSBub25jZQ=="), 101),
        ("sec-websocket-key", Some("dGhlIHNhbXBsZSBub25jZQ== "), 400),
        ("sec-websocket-key", Some("c2hvcnQ="), 400),
        ("sec-websocket-key", Some("dGhlIHNhbXBsZSBub25jZSBidXQgbG9uZw=="), 400),
        ("sec-websocket-key", Some("!!!!IHNhbXBsZSBub25jZQ=="), 400),
        ("content-length", Some("5"), 400),
        ("transfer-encoding", Some("chunked"), 400),
    ] {
        let mut request = request();
        set(&mut request, name, value);
        let told = match check(&request, &WebSocketOptions::new()) {
            Ok(_) => 101,
            Err(error) => error.status().as_u16(),
        };
        assert_eq!(told, status, "{name}: {value:?}");
    }
}

#[test]
fn keys_and_versions_may_not_be_repeated() {
    for name in ["sec-websocket-key", "sec-websocket-version"] {
        let mut request = request();
        let again = request.headers[name].clone();
        request.headers.append(name.parse::<HeaderName>().unwrap(), again);
        let error = check(&request, &WebSocketOptions::new()).unwrap_err();
        assert_eq!((error.status().as_u16(), error.code()), (400, Some("bad_handshake")), "{name}");
    }
}

#[test]
fn an_ordinary_request_learns_what_is_required() {
    let error = check(&Request::new(Method::GET, "/ws"), &WebSocketOptions::new()).unwrap_err();
    assert_eq!(error.status(), 426);
    assert_eq!(error.headers()["upgrade"], "websocket");
    assert_eq!(error.headers()["connection"], "upgrade");
    assert_eq!(error.code(), Some("websocket_required"));
}

#[test]
fn another_version_learns_ours() {
    let mut request = request();
    set(&mut request, "sec-websocket-version", Some("7"));
    let error = check(&request, &WebSocketOptions::new()).unwrap_err();
    assert_eq!(error.headers()["sec-websocket-version"], "13");
}

#[test]
fn other_methods_and_protocols_do_not_open_one() {
    for method in [Method::POST, Method::HEAD, Method::OPTIONS] {
        let mut request = request();
        request.method = method;
        let error = check(&request, &WebSocketOptions::new()).unwrap_err();
        assert_eq!(error.status(), 405);
        assert_eq!(error.headers()["allow"], "GET");
    }
    for version in [Version::HTTP_10, Version::HTTP_3] {
        let mut request = request();
        request.version = version;
        assert_eq!(check(&request, &WebSocketOptions::new()).unwrap_err().status(), 400);
    }
}

#[test]
fn over_http2_there_is_no_key() {
    let mut request = request();
    request.version = Version::HTTP_2;
    set(&mut request, "sec-websocket-key", None);
    assert_eq!(check(&request, &WebSocketOptions::new()).unwrap().accept, None);
}
