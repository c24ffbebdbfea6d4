//! What is a file, what is a text field, and what becomes of the fields.

use crate::send::*;

use cepa_body::{Upload, UploadForm};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

fn tree(form: UploadForm) -> Value {
    form.fields().unwrap()
}

async fn read(parts: Vec<Vec<u8>>) -> Value {
    post(uploads(Upload::new(), tree), MULTIPART, form(parts)).send().await.json()
}

#[tokio::test]
async fn text_fields_nest_as_in_other_forms() {
    let parts = vec![
        field("a[b]", "1"),
        field("a[c][]", "2"),
        field("list", "x"),
        field("list", "y"),
        field("größe", "äöü"),
        field("empty", ""),
    ];
    let expected =
        json!({"a": {"b": "1", "c": ["2"]}, "list": ["x", "y"], "größe": "äöü", "empty": ""});
    assert_eq!(read(parts).await, expected);
}

#[tokio::test]
async fn a_field_is_also_there_by_its_literal_name() {
    let app = uploads(Upload::new(), |form| json!([form.field("a[b]"), form.field("none")]));
    let body = form([field("a[b]", "1"), field("a[b]", "2")]);
    assert_eq!(post(app, MULTIPART, body).send().await.json::<Value>(), json!(["1", null]));
}

#[tokio::test]
async fn fields_are_listed_in_the_order_in_which_they_came() {
    let app = uploads(Upload::new(), |form| {
        json!(form.pairs().map(|(name, text)| format!("{name}={text}")).collect::<Vec<_>>())
    });
    let body = form([
        field("b[]", "1"),
        file("picture", "onion.png", "not a text"),
        field("a", ""),
        field("b[]", "é"),
    ]);
    let response = post(app, MULTIPART, body).send().await;
    assert_eq!(response.json::<Value>(), json!(["b[]=1", "a=", "b[]=é"]));
}

#[tokio::test]
async fn fields_become_a_type_or_say_which_does_not_fit() {
    #[derive(Deserialize, Serialize)]
    struct Caption {
        title: String,
        year: Option<u16>,
    }
    let app = || {
        app(async |ctx, _next| {
            use cepa_body::BodyExt;
            let form = ctx.upload(&Upload::new().none()).await?;
            let caption: Caption = form.fields()?;
            ctx.set_body(cepa_core::Json(caption))
        })
    };
    let good = form([field("title", "onion"), field("year", "1999")]);
    let response = post(app(), MULTIPART, good).send().await;
    assert_eq!(response.json::<Value>(), json!({"title": "onion", "year": 1999}));
    let bad = form([field("title", "onion"), field("year", "soon")]);
    let response = post(app(), MULTIPART, bad).send().await;
    assert_eq!(refusal(&response), (422, "invalid_body".into()));
    assert_eq!(detail(&response), "year: invalid type: string \"soon\", expected u16");
}

#[tokio::test]
async fn what_is_a_file_and_what_is_text() {
    let app = uploads(Upload::new(), |form| {
        let fields = form.fields::<Value>().unwrap();
        json!([form.files().iter().map(|file| file.name().to_owned()).collect::<Vec<_>>(), fields])
    });
    let disposition = "Content-Disposition: form-data; name=\"x\"";
    let octets = "Content-Type: application/octet-stream";
    let body = form([
        part(&format!("{disposition}; filename=\"a\""), "file"),
        part(&format!("{disposition}\r\n{octets}"), "file without a name"),
        part(&format!("{disposition}; filename=\"\"\r\n{octets}"), "input left empty"),
        part(&format!("{disposition}; filename=\"\""), "text"),
        part(&format!("{disposition}\r\nContent-Type: text/plain"), "more text"),
        part("Content-Disposition: attachment; name=\"x\"", "ignored"),
        part("X-Other: yes", "ignored"),
    ]);
    let response = post(app, MULTIPART, body).send().await;
    assert_eq!(response.json::<Value>(), json!([["a", ""], {"x": ["text", "more text"]}]));
}

#[tokio::test]
async fn a_field_has_its_own_charset() {
    let named = |charset: &str, text: &[u8]| {
        let headers = format!(
            "Content-Disposition: form-data; name=\"a\"\r\nContent-Type: text/plain; charset={charset}"
        );
        part(&headers, text)
    };
    assert_eq!(read(vec![named("iso-8859-1", b"caf\xe9")]).await, json!({"a": "café"}));
    assert_eq!(read(vec![named("utf-16", b"c\0\xe9\0")]).await, json!({"a": "cé"}));
    assert_eq!(read(vec![named("UTF-8", "café".as_bytes())]).await, json!({"a": "café"}));
    for (parts, expected) in [
        (named("utf-7", b"x"), (415, "unsupported_charset")),
        (named("utf-16", b"x"), (400, "invalid_charset")),
        (named("utf-8", b"caf\xe9"), (400, "invalid_utf8")),
    ] {
        let response = post(uploads(Upload::new(), tree), MULTIPART, form([parts])).send().await;
        assert_eq!(refusal(&response), (expected.0, expected.1.to_owned()));
    }
}

#[tokio::test]
async fn preamble_epilogue_and_padding_are_ignored() {
    let mut body = b"a preamble\r\n".to_vec();
    body.extend_from_slice(b"--B  \r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n");
    body.extend_from_slice(b"--B--  \r\nan epilogue --B\r\n");
    let response = post(uploads(Upload::new(), tree), MULTIPART, body).send().await;
    assert_eq!(response.json::<Value>(), json!({"a": "1"}));
}
