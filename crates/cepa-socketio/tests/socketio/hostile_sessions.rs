//! Random traffic: whatever clients send, the server answers the next one, and forgets them.

use std::time::Duration;

use cepa_core::Result;
use cepa_socketio::{Args, Binary, Options, SocketIo};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::support::{Polling, Ws, quiet, request, start};

#[derive(Debug, Clone)]
enum Frame {
    Text(String),
    Binary(Vec<u8>),
}

fn frame() -> impl Strategy<Value = Frame> {
    let packet = prop_oneof![
        Just("40".to_owned()),
        Just("40/custom,".to_owned()),
        Just("41".to_owned()),
        Just("3".to_owned()),
        Just("5".to_owned()),
        Just("2probe".to_owned()),
        Just("421[\"echo\",{\"a\":[1]}]".to_owned()),
        Just("42/custom,7[\"echo\",\"\\ud83d\"]".to_owned()),
        Just("42[\"typed\",[]]".to_owned()),
        Just("452-[\"echo\",{\"_placeholder\":true,\"num\":1}]".to_owned()),
        Just("430[]".to_owned()),
        "[0-6b][0-9]{0,2}-?(/[a-z]{0,3},?)?[0-9]{0,2}[\\[\\]{}\",:a-z0-9\\\\]{0,12}",
        ".{0,8}",
    ];
    prop_oneof![
        6 => packet.prop_map(Frame::Text),
        1 => proptest::collection::vec(any::<u8>(), 0..8).prop_map(Frame::Binary),
    ]
}

fn io() -> SocketIo {
    let io =
        SocketIo::with_options(Options { close_timeout: Duration::from_millis(50), ..quiet() });
    for name in ["/", "/custom"] {
        io.of(name)
            .on("echo", async |socket, args: Args| {
                socket.namespace().emit("echo", &args)?;
                Ok(args)
            })
            .on("typed", async |_socket, (_, _): (u64, Option<Binary>)| -> Result { Ok(()) });
    }
    io.on_error(|_, _| {})
}

async fn bystander_is_well(ws: &mut Ws) {
    ws.send("429[\"typed\",1]").await;
    while ws.text().await != "439[]" {}
}

#[tokio::test]
async fn over_websocket() {
    let io = io();
    let server = start(&io).await;
    let mut bystander = Ws::connect(server.address).await;
    let mut runner = TestRunner::deterministic();
    let script = proptest::collection::vec(frame(), 1..12);
    for _ in 0..150 {
        let frames = script.new_tree(&mut runner).unwrap().current();
        let mut ws = Ws::open(server.address).await;
        for frame in frames {
            let sent = match frame {
                Frame::Text(text) => ws.0.send(text).await,
                Frame::Binary(data) => ws.0.send(data).await,
            };
            if sent.is_err() {
                break;
            }
        }
        drop(ws);
        bystander.send("3").await;
    }
    bystander_is_well(&mut bystander).await;
    while io.connections() > 1 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!((io.len(), io.of("/custom").len()), (1, 0));
}

#[tokio::test]
async fn over_polling() {
    let io = io();
    let server = start(&io).await;
    let mut bystander = Ws::connect(server.address).await;
    let mut runner = TestRunner::deterministic();
    let script = proptest::collection::vec(frame(), 1..6);
    for round in 0..80 {
        let client = Polling::open(server.address).await;
        let target = format!("POST {}", client.target());
        for _ in 0..3 {
            let frames = script.new_tree(&mut runner).unwrap().current();
            let parts: Vec<Vec<u8>> = frames
                .into_iter()
                .map(|frame| match frame {
                    Frame::Text(text) => text.into_bytes(),
                    Frame::Binary(data) => data,
                })
                .collect();
            let reply = request(server.address, &target, &parts.join(&0x1e)).await;
            assert!([200, 400].contains(&reply.status), "{reply:?}");
        }
        if round % 2 == 0 {
            drop(client.pending_get().await);
        } else {
            request(server.address, &target, b"1").await;
        }
    }
    bystander_is_well(&mut bystander).await;
    while io.connections() > 1 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!((io.len(), io.of("/custom").len()), (1, 0));
}
