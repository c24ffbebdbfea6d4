//! What `App::limits` sets holds on the wire.

use std::time::Duration;

use cepa::body::{BodyLimits, UploadLimits};
use cepa::files::FileLimits;
use cepa::prelude::*;
use cepa::{Limits, ServerLimits, ws};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn answer(request: impl AsRef<[u8]>) -> String {
    let limits = Limits {
        server: ServerLimits { headers: 5, target: 10, ..ServerLimits::default() },
        body: BodyLimits { text: 5, ..BodyLimits::default() },
        upload: UploadLimits { total: 10, ..UploadLimits::default() },
        files: FileLimits { ranges: 1, ..FileLimits::default() },
        websocket: ws::Limits {
            max_message: 10,
            close_deadline: Duration::from_millis(100),
            ..ws::Limits::default()
        },
    };
    let app = App::new().limits(limits).plug(serve("tests/limits")).with(async |ctx, _next| {
        if ctx.path() == "/ws" {
            return ctx.upgrade(async |mut ws| ws.recv().await.map(drop).map_err(Into::into)).await;
        }
        if ctx.is(&["multipart"]).is_some() {
            ctx.upload(&Upload::new().memory()).await?;
        }
        let text = ctx.body_text().await?;
        ctx.set_body(text)
    });
    let bound = Server::new(app).ambient().bind("127.0.0.1:0").await.unwrap();
    let (address, shutdown) = (bound.local_addr(), bound.shutdown());
    let serving = tokio::spawn(bound.serve());
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_ref()).await.unwrap();
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    tokio::time::timeout(Duration::from_secs(8), read).await.unwrap().unwrap();
    shutdown.begin();
    serving.await.unwrap().unwrap();
    answer.escape_ascii().to_string()
}

const HEAD: &str = "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n";

#[tokio::test]
async fn of_bodies() {
    let fits = format!("{HEAD}content-length: 5\r\ncontent-type: text/plain\r\n\r\nonion");
    assert!(answer(&fits).await.starts_with("HTTP/1.1 200 "));
    let beyond = format!("{HEAD}content-length: 6\r\ncontent-type: text/plain\r\n\r\nonions");
    assert!(answer(&beyond).await.starts_with("HTTP/1.1 413 "));
}

#[tokio::test]
async fn of_uploads() {
    let kind = "content-type: multipart/form-data; boundary=b\r\n";
    let beyond = format!("{HEAD}content-length: 11\r\n{kind}\r\n--b--\r\nmore");
    assert!(answer(&beyond).await.starts_with("HTTP/1.1 413 "));
}

#[tokio::test]
async fn of_the_server() {
    let beyond = format!("{HEAD}a: 1\r\nb: 2\r\nc: 3\r\nd: 4\r\n\r\n");
    assert!(answer(&beyond).await.starts_with("HTTP/1.1 431 "));
    let beyond = "GET /1234567890 HTTP/1.1\r\nhost: x\r\n\r\n";
    assert!(answer(beyond).await.starts_with("HTTP/1.1 414 "));
}

#[tokio::test]
async fn of_files() {
    let get = |ranges| {
        format!(
            "GET /main.rs HTTP/1.1\r\nhost: x\r\nrange: bytes={ranges}\r\nconnection: close\r\n\r\n"
        )
    };
    assert!(answer(&get("0-1")).await.starts_with("HTTP/1.1 206 "));
    assert!(answer(&get("0-1,4-5")).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn of_websockets() {
    let head = "GET /ws HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
        sec-websocket-version: 13\r\nsec-websocket-key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n";
    // A whole text of eleven bytes, under a mask that changes nothing.
    let frame = b"\x81\x8b\0\0\0\0hello onion";
    let answer = answer([head.as_bytes(), frame].concat()).await;
    assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
    // A close frame with 1009.
    assert!(answer.contains("\\x88") && answer.contains("\\x03\\xf1"), "{answer}");
}
