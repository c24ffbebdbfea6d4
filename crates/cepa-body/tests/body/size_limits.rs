//! Every kind of body has a limit, checked before and while reading.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::send::*;

use bytes::Bytes;
use cepa_body::{BodyExt, BodyLimits};
use cepa_core::{App, Body};
use serde_json::Value;

const MIB: usize = 1024 * 1024;

fn lengths() -> [(App, &'static str, usize); 4] {
    let bytes = app(async |ctx, _next| {
        let bytes = ctx.body_bytes().await?;
        ctx.set_body(bytes.len().to_string())
    });
    let form = app(async |ctx, _next| {
        let _: Value = ctx.body_form().await?;
        Ok(())
    });
    [
        (echo_json::<Value>(), JSON, MIB),
        (form, FORM, 56 * 1024),
        (echo_text(), "text/plain", MIB),
        (bytes, "image/png", MIB),
    ]
}

fn exactly(kind: &str, length: usize) -> String {
    match kind {
        JSON => format!("\"{}\"", "x".repeat(length - 2)),
        _ => "x".repeat(length),
    }
}

#[tokio::test]
async fn each_kind_has_its_default_and_the_limit_itself_is_accepted() {
    for (app, kind, limit) in lengths() {
        let response = post(app, kind, exactly(kind, limit)).send().await;
        assert_ne!(response.status, 413, "{kind}");
    }
    for (app, kind, limit) in lengths() {
        let response = post(app, kind, exactly(kind, limit + 1)).send().await;
        assert_eq!(refusal(&response), (413, "body_too_large".into()), "{kind}");
        assert_eq!(detail(&response), format!("the body is larger than {limit} bytes"));
    }
}

#[tokio::test]
async fn bytes_are_counted_when_no_length_was_declared() {
    for (app, kind, limit) in lengths() {
        let body = exactly(kind, limit + 1);
        let body = pieces(body.as_bytes().chunks(1000).map(Bytes::copy_from_slice));
        let response = post(app, kind, body).send().await;
        assert_eq!(refusal(&response), (413, "body_too_large".into()), "{kind}");
    }
    for (app, kind, limit) in lengths() {
        let body = exactly(kind, limit);
        let body = pieces(body.as_bytes().chunks(1000).map(Bytes::copy_from_slice));
        assert_ne!(post(app, kind, body).send().await.status, 413, "{kind}");
    }
}

#[tokio::test]
async fn a_declared_length_beyond_the_limit_is_refused_unread() {
    static READ: AtomicUsize = AtomicUsize::new(0);
    let body = Body::stream(futures_util::stream::repeat_with(|| {
        READ.fetch_add(1, Ordering::Relaxed);
        Ok(Bytes::from_static(b"x"))
    }));
    let call = post(echo_text(), "text/plain", body);
    let response = call.header("content-length", "9000000000000000000").send().await;
    assert_eq!(refusal(&response), (413, "body_too_large".into()));
    assert_eq!(READ.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn an_endless_body_is_read_no_further_than_the_limit() {
    static READ: AtomicUsize = AtomicUsize::new(0);
    let body = Body::stream(futures_util::stream::repeat_with(|| {
        READ.fetch_add(1, Ordering::Relaxed);
        Ok(Bytes::from_static(&[b'x'; 1024]))
    }));
    let response = post(echo_text(), "text/plain", body).send().await;
    assert_eq!(refusal(&response), (413, "body_too_large".into()));
    assert_eq!(READ.load(Ordering::Relaxed), 1025);
}

#[tokio::test]
async fn the_app_and_the_call_can_choose_limits() {
    let limits = BodyLimits { text: 4, ..BodyLimits::default() };
    let shared = || echo_text().share(Arc::new(limits.clone()));
    assert_eq!(post(shared(), "text/plain", "four").send().await.status, 200);
    assert_eq!(post(shared(), "text/plain", "five!").send().await.status, 413);
    let own = || {
        app(async |ctx, _next| {
            let text = ctx.read_body().limit(6).text().await?;
            ctx.set_body(text)
        })
        .share(Arc::new(BodyLimits { text: 4, ..BodyLimits::default() }))
    };
    assert_eq!(post(own(), "text/plain", "sixsix").send().await.status, 200);
    assert_eq!(post(own(), "text/plain", "seven77").send().await.status, 413);
}

#[tokio::test]
async fn a_body_in_pieces_is_put_together() {
    for count in [0, 1, 2, 3, 100] {
        let parts = (0..count).map(|at| format!("<{at}>"));
        let expected: String = parts.clone().collect();
        assert_eq!(post(echo_text(), "text/plain", pieces(parts)).send().await.text(), expected);
    }
}
