//! A body can be read more than once, without a copy; a reading that was cut short cannot.

use crate::send::*;

use cepa_body::BodyExt;
use serde_json::{Value, json};

#[tokio::test]
async fn the_raw_bytes_stand_beside_what_was_parsed() {
    for body in ["{\"a\": 1}".into(), pieces(["{\"a\"", ": 1}"])] {
        let app = app(async |ctx, _next| {
            let signed = ctx.body_bytes().await?;
            let value: Value = ctx.body_json().await?;
            let again = ctx.body_bytes().await?;
            assert_eq!(signed.as_ptr(), again.as_ptr(), "the bytes are shared, not copied");
            ctx.set_body(format!("{} {}", signed.len(), value["a"]))
        });
        assert_eq!(post(app, JSON, body).send().await.text(), "8 1");
    }
}

#[tokio::test]
async fn a_body_of_one_piece_is_not_copied() {
    let whole = bytes::Bytes::from_static(b"one piece");
    let start = whole.as_ptr() as usize;
    for body in [cepa_core::Body::from(whole.clone()), pieces([whole])] {
        let app = app(async move |ctx, _next| {
            assert_eq!(ctx.body_bytes().await?.as_ptr() as usize, start);
            Ok(())
        });
        assert_eq!(post(app, "", body).send().await.status, 404);
    }
}

#[tokio::test]
async fn a_reading_that_was_cut_short_never_passes_for_a_whole_one() {
    let app = app(async |ctx, _next| {
        let first = ctx.read_body().limit(4).bytes().await;
        assert_eq!(first.unwrap_err().status(), 413);
        let second = ctx.body_bytes().await?;
        ctx.set_body(cepa_core::Json(json!(second.len())))
    });
    assert_eq!(post(app, "", pieces(["one", "two", "three"])).send().await.text(), "0");
}

#[tokio::test]
async fn a_body_that_was_not_sent_has_no_bytes() {
    let app = app(async |ctx, _next| {
        let length = ctx.body_bytes().await?.len();
        ctx.set_body(length.to_string())
    });
    let response = cepa_test::Client::new(app).get("/").send().await;
    assert_eq!(response.text(), "0");
}
