//! Frames that are encoded once and sent to many.

use cepa_ws::{Limits, WebSocketError, encode_binary, encode_text};

use crate::wire::pair;

#[tokio::test]
async fn one_encoding_reaches_every_receiver() {
    let text = encode_text("to all");
    let binary = encode_binary(&[1, 2, 3]);
    for _ in 0..3 {
        let (mut ws, mut client) = pair(Limits::default());
        ws.send_frames(text.clone()).await.unwrap();
        ws.send_frames([&text[..], &binary].concat().into()).await.unwrap();
        assert_eq!(client.recv().await.unwrap(), Some("to all".into()));
        assert_eq!(client.recv().await.unwrap(), Some("to all".into()));
        assert_eq!(client.recv().await.unwrap(), Some(vec![1, 2, 3].into()));
    }
}

#[tokio::test]
async fn nothing_is_no_frame() {
    let (mut ws, mut client) = pair(Limits::default());
    ws.send_frames(bytes::Bytes::new()).await.unwrap();
    ws.send("x").await.unwrap();
    assert_eq!(client.recv().await.unwrap(), Some("x".into()));
}

#[tokio::test]
async fn a_client_cannot_share_frames() {
    let (_ws, mut client) = pair(Limits::default());
    let refused = client.send_frames(encode_text("unmasked")).await;
    assert!(matches!(refused, Err(WebSocketError::Io(_))));
}
