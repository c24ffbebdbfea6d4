use cepa_core::Result;
use cepa_socketio::{Args, Binary, SocketIo};
use serde::{Deserialize, Serialize};

use crate::support::{Polling, Ws, start};

#[derive(Serialize, Deserialize)]
struct Picture {
    name: String,
    data: Binary,
}

fn server() -> SocketIo {
    SocketIo::new()
        .on("echo", async |socket, args: Args| -> Result { Ok(socket.emit("echo", &args)?) })
        .on("picture", async |_socket, picture: Picture| {
            let twice = [&picture.data.0[..], &picture.data.0].concat();
            (picture.name, Binary::from(twice))
        })
        .on("all", async |socket, args: Args| -> Result {
            socket.namespace().emit("all", &args)?;
            Ok(())
        })
}

#[tokio::test]
async fn over_websocket() {
    let server = start(&server()).await;
    let mut ws = Ws::connect(server.address).await;
    ws.send(r#"452-["echo",{"_placeholder":true,"num":0},[{"_placeholder":true,"num":1}]]"#).await;
    ws.send_binary(&[1, 2, 3]).await;
    ws.send_binary(&[]).await;
    assert_eq!(
        ws.text().await,
        r#"452-["echo",{"_placeholder":true,"num":0},[{"_placeholder":true,"num":1}]]"#
    );
    assert_eq!(&ws.binary().await[..], [1, 2, 3]);
    assert!(ws.binary().await.is_empty());
    ws.send(r#"451-7["picture",{"name":"n","data":{"_placeholder":true,"num":0}}]"#).await;
    ws.send_binary(&[5, 6]).await;
    assert_eq!(ws.text().await, r#"461-7["n",{"_placeholder":true,"num":0}]"#);
    assert_eq!(&ws.binary().await[..], [5, 6, 5, 6]);
}

#[tokio::test]
async fn over_polling_it_is_base64() {
    let server = start(&server()).await;
    let (client, _) = Polling::connect(server.address).await;
    let body = "451-[\"echo\",{\"_placeholder\":true,\"num\":0}]\x1ebAQIDBA==";
    assert_eq!(client.post(body).await.body, "ok");
    assert_eq!(client.get().await.body, body);
    // one packet may come in several requests
    assert_eq!(client.post("451-[\"echo\",{\"_placeholder\":true,\"num\":0}]").await.body, "ok");
    assert_eq!(client.post("bAQ").await.body, "ok");
    assert_eq!(
        client.get().await.body,
        "451-[\"echo\",{\"_placeholder\":true,\"num\":0}]\x1ebAQ=="
    );
}

#[tokio::test]
async fn attachments_stay_with_their_text() {
    let server = start(&server()).await;
    let mut ws = Ws::connect(server.address).await;
    let mut others = Vec::new();
    for _ in 0..3 {
        others.push(Ws::connect(server.address).await);
    }
    for (index, other) in others.iter_mut().enumerate() {
        for _ in 0..20 {
            other.send(&format!(r#"452-["all",{index},{{"_placeholder":true,"num":0}},{{"_placeholder":true,"num":1}}]"#)).await;
            other.send_binary(&[[0], [1], [2]][index]).await;
            other.send_binary(&[9]).await;
        }
    }
    for _ in 0..60 {
        let text = ws.text().await;
        let index: u8 = text.split(',').nth(1).unwrap().parse().unwrap();
        assert_eq!(&ws.binary().await[..], [index]);
        assert_eq!(&ws.binary().await[..], [9]);
    }
}

#[tokio::test]
async fn attachments_that_do_not_come_end_the_connection() {
    let options = cepa_socketio::Options {
        attachment_timeout: std::time::Duration::from_millis(30),
        ..Default::default()
    };
    let server = start(&SocketIo::with_options(options)).await;
    // well before the next heartbeat
    let text = r#"451-["m",{"_placeholder":true,"num":0}]"#;
    let mut ws = Ws::connect(server.address).await;
    ws.send(text).await;
    assert_eq!(ws.closed().await, 1005);
    let (client, _) = Polling::connect(server.address).await;
    assert_eq!(client.post(text).await.body, "ok");
    let body = client.get().await.body;
    assert!(body == "1" || body == "6\x1e1", "{body}");
}

/// Reads its argument, then panics.
#[derive(Debug)]
struct Panics;

impl<'de> Deserialize<'de> for Panics {
    fn deserialize<D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> std::result::Result<Self, D::Error> {
        drop(Binary::deserialize(deserializer)?);
        panic!("in a Deserialize")
    }
}

#[tokio::test]
async fn attachments_of_one_client_never_reach_another() {
    let io = SocketIo::new()
        .on("panic", async |_socket, _: Panics| {})
        .on("mine", async |_socket, data: Binary| data)
        .on_error(|_, _| {});
    // one thread for all
    let server = start(&io).await;
    let mut other = Ws::connect(server.address).await;
    let mut ws = Ws::connect(server.address).await;
    ws.send(r#"451-["panic",{"_placeholder":true,"num":0}]"#).await;
    ws.send_binary(b"secret").await;
    assert_eq!(ws.closed().await, 1005);
    other.send(r#"421["mine",{"_placeholder":true,"num":0}]"#).await;
    assert!(other.text().await.starts_with(r#"431[{"error":{"status":400"#));
}
