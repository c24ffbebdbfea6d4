//! What a connection costs while nothing happens.

use std::pin::pin;

use cepa_ws::{Limits, WebSocket, WebSocketReceiver, WebSocketSender};
use futures_util::poll;

use crate::wire::{frame, server, text};
use cepa_ws::codec::OpCode;

#[test]
fn the_handle_is_small_and_so_is_the_future_of_recv() {
    assert!(size_of::<WebSocket>() <= 32);
    let (mut ws, _peer) = server(Limits::default());
    assert!(size_of_val(&ws.recv()) <= 64);
}

/// The buffers that stand in the debug form of the connection; there is no other way to look inside.
fn held(ws: &WebSocket) -> bool {
    let debug = format!("{ws:?}");
    assert!(debug.contains("buffer: b\""), "the name of the field has changed: {debug}");
    !debug.contains("buffer: b\"\"")
}

#[test]
fn it_may_be_held_and_referred_to_on_any_thread() {
    fn is_send_and_sync<T: Send + Sync>() {}
    is_send_and_sync::<WebSocket>();
    is_send_and_sync::<WebSocketSender>();
    is_send_and_sync::<WebSocketReceiver>();
}

#[tokio::test]
async fn no_buffer_is_held_between_messages() {
    let (mut ws, mut peer) = server(Limits::default());
    assert!(poll!(pin!(ws.recv())).is_pending());
    assert!(!held(&ws));
    peer.send(&text("half of it")[..5]).await;
    assert!(poll!(pin!(ws.recv())).is_pending());
    assert!(held(&ws), "half a frame has to be kept");
    peer.send(&text("half of it")[5..]).await;
    assert_eq!(ws.recv().await.unwrap(), Some("half of it".into()));
    peer.send(&frame(true, OpCode::Pong, b"")).await;
    assert!(poll!(pin!(ws.recv())).is_pending());
    assert!(!held(&ws));
}
