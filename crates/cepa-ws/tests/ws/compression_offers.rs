//! RFC 7692 section 7.1: which offers are taken, with what answer.

use cepa_ws::{Deflate, WebSocketOptions, check};

use crate::handshake::{request, set};

/// The answer to an offer; `None` when all was declined, an error when the handshake failed.
fn answer(deflate: Deflate, offer: &str) -> Result<Option<String>, u16> {
    let mut request = request();
    set(&mut request, "sec-websocket-extensions", Some(offer));
    match check(&request, &WebSocketOptions::new().deflate(deflate)) {
        Ok(accepted) => Ok(accepted.extensions.map(|value| value.to_str().unwrap().to_owned())),
        Err(error) => Err(error.status().as_u16()),
    }
}

fn with_takeover() -> Deflate {
    Deflate { server_context_takeover: true, client_context_takeover: true, ..Deflate::default() }
}

#[test]
fn nothing_is_agreed_on_unless_the_server_wants_it() {
    let mut request = request();
    set(&mut request, "sec-websocket-extensions", Some("permessage-deflate"));
    assert_eq!(check(&request, &WebSocketOptions::new()).unwrap().extensions, None);
    set(&mut request, "sec-websocket-extensions", None);
    let options = WebSocketOptions::new().deflate(Deflate::default());
    assert_eq!(check(&request, &options).unwrap().extensions, None);
}

#[test]
fn by_default_no_context_is_kept() {
    let none = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    for offer in ["permessage-deflate", "permessage-deflate; client_max_window_bits"] {
        assert_eq!(answer(Deflate::default(), offer), Ok(Some(none.into())), "{offer}");
    }
}

#[test]
fn each_parameter_has_its_answer() {
    for (offer, expected) in [
        ("", ""),
        ("; server_no_context_takeover", "; server_no_context_takeover"),
        ("; client_no_context_takeover", "; client_no_context_takeover"),
        (
            "; client_no_context_takeover; server_no_context_takeover",
            "; server_no_context_takeover; client_no_context_takeover",
        ),
        ("; server_max_window_bits=9", "; server_max_window_bits=9"),
        ("; server_max_window_bits=15", "; server_max_window_bits=15"),
        ("; server_max_window_bits=\"12\"", "; server_max_window_bits=12"),
        ("; server_max_window_bits=\"1\\2\"", "; server_max_window_bits=12"),
        ("; client_max_window_bits", ""),
        ("; client_max_window_bits=15", "; client_max_window_bits=15"),
        ("; client_max_window_bits=8", "; client_max_window_bits=8"),
        ("; client_max_window_bits=\"10\"", "; client_max_window_bits=10"),
        (" ;\tserver_max_window_bits = 10 ", "; server_max_window_bits=10"),
    ] {
        let offer = format!("permessage-deflate{offer}");
        let expected = format!("permessage-deflate{expected}");
        assert_eq!(answer(with_takeover(), &offer), Ok(Some(expected)), "{offer}");
    }
}

#[test]
fn smaller_windows_of_the_server_win() {
    let small =
        Deflate { server_max_window_bits: 10, client_max_window_bits: 11, ..with_takeover() };
    for (offer, expected) in [
        ("permessage-deflate", "permessage-deflate; server_max_window_bits=10"),
        (
            "permessage-deflate; server_max_window_bits=12; client_max_window_bits=12",
            "permessage-deflate; server_max_window_bits=10; client_max_window_bits=11",
        ),
        (
            "permessage-deflate; server_max_window_bits=9; client_max_window_bits=9",
            "permessage-deflate; server_max_window_bits=9; client_max_window_bits=9",
        ),
    ] {
        assert_eq!(answer(small, offer), Ok(Some(expected.into())), "{offer}");
    }
}

