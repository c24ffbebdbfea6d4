//! A stream is compressed without being held back.

use std::io;
use std::io::Write;
use std::time::Duration;

use bytes::Bytes;
use cepa_core::{App, Body};
use cepa_kit::{Compression, compress};
use cepa_sse::SseExt;
use cepa_test::Client;
use futures_util::{StreamExt, future, stream};
use tokio::sync::mpsc;

use crate::compress::decoded;

/// What a gzip stream that has not ended gives so far.
fn so_far(decoder: &mut flate2::write::GzDecoder<Vec<u8>>, chunk: &[u8]) -> String {
    decoder.write_all(chunk).unwrap();
    decoder.flush().unwrap();
    String::from_utf8(std::mem::take(decoder.get_mut())).unwrap()
}

#[tokio::test]
async fn an_event_goes_out_when_it_comes() {
    let (send, receive) = mpsc::channel::<io::Result<Bytes>>(8);
    let receive = std::sync::Mutex::new(Some(receive));
    let receive = std::sync::Arc::new(receive);
    let app = App::new().plug(compress()).with(async move |ctx, _next| {
        ctx.set_type("text/event-stream")?;
        ctx.response.flush_headers();
        let receive = receive.lock().unwrap().take().unwrap();
        let events = stream::unfold(receive, async |mut receive| {
            let event = receive.recv().await?;
            Some((event, receive))
        });
        ctx.set_body(Body::stream(events))
    });
    let call = Client::new(app).get("/").header("accept-encoding", "gzip");
    let mut response = call.stream().await;
    assert_eq!(response.headers["content-encoding"], "gzip");
    let mut decoder = flate2::write::GzDecoder::new(Vec::new());
    for number in 0..5 {
        let event = format!("id: {number}\ndata: hello\n\n");
        send.send(Ok(event.clone().into())).await.unwrap();
        let mut text = String::new();
        while text.len() < event.len() {
            let chunk = response.body.chunk().await.unwrap().unwrap();
            text.push_str(&so_far(&mut decoder, &chunk));
        }
        assert_eq!(text, event);
    }
    drop(send);
    while let Some(chunk) = response.body.chunk().await {
        decoder.write_all(&chunk.unwrap()).unwrap();
    }
    assert_eq!(decoder.finish().unwrap(), b"");
}

#[tokio::test(start_paused = true)]
async fn server_sent_events_are_compressed_when_the_handler_asks_for_it() {
    let app = App::new().plug(compress()).with(async |ctx, _next| {
        if ctx.path() == "/asked" {
            ctx.state.insert(Compression::Always);
        }
        let sse = ctx.sse().send(async |events| {
            loop {
                events.send("tick").await?;
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
        ctx.set_body(sse)
    });
    let client = Client::new(app);
    let plain = client.get("/").header("accept-encoding", "gzip").stream().await;
    assert!(!plain.headers.contains_key("content-encoding"));
    let mut asked = client.get("/asked").header("accept-encoding", "gzip").stream().await;
    assert_eq!(asked.headers["content-encoding"], "gzip");
    let mut decoder = flate2::write::GzDecoder::new(Vec::new());
    let start = tokio::time::Instant::now();
    let mut text = String::new();
    while text.matches("data: tick\n\n").count() < 4 {
        let chunk = asked.body.chunk().await.unwrap().unwrap();
        text.push_str(&so_far(&mut decoder, &chunk));
    }
    assert_eq!(start.elapsed().as_secs(), 3, "none was held back");
}

#[tokio::test]
async fn a_stream_at_full_speed_is_not_flushed_at_every_chunk() {
    let app = App::new().plug(compress()).with(async |ctx, _next| {
        ctx.set_type("text")?;
        let chunks = stream::repeat_with(|| Ok(Bytes::from_static(b"onion "))).take(10_000);
        ctx.set_body(Body::stream(chunks))
    });
    let response = Client::new(app).get("/").header("accept-encoding", "gzip").send().await;
    assert!(response.body.len() < 1000, "{} bytes", response.body.len());
    assert_eq!(decoded("gzip", &response.body), b"onion ".repeat(10_000));
}

#[tokio::test]
async fn a_large_body_lets_other_tasks_run() {
    let app =
        App::new().plug(compress()).with(async |ctx, _next| ctx.set_body("a".repeat(4 << 20)));
    let call = Client::new(app).get("/").header("accept-encoding", "br");
    let mut response = call.stream().await;
    let mut pauses = 0;
    let mut length = 0;
    loop {
        let polled =
            future::poll_fn(|poller| std::task::Poll::Ready(response.body.poll_chunk(poller)))
                .await;
        match polled {
            std::task::Poll::Pending => pauses += 1,
            std::task::Poll::Ready(Some(chunk)) => length += chunk.unwrap().len(),
            std::task::Poll::Ready(None) => break,
        }
    }
    assert!(pauses >= 15, "{pauses}");
    assert!(length < 10_000, "{length}");
}

/// A stream of so many chunks that do not shrink, which then fails.
fn failing(chunks: u32) -> Client {
    Client::new(App::new().on_error(|_, _| {}).plug(compress()).with(async move |ctx, _next| {
        ctx.set_type("text")?;
        let lost = io::Error::new(io::ErrorKind::ConnectionReset, "lost");
        let noise = |number: u32| {
            let mut state = number.wrapping_mul(0x9e37_79b9) | 1;
            let byte = |_| {
                state ^= state << 13;
                state ^= state >> 17;
                state ^= state << 5;
                state.to_le_bytes()[1]
            };
            (0..8192).map(byte).collect::<Bytes>()
        };
        let chunks = (0..chunks).map(move |number| Ok(noise(number))).chain([Err(lost)]);
        ctx.set_body(Body::stream(stream::iter(chunks.collect::<Vec<_>>())))
    }))
}

#[tokio::test]
async fn a_stream_that_fails_fails() {
    let client = failing(50);
    let mut response = client.get("/").header("accept-encoding", "gzip").stream().await;
    assert_eq!(response.headers["content-encoding"], "gzip");
    let mut failed = false;
    while let Some(chunk) = response.body.chunk().await {
        failed |= chunk.is_err();
    }
    assert!(failed, "and no end of the stream comes after it");
}

#[tokio::test]
async fn a_stream_that_fails_before_its_first_byte_is_an_error_in_plain() {
    let response = failing(0).get("/").header("accept-encoding", "gzip").send().await;
    assert_eq!((response.status.as_u16(), response.text()), (500, "Internal Server Error"));
    assert_eq!(response.get("content-encoding"), "");
}
