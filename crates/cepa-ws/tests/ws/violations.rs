//! A peer that breaks the protocol is told so with a close frame, and ends alone.

use cepa_ws::codec::{Header, OpCode};
use cepa_ws::{CloseCode, Limits, WebSocketError};

use crate::wire::{KEY, frame, server, text};

#[tokio::test]
async fn each_gets_its_code() {
    let too_big = Header { mask: Some(KEY), len: 1 << 40, ..Header::new(OpCode::Binary, 0) };
    for (bytes, code) in [
        (vec![0xc1, 0x80], 1002),
        (vec![0x81, 0x00], 1002),
        (frame(true, OpCode::Continuation, b""), 1002),
        (frame(true, OpCode::Text, &[0xff]), 1007),
        (too_big.encode().to_vec(), 1009),
    ] {
        let (mut ws, mut peer) = server(Limits::default());
        peer.send(&[text("fine"), bytes, text("never seen")].concat()).await;
        assert_eq!(ws.recv().await.unwrap(), Some("fine".into()));
        match ws.recv().await {
            Err(WebSocketError::Violation(violation)) => assert_eq!(violation.code, code),
            other => panic!("{other:?}"),
        }
        assert_eq!(ws.recv().await.unwrap(), None, "told once");
        assert_eq!(ws.closed().unwrap().code, CloseCode::ABNORMAL);
        peer.expect_close(code).await;
        peer.expect_end().await;
    }
}

#[tokio::test]
async fn a_program_that_only_sends_is_told_too() {
    let (mut ws, mut peer) = server(Limits::default());
    peer.send(&[0xff]).await;
    let told = match ws.send("x").await {
        Ok(()) => ws.send("y").await,
        told => told,
    };
    assert!(matches!(told, Err(WebSocketError::Violation(_))), "{told:?}");
    assert!(matches!(ws.send("z").await, Err(WebSocketError::Closed)));
}
