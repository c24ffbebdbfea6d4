//! Which part of a stream is within the time that its handlers have.

use std::time::Duration;

use bytes::Bytes;
use cepa_core::http::Method;
use cepa_core::{App, Body};
use cepa_kit::timeout;
use cepa_test::{Client, Response};
use futures_util::stream;
use tokio::time::sleep;

/// A stream whose chunks come after these many milliseconds each, below a timeout of a second.
async fn ask(method: Method, chunks: &'static [u64], flushes: bool) -> Response {
    let app = App::new().plug(timeout(Duration::from_secs(1))).with(async move |ctx, _next| {
        if flushes {
            ctx.response.flush_headers();
        }
        let chunks = stream::unfold(chunks.iter(), |mut left| async move {
            sleep(Duration::from_millis(*left.next()?)).await;
            Some((Ok(Bytes::from_static(b"chunk ")), left))
        });
        ctx.set_body(Body::stream(chunks))
    });
    Client::new(app).request(method, "/").send().await
}

fn seen(response: &Response) -> (u16, &str) {
    (response.status.as_u16(), response.text())
}

#[tokio::test(start_paused = true)]
async fn the_wait_for_the_first_chunk_is() {
    let late = ask(Method::GET, &[1001], false).await;
    assert_eq!(seen(&late), (503, "Request timeout"));
    assert_eq!(seen(&ask(Method::GET, &[999], false).await), (200, "chunk "));
}

#[tokio::test(start_paused = true)]
async fn what_comes_after_it_is_not() {
    let slow = ask(Method::GET, &[999, 5000, 5000], false).await;
    assert_eq!(seen(&slow), (200, "chunk chunk chunk "));
}

#[tokio::test(start_paused = true)]
async fn a_stream_whose_head_goes_at_once_is_not_waited_for() {
    assert_eq!(seen(&ask(Method::GET, &[5000], true).await), (200, "chunk "));
}

#[tokio::test(start_paused = true)]
async fn the_answer_to_head_is_not_waited_for() {
    assert_eq!(ask(Method::HEAD, &[5000], false).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_fails_first_is_its_own_error() {
    let app = App::new().on_error(|_, _| {}).plug(timeout(Duration::from_secs(1))).with(
        async |ctx, _next| {
            let failure = Err(std::io::Error::other("the disk is gone"));
            ctx.set_body(Body::stream(stream::iter([failure])))
        },
    );
    assert_eq!(Client::new(app).get("/").send().await.status, 500);
}