#[test]
fn an_offer_with_wrong_parameters_is_declined() {
    for parameters in [
        "unknown",
        "unknown=1",
        "server_no_context_takeover=1",
        "client_no_context_takeover=true",
        "server_no_context_takeover; server_no_context_takeover",
        "client_no_context_takeover; client_no_context_takeover",
        "server_max_window_bits",
        "server_max_window_bits=8",
        "server_max_window_bits=7",
        "server_max_window_bits=16",
        "server_max_window_bits=09",
        "server_max_window_bits=0",
        "server_max_window_bits=+9",
        "server_max_window_bits=9x",
        "server_max_window_bits=999999999999999999999",
        "server_max_window_bits=10; server_max_window_bits=10",
        "client_max_window_bits=7",
        "client_max_window_bits=16",
        "client_max_window_bits=08",
        "client_max_window_bits; client_max_window_bits",
        "client_max_window_bits=10; client_max_window_bits",
    ] {
        let offer = format!("permessage-deflate; {parameters}");
        assert_eq!(answer(Deflate::default(), &offer), Ok(None), "{offer}");
    }
}

#[test]
fn the_first_offer_that_can_be_kept_is_taken() {
    for (offers, expected) in [
        ("permessage-deflate; unknown, permessage-deflate", "permessage-deflate"),
        (
            "permessage-deflate; server_max_window_bits=8, \
             permessage-deflate; server_max_window_bits=9, permessage-deflate",
            "permessage-deflate; server_max_window_bits=9",
        ),
        ("x-webkit-deflate-frame, permessage-deflate", "permessage-deflate"),
        ("bbf-usp-protocol; eid=\"1\", Permessage-Deflate", "permessage-deflate"),
    ] {
        assert_eq!(answer(with_takeover(), offers), Ok(Some(expected.into())), "{offers}");
    }
    assert_eq!(answer(with_takeover(), "x-webkit-deflate-frame"), Ok(None));
    assert_eq!(answer(with_takeover(), "permessage-deflate2, deflate"), Ok(None));
}

#[test]
fn empty_elements_count_for_nothing() {
    for offers in ["permessage-deflate,", ", permessage-deflate", "other,,\t, permessage-deflate"] {
        let expected = Some("permessage-deflate".to_owned());
        assert_eq!(answer(with_takeover(), offers), Ok(expected), "{offers}");
    }
}

#[test]
fn several_lines_are_one_list() {
    let mut request = request();
    set(&mut request, "sec-websocket-extensions", Some("permessage-deflate; unknown"));
    request.headers.append("sec-websocket-extensions", "permessage-deflate".parse().unwrap());
    let options = WebSocketOptions::new().deflate(with_takeover());
    assert_eq!(check(&request, &options).unwrap().extensions.unwrap(), "permessage-deflate");
}

#[test]
fn what_breaks_the_grammar_fails_the_handshake() {
    for offer in [
        "",
        ",",
        ", ,",
        "permessage-deflate, ; server_no_context_takeover",
        "permessage-deflate;",
        "permessage-deflate;;",
        "permessage deflate",
        "permessage-deflate; =1",
        "permessage-deflate; client_max_window_bits=",
        "permessage-deflate; client_max_window_bits=\"",
        "permessage-deflate; client_max_window_bits=\"\"",
        "permessage-deflate; client_max_window_bits=\"10",
        "permessage-deflate; client_max_window_bits=10\"",
        "permessage-deflate; client_max_window_bits=\"1\\\"",
        "permessage-deflate; client_max_window_bits=\"1,0\"",
        "permessage-deflate; client_max_window_bits=1 0",
        "permessage-deflate=1",
        "\"permessage-deflate\"",
    ] {
        assert_eq!(answer(Deflate::default(), offer), Err(400), "{offer}");
    }
}

#[test]
#[should_panic(expected = "a window has 9 to 15 bits")]
fn a_window_that_zlib_does_not_have_is_refused_when_it_is_named() {
    let deflate = Deflate { server_max_window_bits: 8, ..Deflate::default() };
    drop(WebSocketOptions::new().deflate(deflate));
}
