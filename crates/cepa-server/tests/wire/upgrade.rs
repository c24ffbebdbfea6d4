//! A handler can take the raw connection over, with the bytes that came early.

use cepa_core::App;
use cepa_server::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{hello, serve};

const REQUEST: &[u8] =
    b"GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\nearly";

#[tokio::test]
async fn a_connection_leaves_http() {
    let app = App::new().with(async |ctx, _next| {
        let upgrade = ctx.request.take_upgrade().unwrap();
        ctx.set_status(101);
        ctx.set("connection", "upgrade")?;
        ctx.set("upgrade", "echo")?;
        ctx.spawn(async move {
            let mut io = upgrade.connect().await?;
            let mut bytes = [0; 9];
            io.read_exact(&mut bytes).await?;
            io.write_all(&bytes).await?;
            io.shutdown().await?;
            Ok(())
        });
        Ok(())
    });
    let server = serve(app, Limits::default()).await;
    let mut stream = server.connect().await;
    stream.write_all(REQUEST).await.unwrap();
    stream.write_all(b"late").await.unwrap();
    let mut read = Vec::new();
    stream.read_to_end(&mut read).await.unwrap();
    let text = String::from_utf8(read).unwrap();
    assert!(text.starts_with("HTTP/1.1 101 Switching Protocols\r\n"), "{text}");
    assert!(text.ends_with("\r\n\r\nearlylate"), "{text}");
    server.stop().await;
}

#[tokio::test]
async fn an_offer_that_nobody_takes_is_an_ordinary_request() {
    let server = serve(hello(), Limits::default()).await;
    let request = "GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade, close\r\nupgrade: h2c\r\n\r\n";
    let response = server.exchange(request).await;
    assert!(response.starts_with("HTTP/1.1 200 OK"), "{response}");
    server.stop().await;
}
