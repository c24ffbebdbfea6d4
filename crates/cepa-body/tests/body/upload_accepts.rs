//! Which files an upload takes.

use crate::send::*;

use cepa_body::{Upload, UploadForm};
use cepa_core::Error;
use serde_json::{Value, json};

fn names(form: UploadForm) -> Value {
    json!(form.files().iter().map(|file| file.name().to_owned()).collect::<Vec<_>>())
}

async fn send(upload: Upload, parts: Vec<Vec<u8>>) -> Result<Value, (u16, String)> {
    let response = post(uploads(upload, names), MULTIPART, form(parts)).send().await;
    if response.status == 200 { Ok(response.json()) } else { Err(refusal(&response)) }
}

fn two(field: &str) -> Vec<Vec<u8>> {
    vec![file(field, "1.png", "one"), file(field, "2.png", "two")]
}

#[tokio::test]
async fn single_takes_one_file_of_its_field() {
    let single = || Upload::new().single("picture");
    assert_eq!(send(single(), vec![file("picture", "a.png", "x")]).await, Ok(json!(["a.png"])));
    assert_eq!(send(single(), vec![]).await, Ok(json!([])));
    assert_eq!(send(single(), two("picture")).await, Err((413, "too_many_files".into())));
    let other = vec![file("other", "a.png", "x")];
    assert_eq!(send(single(), other).await, Err((422, "unexpected_file".into())));
}

#[tokio::test]
async fn array_takes_as_many_as_it_says() {
    assert_eq!(send(Upload::new().array("p", 2), two("p")).await, Ok(json!(["1.png", "2.png"])));
    let three = [two("p"), vec![file("p", "3.png", "x")]].concat();
    assert_eq!(send(Upload::new().array("p", 2), three).await, Err((413, "too_many_files".into())));
}

#[tokio::test]
async fn fields_counts_each_on_its_own() {
    let both = || Upload::new().fields([("avatar", 1), ("gallery", 2)]);
    let parts = [two("gallery"), vec![file("avatar", "me.png", "x")]].concat();
    assert_eq!(send(both(), parts).await, Ok(json!(["1.png", "2.png", "me.png"])));
    assert_eq!(send(both(), two("avatar")).await, Err((413, "too_many_files".into())));
}

#[tokio::test]
async fn none_takes_text_alone_and_any_takes_all() {
    assert_eq!(send(Upload::new().none(), vec![field("a", "1")]).await, Ok(json!([])));
    assert_eq!(send(Upload::new().none(), two("a")).await, Err((422, "unexpected_file".into())));
    let parts = [two("a"), two("b")].concat();
    assert_eq!(
        send(Upload::new().any(), parts.clone()).await.unwrap().as_array().unwrap().len(),
        4
    );
    assert_eq!(send(Upload::new(), parts).await.unwrap().as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn a_filter_skips_or_refuses_and_skipped_files_do_not_count() {
    let skipping = Upload::new().single("p").filter(|part| Ok(part.name() != "1.png"));
    assert_eq!(send(skipping, two("p")).await, Ok(json!(["2.png"])));
    let refusing = Upload::new().filter(|part| match part.content_type() {
        "image/gif" => Ok(true),
        kind => Err(Error::new(422, format!("{kind} is no GIF")).with_code("no_gif")),
    });
    assert_eq!(send(refusing, two("p")).await, Err((422, "no_gif".into())));
}

#[tokio::test]
async fn only_multipart_forms_are_uploads() {
    for (kind, expected) in [
        ("", (415, "missing_content_type")),
        (JSON, (415, "unsupported_type")),
        (FORM, (415, "unsupported_type")),
        ("multipart/mixed; boundary=B", (415, "unsupported_type")),
        ("multipart/form-data", (400, "bad_boundary")),
        ("multipart/form-data; boundary=", (400, "bad_boundary")),
        ("multipart/form-data; boundary=\"\"", (400, "bad_boundary")),
        ("multipart/form-data; boundary=\"a\u{e9}\"", (400, "bad_boundary")),
    ] {
        let response = post(uploads(Upload::new(), names), kind, form([])).send().await;
        assert_eq!(refusal(&response), (expected.0, expected.1.to_owned()), "{kind}");
    }
    let long = format!("multipart/form-data; boundary={}", "b".repeat(71));
    let response = post(uploads(Upload::new(), names), &long, form([])).send().await;
    assert_eq!(refusal(&response), (400, "bad_boundary".into()));
    for kind in
        ["multipart/form-data; boundary=\"B\"", "Multipart/Form-Data; charset=x; BOUNDARY=B"]
    {
        let response = post(uploads(Upload::new(), names), kind, form([])).send().await;
        assert_eq!(response.status, 200, "{kind}");
    }
}
