//! The subprotocol: the first of the server's that the client offers.

use cepa_ws::{WebSocketOptions, check};

use crate::handshake::{request, set};

#[test]
fn the_servers_order_decides() {
    let options = WebSocketOptions::new().protocol("v2").protocol("v1");
    for (offered, chosen) in [
        (None, None),
        (Some("v1"), Some("v1")),
        (Some("v1, v2"), Some("v2")),
        (Some("v0,v1"), Some("v1")),
        (Some("v3"), None),
        (Some("V2"), None),
        (Some("v0,, v1"), Some("v1")),
        (Some(" ,\t, v1 , "), Some("v1")),
    ] {
        let mut request = request();
        set(&mut request, "sec-websocket-protocol", offered);
        let accepted = check(&request, &options).unwrap();
        assert_eq!(accepted.protocol.as_deref(), chosen, "{offered:?}");
    }
}

#[test]
fn several_lines_are_one_list() {
    let options = WebSocketOptions::new().protocol("v2");
    let mut request = request();
    set(&mut request, "sec-websocket-protocol", Some("v1"));
    request.headers.append("sec-websocket-protocol", "v2".parse().unwrap());
    assert_eq!(check(&request, &options).unwrap().protocol.as_deref(), Some("v2"));
}

#[test]
fn a_malformed_list_is_400_even_when_nothing_is_chosen() {
    for wrong in ["", ",", " , ,", "a b", "a,b c,", "a,a", "a;b", "é"] {
        let mut request = request();
        let value = cepa_core::http::HeaderValue::from_bytes(wrong.as_bytes()).unwrap();
        request.headers.insert("sec-websocket-protocol", value);
        let error = check(&request, &WebSocketOptions::new()).unwrap_err();
        assert_eq!(error.status(), 400, "{wrong:?}");
    }
}

#[test]
fn more_than_32_offers_are_400_before_they_are_compared() {
    let offering = |count: usize| {
        let offers: Vec<_> = (0..count).map(|n| format!("v{n}")).collect();
        let mut request = request();
        set(&mut request, "sec-websocket-protocol", Some(&offers.join(",")));
        check(&request, &WebSocketOptions::new().protocol("v31"))
    };
    assert_eq!(offering(32).unwrap().protocol.as_deref(), Some("v31"));
    for too_many in [33, 15_000] {
        let error = offering(too_many).unwrap_err();
        assert_eq!((error.status().as_u16(), error.code()), (400, Some("bad_handshake")));
    }
}

#[test]
#[should_panic(expected = "cannot be the name")]
fn a_name_that_is_no_token_is_refused_when_the_program_starts() {
    let _ = WebSocketOptions::new().protocol("two words");
}
