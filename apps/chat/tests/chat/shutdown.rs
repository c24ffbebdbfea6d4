//! A shutdown tells every stream and ends soon, whatever is open.

use std::time::Duration;

use cepa::poll::{PollOptions, Polls};
use cepa::ws::CloseCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::chatting::{Chatting, within};
use crate::stream::Ws;

#[tokio::test]
async fn streams_and_polls_end() {
    let chatting = Chatting::with_polls(Polls::with(
        PollOptions::new().hold(Duration::from_secs(3600)).most(10),
    ));
    let listening = chatting.listen().await;
    let mut ws = Ws::open(&listening, "lobby", "ws", "").await;
    let mut sse = ask(&listening.address.to_string(), "events?client=s&nick=sse").await;
    let mut version = 0;
    let members = || chatting.chat.rooms().hub().size("chat:lobby");
    while members() < 2 || version == 0 {
        version = chatting.get("/api/rooms/lobby/poll?client=p&nick=poll").await["version"]
            .as_u64()
            .unwrap();
    }
    let query = format!("wait?client=p&nick=poll&since=0&seen={version}");
    let mut poll = ask(&listening.address.to_string(), &query).await;
    within(async {
        while members() < 3 {
            tokio::task::yield_now().await;
        }
    })
    .await;

    tokio::join!(listening.stop(), async { while ws.next().await.is_some() {} });
    assert_eq!(ws.0.closed().unwrap().code, CloseCode::AWAY);
    let sse = rest(&mut sse).await;
    assert!(sse.contains("retry: ") && sse.ends_with("0\r\n\r\n"), "{sse}");
    assert!(rest(&mut poll).await.contains("\"messages\":[]"));
    assert_eq!(members(), 0);
}

async fn ask(address: &str, what: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET /api/rooms/lobby/{what} HTTP/1.1\r\nhost: {address}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

async fn rest(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    within(stream.read_to_string(&mut text)).await.unwrap();
    text
}
