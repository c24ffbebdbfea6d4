//! A body can be read more than once, without a copy; what is left of one that was cut short is an error.

use crate::send::*;

use std::time::Duration;

use cepa_body::{BodyExt, Upload};
use cepa_core::{App, Body, Context};
use serde_json::Value;

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

/// Nothing that is left of the body passes for a whole one, however it is read and however often.
async fn is_gone(ctx: &mut Context) {
    for _ in 0..2 {
        let error = ctx.body_bytes().await.unwrap_err();
        assert_eq!(error.status(), 500);
        assert!(error.source().unwrap().to_string().contains("read before"), "{error:?}");
    }
    assert!(ctx.request.take_body().chunk().await.unwrap().is_err());
}

/// Runs an app to its end; what it asserts is the test.
async fn run(app: App, content_type: &str, body: Body) {
    let answer = post(app, content_type, body).send().await;
    assert_eq!(answer.text(), "done");
}

#[tokio::test]
async fn a_reading_beyond_a_limit_never_passes_for_a_whole_one() {
    let app = app(async |ctx, _next| {
        let first = ctx.read_body().limit(4).bytes().await;
        assert_eq!(first.unwrap_err().status(), 413);
        is_gone(ctx).await;
        ctx.set_body("done")
    });
    run(app, "", pieces(["one", "two", "three"])).await;
}

#[tokio::test]
async fn a_reading_that_broke_off_never_passes_for_a_whole_one() {
    let app = app(async |ctx, _next| {
        let error = ctx.body_bytes().await.unwrap_err();
        assert_eq!((error.status().as_u16(), error.code()), (400, Some("body_aborted")));
        is_gone(ctx).await;
        ctx.set_body("done")
    });
    run(app, "", cut("so far")).await;
}

#[tokio::test(start_paused = true)]
async fn a_reading_beyond_its_deadline_never_passes_for_a_whole_one() {
    let app = app(async |ctx, _next| {
        let first = ctx.read_body().deadline(Duration::from_secs(1)).bytes().await;
        assert_eq!(first.unwrap_err().status(), 408);
        is_gone(ctx).await;
        ctx.set_body("done")
    });
    run(app, "", stalled("so far")).await;
}

#[tokio::test]
async fn a_reading_that_was_dropped_never_passes_for_a_whole_one() {
    let app = app(async |ctx, _next| {
        tokio::select! {
            biased;
            _ = ctx.body_bytes() => unreachable!("the body never ends"),
            () = tokio::task::yield_now() => {}
        }
        is_gone(ctx).await;
        ctx.set_body("done")
    });
    run(app, "", stalled("so far")).await;
}

#[tokio::test]
async fn an_upload_leaves_no_empty_body_behind() {
    let app = app(async |ctx, _next| {
        assert_eq!(ctx.upload(&Upload::new()).await?.field("a"), Some("b"));
        is_gone(ctx).await;
        ctx.set_body("done")
    });
    run(app, MULTIPART, pieces([form([field("a", "b")])])).await;
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
