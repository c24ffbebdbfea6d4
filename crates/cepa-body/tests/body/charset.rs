//! UTF-8 unless another charset is named; what is not in its charset is refused.

use crate::send::*;

use serde_json::{Value, json};

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

/// A text in a charset, as each kind of body.
async fn reads(charset: &str, encoded: impl Fn(&str) -> Vec<u8>, text: &str) {
    let kind = |kind: &str| format!("{kind}; charset={charset}");
    let response = post(echo_text(), &kind("text/plain"), encoded(text)).send().await;
    assert_eq!(response.text(), text, "{charset}");
    let json = encoded(&format!("{{\"a\":\"{text}\"}}"));
    let response = post(echo_json::<Value>(), &kind(JSON), json).send().await;
    assert_eq!(response.json::<Value>(), json!({"a": text}), "{charset}");
    let form = encoded(&format!("a={text}"));
    let response = post(echo_form::<Value>(), &kind(FORM), form).send().await;
    assert_eq!(response.json::<Value>(), json!({"a": text}), "{charset}");
}

#[tokio::test]
async fn latin1_is_the_first_256_code_points() {
    let latin1 = |text: &str| text.chars().map(|c| u8::try_from(c).unwrap()).collect();
    for charset in ["iso-8859-1", "ISO-8859-1", "latin1"] {
        reads(charset, latin1, "café \u{80}").await;
    }
}

#[tokio::test]
async fn utf16_is_read_in_either_order_with_and_without_its_mark() {
    let little = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let big = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    let marked = |text: &str| format!("\u{feff}{text}");
    for charset in ["utf-16", "UTF-16LE"] {
        reads(charset, little, "größe 𝄞").await;
        reads(charset, |text| little(&marked(text)), "größe 𝄞").await;
    }
    reads("utf-16be", big, "größe 𝄞").await;
    reads("utf-16", |text| big(&marked(text)), "größe 𝄞").await;
}

#[tokio::test]
async fn the_charsets_of_browsers_are_read() {
    reads(
        "windows-1252",
        |text| text.replace('€', "\u{80}").chars().map(|c| c as u8).collect(),
        "€",
    )
    .await;
    reads("koi8-r", |text| encoding_rs::KOI8_R.encode(text).0.into_owned(), "привет").await;
    reads("Shift_JIS", |text| encoding_rs::SHIFT_JIS.encode(text).0.into_owned(), "日本").await;
    reads("gb18030", |text| encoding_rs::GB18030.encode(text).0.into_owned(), "中文 €").await;
}

#[tokio::test]
async fn other_charsets_are_refused() {
    for charset in ["utf-7", "utf-32", "iso-2022-kr", "replacement", "x", ""] {
        for (app, kind) in [(echo_text(), "text/plain"), (echo_json::<Value>(), JSON)] {
            let kind = format!("{kind}; charset={charset}");
            let response = post(app, &kind, "{}").send().await;
            assert_eq!(refusal(&response), (415, "unsupported_charset".into()), "{charset}");
        }
    }
}

#[tokio::test]
async fn what_is_not_in_its_charset_is_refused_with_its_place() {
    for (charset, bytes, said) in [
        ("utf-16le", &b"a\0\0\xd8b\0"[..], "not valid UTF-16LE at byte 2"),
        ("utf-16le", b"a\0b", "not valid UTF-16LE at byte 2"),
        ("utf-16", b"\xff\xfea\0\0\xdc", "not valid UTF-16LE at byte 4"),
        ("shift_jis", b"ab\x81", "not valid Shift_JIS at byte 2"),
    ] {
        let kind = format!("text/plain; charset={charset}");
        let response = post(echo_text(), &kind, bytes.to_vec()).send().await;
        assert_eq!(refusal(&response), (400, "invalid_charset".into()), "{said}");
        assert_eq!(detail(&response), format!("the body is {said}"));
    }
}

#[tokio::test]
async fn escapes_of_a_form_are_utf8_in_any_charset() {
    for charset in ["iso-8859-1", "utf-8"] {
        let kind = format!("{FORM}; charset={charset}");
        let response = post(echo_form::<Value>(), &kind, "a=%C3%A9").send().await;
        assert_eq!(response.json::<Value>(), json!({"a": "é"}));
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
