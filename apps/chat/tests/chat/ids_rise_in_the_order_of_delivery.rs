//! However many people speak at once, every reader sees ids that only rise, and all readers the same.

use crate::chatting::{Chatting, ids};
use crate::stream::{Io, Sse, Ws};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn all_transports_show_one_order() {
    let chatting = Chatting::new();
    let listening = chatting.listen().await;
    let mut sse = Sse::open(&chatting, "lobby", "sse", "").await;
    let mut ws = Ws::open(&listening, "lobby", "ws", "").await;
    let mut io = Io::open(&chatting, "io").await;
    io.ask("join", cepa::json!({ "room": "lobby" })).await;

    let said = ids(&chatting.say_many("lobby", (0..400).map(|n| format!("{n}"))).await);
    assert_eq!(said, (1..=400).collect::<Vec<_>>());

    let (mut by_sse, mut by_ws, mut by_io) = (Vec::new(), Vec::new(), Vec::new());
    while by_sse.len() < said.len() {
        by_sse.extend(sse.next().await.unwrap().id);
    }
    while by_ws.len() < said.len() {
        by_ws.extend(ws.next().await.unwrap().id);
    }
    while by_io.len() < said.len() {
        by_io.extend(io.next().await.id);
    }
    assert_eq!(by_sse, said);
    assert_eq!(by_ws, said);
    assert_eq!(by_io, said);
    drop(ws);
    listening.stop().await;
}
