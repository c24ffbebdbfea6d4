//! A connection beyond the limit is closed at once, and its place is free again when another ends.

use cepa_server::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{hello, read_response, serve};

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";

#[tokio::test]
async fn the_one_too_many_is_closed() {
    let server = serve(hello(), Limits { connections: 1, ..Limits::default() }).await;
    let mut first = server.connect().await;
    first.write_all(REQUEST).await.unwrap();
    assert_eq!(read_response(&mut first).await.1, "hello");

    let mut second = server.connect().await;
    assert_eq!(second.read(&mut [0; 1]).await.unwrap_or(0), 0, "closed without an answer");

    let close = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    first.write_all(close).await.unwrap();
    read_response(&mut first).await;
    assert_eq!(first.read(&mut [0; 1]).await.unwrap(), 0);
    // The place is given back by the connection's task, which may still be on its last steps.
    loop {
        let mut third = server.connect().await;
        if third.write_all(REQUEST).await.is_ok() && third.read(&mut [0; 1]).await.unwrap_or(0) == 1
        {
            break;
        }
    }
    server.stop().await;
}
