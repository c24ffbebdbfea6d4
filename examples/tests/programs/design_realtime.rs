#[path = "../../design_realtime.rs"]
mod program;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::{Running, text};

#[tokio::test]
async fn the_second_program_of_the_design() {
    let running = Running::start(program::app()).await;

    let mut events = TcpStream::connect(running.address).await.unwrap();
    events.write_all(b"GET /events HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(events.read_u8().await.unwrap());
    }

    let (mut ana, mut bo) = (running.socketio().await, running.socketio().await);
    ana.send("421[\"message\",\"hello\"]").await.unwrap();
    assert_eq!(text(&mut ana).await, "431[{\"stored\":true}]");
    assert_eq!(text(&mut bo).await, "42[\"message\",\"hello\"]");

    let mut read = String::new();
    while !read.contains("data: \"hello\"\n\n") {
        read.push(char::from(events.read_u8().await.unwrap()));
    }
    assert!(read.contains("event: message\n"), "{read}");

    let mut echo = running.websocket("/ws").await;
    echo.send("echo").await.unwrap();
    assert_eq!(text(&mut echo).await, "echo");
    drop((ana, bo, echo, events));
    running.stop().await;
}
