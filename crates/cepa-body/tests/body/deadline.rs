//! A body has to arrive in time and to its end.

use std::time::Duration;

use crate::send::*;

use cepa_body::{BodyExt, BodyLimits, Upload, UploadLimits};

#[tokio::test(start_paused = true)]
async fn a_body_that_stalls_is_a_408() {
    let start = tokio::time::Instant::now();
    let response = post(echo_text(), "text/plain", stalled("so far")).send().await;
    assert_eq!(refusal(&response), (408, "body_timeout".into()));
    assert_eq!(start.elapsed().as_secs(), BodyLimits::default().deadline.as_secs());
}

#[tokio::test(start_paused = true)]
async fn a_body_that_trickles_is_a_408_too() {
    use futures_util::StreamExt;
    let trickle = futures_util::stream::repeat(()).then(|()| async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        Ok(bytes::Bytes::from_static(b"x"))
    });
    let start = tokio::time::Instant::now();
    let response = post(echo_text(), "text/plain", cepa_core::Body::stream(trickle)).send().await;
    assert_eq!(refusal(&response), (408, "body_timeout".into()));
    assert_eq!(start.elapsed().as_secs(), 30);
}

#[tokio::test(start_paused = true)]
async fn the_call_can_choose_its_deadline() {
    let patient = app(async |ctx, _next| {
        let text = ctx.read_body().deadline(Duration::from_secs(3)).text().await?;
        ctx.set_body(text)
    });
    let start = tokio::time::Instant::now();
    assert_eq!(post(patient, "text/plain", stalled("x")).send().await.status, 408);
    assert_eq!(start.elapsed().as_secs(), 3);
}

#[tokio::test(start_paused = true)]
async fn uploads_have_a_deadline_of_their_own() {
    for (limits, seconds) in [
        (UploadLimits::default(), 120),
        (UploadLimits { deadline: Duration::from_secs(7), ..UploadLimits::default() }, 7),
    ] {
        let start = tokio::time::Instant::now();
        let app = uploads(Upload::new().limits(limits), |_| serde_json::Value::Null);
        let response = post(app, MULTIPART, stalled("--B\r\n")).send().await;
        assert_eq!(refusal(&response), (408, "body_timeout".into()));
        assert_eq!(start.elapsed().as_secs(), seconds);
    }
}

#[tokio::test]
async fn a_body_that_is_cut_is_a_400() {
    let response = post(echo_text(), "text/plain", cut("so far")).send().await;
    assert_eq!(refusal(&response), (400, "body_aborted".into()));
}
