//! Bodies in both directions, piece by piece.

use std::sync::Arc;

use cepa_body::BodyExt;
use cepa_core::{App, Body};
use cepa_test::{Client, body_channel};
use tokio::sync::Notify;

#[tokio::test]
async fn a_body_without_a_length_is_chunked() {
    let client = Client::new(App::new().with(async |ctx, _next| {
        let framing = ctx.get("transfer-encoding").unwrap_or("-").to_owned();
        let size = ctx.body_bytes().await?.len();
        ctx.set_body(format!("{framing} {size}"))
    }));
    let (mut sender, body) = body_channel();
    let answer = tokio::spawn(client.post("/").body(body).into_future());
    assert!(sender.send("red").await && sender.send("onion").await);
    drop(sender);
    answer.await.unwrap().expect_text("chunked 8");
}

#[tokio::test]
async fn a_client_that_breaks_off_is_a_bad_request() {
    let client = Client::new(App::new().with(async |ctx, _next| {
        ctx.body_bytes().await?;
        ctx.set_body("")
    }));
    let (mut sender, body) = body_channel();
    let answer = tokio::spawn(client.post("/").body(body).into_future());
    sender.send("red").await;
    sender.break_off().await;
    answer.await.unwrap().expect_status(400);
}

#[tokio::test]
async fn the_sender_hears_that_nobody_reads() {
    let client = Client::new(App::new().with(async |ctx, _next| ctx.set_body("no, thanks")));
    let (mut sender, body) = body_channel();
    client.post("/").body(body).await.expect_text("no, thanks");
    sender.dropped().await;
    assert!(!sender.send("red").await);
}

#[tokio::test]
async fn a_client_that_goes_away_drops_the_body() {
    struct Told(Arc<Notify>);
    impl Drop for Told {
        fn drop(&mut self) {
            self.0.notify_one();
        }
    }
    let gone = Arc::new(Notify::new());
    let told = gone.clone();
    let client = Client::new(App::new().with(async move |ctx, _next| {
        let told = Told(told.clone());
        let (mut sender, body) = body_channel();
        tokio::spawn(async move { while sender.send("tick").await {} });
        let chunks = futures_util::StreamExt::inspect(body, move |_| {
            let _ = &told;
        });
        ctx.set_body(Body::stream(chunks))
    }));
    let mut answer = client.get("/").stream().await;
    assert_eq!(answer.chunk().await.as_deref(), Some(&b"tick"[..]));
    drop(answer);
    gone.notified().await;
}

#[tokio::test]
#[should_panic(expected = "GET /broken: the response failed part way")]
async fn a_response_that_breaks_off_is_a_panic() {
    let client = Client::new(App::new().with(async |ctx, _next| {
        let (mut sender, body) = body_channel();
        tokio::spawn(async move {
            sender.send("half").await;
            sender.break_off().await;
        });
        ctx.set_body(body)
    }));
    client.get("/broken").await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "GET /never: no further chunk within 10s")]
async fn a_chunk_is_not_awaited_for_ever() {
    let client = Client::new(App::new().with(async |ctx, _next| {
        ctx.response.flush_headers();
        ctx.set_body(Body::stream(futures_util::stream::pending()))
    }));
    client.get("/never").stream().await.chunk().await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "GET /never: no answer within 300s")]
async fn an_answer_is_not_awaited_for_ever() {
    let client = Client::new(App::new().with(async |_ctx, _next| std::future::pending().await));
    client.get("/never").await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "GET /halted: no further chunk within 10s")]
async fn the_rest_of_a_body_is_not_awaited_for_ever() {
    let client = Client::new(App::new().with(async |ctx, _next| {
        let first = futures_util::stream::once(async { Ok("half".into()) });
        let halted = futures_util::stream::pending();
        ctx.set_body(Body::stream(futures_util::StreamExt::chain(first, halted)))
    }));
    client.get("/halted").await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "the body of the request was not taken within 10s")]
async fn an_app_that_does_not_read_is_not_awaited_for_ever() {
    let (mut sender, _body) = body_channel();
    assert!(sender.send("red").await, "the first piece has room");
    sender.send("onion").await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "the body of the request was not dropped within 10s")]
async fn an_app_that_keeps_the_body_is_not_awaited_for_ever() {
    let (sender, _body) = body_channel();
    sender.dropped().await;
}
