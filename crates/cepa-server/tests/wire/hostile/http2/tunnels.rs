//! WebSockets over one HTTP/2 connection: each takes a place among the connections of the server.

use std::collections::BTreeMap;

use cepa_core::App;
use cepa_server::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::frame::*;
use crate::{serve, soon};

/// Lets everybody in, and waits until they leave.
fn gate() -> App {
    App::new().with(async |ctx, _next| {
        let Some(upgrade) = ctx.request.take_upgrade() else { return ctx.set_body("no tunnel") };
        ctx.set_status(101);
        ctx.spawn(async move {
            let mut io = upgrade.connect().await?;
            let _ = io.read_u8().await;
            Ok(())
        });
        Ok(())
    })
}

fn tunnel(stream: u32) -> Vec<u8> {
    let connect = [
        (":method", "CONNECT"),
        (":protocol", "websocket"),
        (":scheme", "http"),
        (":path", "/"),
        (":authority", "a"),
    ];
    frame(HEADERS, END_HEADERS, stream, &head(&connect))
}

/// What is answered to these streams.
async fn answers(client: &mut TcpStream, streams: &[u32]) -> BTreeMap<u32, String> {
    let mut seen = BTreeMap::new();
    while seen.len() < streams.len() {
        let (kind, _, stream, payload) = next(client).await.unwrap();
        if kind == HEADERS && streams.contains(&stream) {
            seen.insert(stream, tell(kind, stream, &payload).unwrap());
        }
    }
    seen
}

#[tokio::test]
async fn each_takes_the_place_of_a_connection_until_it_ends() {
    let server = serve(gate(), Limits { connections: 3, ..Limits::default() }).await;
    let mut client = server.connect().await;
    let begin = [PREFACE, &frame(SETTINGS, NO_FLAGS, 0, &[]), &tunnel(1), &tunnel(3)].concat();
    client.write_all(&begin).await.unwrap();
    let seen = soon(answers(&mut client, &[1, 3])).await;
    assert_eq!(seen.values().collect::<Vec<_>>(), ["1: 200", "3: 200"]);

    // With its connection these are three: there is no fourth, but requests go on.
    client.write_all(&[tunnel(5), get(7)].concat()).await.unwrap();
    let seen = soon(answers(&mut client, &[5, 7])).await;
    assert_eq!(seen.values().collect::<Vec<_>>(), ["5: refused", "7: 200"]);
    let mut other = server.connect().await;
    assert_eq!(soon(other.read(&mut [0; 1])).await.unwrap_or(0), 0, "closed without an answer");

    client.write_all(&reset(1)).await.unwrap();
    // The place is given back by the tunnel's task, once it has heard of the reset.
    let freed = async {
        for stream in (9..).step_by(2) {
            client.write_all(&tunnel(stream)).await.unwrap();
            if answers(&mut client, &[stream]).await[&stream].ends_with("200") {
                break;
            }
        }
    };
    soon(freed).await;
    drop(client);
    server.stop().await;
}
