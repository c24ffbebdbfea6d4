//! UTF-8 everywhere, ISO-8859-1 for text, nothing else.

use crate::send::*;

use serde_json::Value;

#[tokio::test]
async fn utf8_is_read_with_and_without_its_mark() {
    let marked = "\u{feff}{\"a\":\"é\"}";
    for text in [marked, &marked[3..]] {
        for kind in [JSON, "application/json; charset=utf8", "application/json; charset=\"UTF-8\""]
        {
            let response = post(echo_json::<Value>(), kind, text.to_owned()).send().await;
            assert_eq!(response.json::<Value>(), serde_json::json!({"a": "é"}));
        }
    }
    assert_eq!(post(echo_text(), "text/plain", "\u{feff}x").send().await.text(), "x");
    let response = post(echo_form::<Value>(), FORM, "\u{feff}a=1").send().await;
    assert_eq!(response.json::<Value>(), serde_json::json!({"a": "1"}));
}

#[tokio::test]
async fn latin1_is_read_as_text_only() {
    let latin1 = b"caf\xe9 \x80".to_vec();
    for charset in ["iso-8859-1", "ISO-8859-1", "latin1"] {
        let response = post(echo_text(), &format!("text/plain; charset={charset}"), latin1.clone());
        assert_eq!(response.send().await.text(), "café \u{80}");
    }
    let response =
        post(echo_json::<Value>(), "application/json; charset=latin1", "{}").send().await;
    assert_eq!(refusal(&response), (415, "unsupported_charset".into()));
}

#[tokio::test]
async fn other_charsets_are_refused() {
    for charset in ["utf-16", "windows-1252", "shift_jis", "x", ""] {
        let response =
            post(echo_text(), &format!("text/plain; charset={charset}"), "a").send().await;
        assert_eq!(refusal(&response), (415, "unsupported_charset".into()), "{charset}");
    }
}

#[tokio::test]
async fn invalid_utf8_is_refused_with_its_place() {
    let apps =
        [(echo_json::<Value>(), JSON), (echo_form::<Value>(), FORM), (echo_text(), "text/plain")];
    for (app, kind) in apps {
        let response = post(app, kind, b"\"ab\xff\"".to_vec()).send().await;
        assert_eq!(refusal(&response), (400, "invalid_utf8".into()), "{kind}");
        assert_eq!(detail(&response), "the body is not valid UTF-8 at byte 3");
    }
}
