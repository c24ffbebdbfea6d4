//! A connection beyond the limit is closed at once, and its place is free again when another ends.

use cepa_core::App;
use cepa_server::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{hello, read_response, serve, soon};

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

#[tokio::test]
async fn a_connection_that_has_left_http_still_counts() {
    let app = App::new().with(async |ctx, _next| {
        let upgrade = ctx.request.take_upgrade().unwrap();
        ctx.set_status(101);
        ctx.set("connection", "upgrade")?;
        ctx.set("upgrade", "wait")?;
        ctx.spawn(async move {
            let mut io = upgrade.connect().await?;
            // Until the client leaves.
            let _ = io.read_u8().await;
            Ok(())
        });
        Ok(())
    });
    let server = serve(app, Limits { connections: 1, ..Limits::default() }).await;
    let mut first = server.connect().await;
    let request = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: wait\r\n\r\n";
    first.write_all(request).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(first.read_u8().await.unwrap());
    }
    let mut second = server.connect().await;
    assert_eq!(soon(second.read(&mut [0; 1])).await.unwrap_or(0), 0);
    drop(first);
    server.stop().await;
}
