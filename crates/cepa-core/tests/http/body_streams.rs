//! Streams: lengths, HEAD, failing, dropping.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use cepa_core::{App, Body};
use cepa_test::Client;
use futures_util::stream;

fn chunks(texts: &'static [&'static str]) -> Body {
    Body::stream(stream::iter(texts.iter().map(|text| Ok(Bytes::from_static(text.as_bytes())))))
}

#[tokio::test]
async fn a_stream_has_no_length_and_octets_for_a_type() {
    let app = App::new().with(async |ctx, _next| ctx.set_body(chunks(&["one ", "two"])));
    let response = Client::new(app).get("/").send().await;
    assert_eq!(response.text(), "one two");
    assert_eq!(response.get("content-length"), "");
    assert_eq!(response.get("content-type"), "application/octet-stream");
}

#[tokio::test]
async fn a_stream_with_a_size_declares_it() {
    let app = App::new().with(async |ctx, _next| {
        let chunk = stream::iter([Ok(Bytes::from_static(b"sized"))]);
        ctx.set_body(Body::sized(chunk, 5))?;
        ctx.response.set_length(3);
        Ok(())
    });
    assert_eq!(Client::new(app).head("/").send().await.get("content-length"), "5");
}

#[tokio::test]
async fn a_stream_fails_part_way() {
    let app = App::new().with(async |ctx, _next| {
        let failing = stream::iter([
            Ok(Bytes::from_static(b"half")),
            Err(io::Error::other("the source is gone")),
        ]);
        ctx.set_body(Body::stream(failing))
    });
    let mut streaming = Client::new(app).get("/").stream().await;
    assert_eq!(&streaming.body.chunk().await.unwrap().unwrap()[..], b"half");
    let error = streaming.body.chunk().await.unwrap().unwrap_err();
    assert_eq!(error.to_string(), "the source is gone");
}

#[tokio::test]
async fn a_body_that_is_not_sent_is_dropped() {
    struct Noticed(Arc<AtomicBool>);
    impl Drop for Noticed {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    let dropped = Arc::new(AtomicBool::new(false));
    let flag = dropped.clone();
    let app = App::new().with(async move |ctx, _next| {
        let guard = Noticed(flag);
        let endless = stream::repeat_with(move || {
            let _held = &guard;
            Ok(Bytes::from_static(b"more"))
        });
        ctx.set_body(Body::stream(endless))
    });
    let response = Client::new(app).head("/").send().await;
    assert_eq!(response.status, 200);
    assert!(dropped.load(Ordering::Relaxed));
}

#[tokio::test]
async fn a_file_is_sent_from_where_it_stands() {
    let path = std::env::temp_dir().join(format!("cepa-core-body-{}", std::process::id()));
    std::fs::write(&path, "0123456789").unwrap();
    let file = tokio::fs::File::open(&path).await.unwrap();
    std::fs::remove_file(&path).unwrap();
    let mut body = Body::file(file, 4);
    assert_eq!(body.size(), Some(4));
    let mut read = Vec::new();
    while let Some(chunk) = body.chunk().await {
        read.extend_from_slice(&chunk.unwrap());
    }
    assert_eq!(read, b"0123");
}
