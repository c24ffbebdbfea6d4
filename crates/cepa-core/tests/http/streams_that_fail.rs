//! Streams that fail: before the first byte an answer is still possible, later only the end is.

use std::io;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use cepa_core::{App, Body};
use cepa_test::Client;
use futures_util::stream;

#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<String>>>);

fn app(seen: &Seen) -> App {
    let seen = seen.clone();
    App::new()
        .on_error(move |error, ctx| {
            seen.0.lock().unwrap().push(format!("{} {}: {error}", ctx.method(), ctx.url()));
        })
        .with(async |ctx, _next| {
            ctx.set("x-kept", "yes")?;
            if ctx.path() == "/flushed" {
                ctx.response.flush_headers();
            }
            let lost = || Err(io::Error::other("the disk is gone"));
            let chunk = || Ok(Bytes::from_static(b"half"));
            match ctx.path() {
                "/late" | "/" => ctx.set_body(Body::stream(stream::iter([chunk(), lost()]))),
                _ => ctx.set_body(Body::sized(stream::iter([lost()]), 4)),
            }
        })
}

#[tokio::test]
async fn before_the_first_byte_it_is_a_500() {
    let seen = Seen::default();
    let response = Client::new(app(&seen)).get("/early").send().await;
    assert_eq!((response.status.as_u16(), response.text()), (500, "Internal Server Error"));
    assert_eq!(response.get("content-length"), "21");
    assert_eq!(response.get("x-kept"), "yes");
    let expected = "GET /early: 500: the response failed before its first byte: the disk is gone";
    assert_eq!(*seen.0.lock().unwrap(), [expected]);
}

#[tokio::test]
async fn later_the_connection_ends_and_the_observers_see_why() {
    let seen = Seen::default();
    let client = Client::new(app(&seen));
    for (target, status) in [("/late?x=1", 200), ("/flushed", 200)] {
        let mut streaming = client.get(target).stream().await;
        assert_eq!(streaming.status, status);
        let mut last = None;
        while let Some(chunk) = streaming.body.chunk().await {
            last = Some(chunk.is_err());
        }
        assert_eq!(last, Some(true), "{target} ends with the failure");
        let expected = format!("GET {target}: 500: the response failed part way: the disk is gone");
        assert_eq!(seen.0.lock().unwrap().pop(), Some(expected));
    }
    assert!(seen.0.lock().unwrap().is_empty(), "each failure is shown once");
}

#[tokio::test]
async fn the_stream_of_a_head_request_is_not_read() {
    let seen = Seen::default();
    let response = Client::new(app(&seen)).head("/early").send().await;
    assert_eq!((response.status.as_u16(), response.get("content-length")), (200, "4"));
    assert!(seen.0.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_chunk_that_was_read_ahead_is_not_lost() {
    let app = App::new().with(async |ctx, _next| {
        let chunks = ["a", "b", "c"].map(|text| Ok(Bytes::from_static(text.as_bytes())));
        ctx.set_body(Body::stream(stream::iter(chunks)))
    });
    assert_eq!(Client::new(app).get("/").send().await.text(), "abc");
    // Some streams may not be asked again after their end.
    let once = stream::unfold((), |()| async { None::<(io::Result<Bytes>, ())> });
    let once = std::sync::Mutex::new(Some(once));
    let once = Arc::new(once);
    let unfolded = App::new().with(async move |ctx, _next| {
        let chunks = once.lock().unwrap().take().unwrap();
        ctx.set_body(Body::stream(chunks))
    });
    assert_eq!(Client::new(unfolded).get("/").send().await.status, 200);
    let empty = App::new().with(async |ctx, _next| ctx.set_body(Body::stream(stream::empty())));
    let response = Client::new(empty).get("/").send().await;
    assert_eq!((response.status.as_u16(), response.text()), (200, ""));
}

#[tokio::test]
async fn a_stream_that_panics_at_once_is_a_500() {
    let app = App::new().on_error(|_, _| {}).with(async |ctx, _next| {
        let panics = stream::poll_fn(|_| -> std::task::Poll<Option<io::Result<Bytes>>> {
            panic!("no stream")
        });
        ctx.set_body(Body::stream(panics))
    });
    assert_eq!(Client::new(app).get("/").send().await.status, 500);
}

#[tokio::test]
async fn a_failure_is_told_of_any_target() {
    let seen = Seen::default();
    let client = Client::new(app(&seen));
    let mut streaming = client.get("http://onions.example?late").stream().await;
    while streaming.body.chunk().await.is_some_and(|chunk| chunk.is_ok()) {}
    let told = seen.0.lock().unwrap().pop().unwrap();
    assert!(told.starts_with("GET /?late: 500"), "{told}");
}
