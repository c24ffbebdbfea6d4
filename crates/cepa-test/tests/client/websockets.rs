//! A WebSocket in process behaves as one over a socket.

use cepa_core::App;
use cepa_test::Client;
use cepa_ws::{CloseCode, WebSocketExt, WebSocketOptions};

fn echo() -> Client {
    Client::new(App::new().with(async |ctx, _next| {
        let options = WebSocketOptions::new().protocol("chat.v2").protocol("chat.v1");
        ctx.upgrade_with(&options, async |mut ws| {
            while let Some(message) = ws.recv().await? {
                if message.as_text() == Some("bye") {
                    return Ok(());
                }
                ws.send(message).await?;
            }
            Ok(())
        })
        .await
    }))
}

#[tokio::test]
async fn messages_go_both_ways() {
    let mut ws = echo().get("/").websocket().await;
    ws.send("onion").await.unwrap();
    ws.expect_text("onion").await;
    ws.send(vec![0, 255]).await.unwrap();
    assert_eq!(ws.next().await.as_bytes(), [0, 255]);
    ws.send_json(&[1, 2]).await;
    assert_eq!(ws.json::<Vec<u8>>().await, [1, 2]);
    // More than the pipe holds.
    let long = "x".repeat(400_000);
    ws.send(&*long).await.unwrap();
    ws.expect_text(&long).await;
}

#[tokio::test]
async fn the_app_ends_it() {
    let mut ws = echo().get("/").websocket().await;
    ws.send("bye").await.unwrap();
    assert_eq!(ws.ended().await.code, CloseCode::NORMAL);
}

#[tokio::test]
async fn the_subprotocol_is_told() {
    let call = echo().get("/").header("sec-websocket-protocol", "chat.v1, chat.v2");
    assert_eq!(call.websocket().await.protocol(), Some("chat.v2"));
    assert_eq!(echo().get("/").websocket().await.protocol(), None);
}

#[tokio::test]
async fn a_refusal_is_an_answer() {
    let call = echo().get("/").header("origin", "https://elsewhere.example");
    let answer = call.try_websocket().await.expect_err("another origin");
    answer.expect_status(403);
}

#[tokio::test]
#[should_panic(expected = "GET /: expected a WebSocket\n\n404 Not Found")]
async fn a_refusal_that_was_not_expected_is_shown() {
    Client::default().get("/").websocket().await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "GET /: expected a message, got Err(Elapsed(()))")]
async fn a_message_is_not_awaited_for_ever() {
    echo().get("/").websocket().await.next().await;
}

#[tokio::test]
async fn shutdown_ends_it() {
    let client = echo();
    let mut ws = client.get("/").websocket().await;
    client.callback().closing().cancel();
    assert_eq!(ws.ended().await.code, CloseCode::AWAY);
}
