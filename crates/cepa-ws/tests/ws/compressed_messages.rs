//! Compression between our two sides, over a real handshake.

use std::sync::{Arc, Mutex};

use cepa_core::App;
use cepa_server::Server;
use cepa_ws::codec::{Decoder, Header, Incoming};
use cepa_ws::{
    Client, Deflate, Limits, Message, Role, Uncompressed, WebSocket, WebSocketError, WebSocketExt,
    WebSocketOptions, encode_binary_deflated, encode_text, encode_text_deflated,
};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tokio::net::TcpStream;

/// The two ends of a connection that was opened through the server.
async fn pair(server: Option<Deflate>, client: Option<Deflate>) -> (WebSocket, WebSocket) {
    let (give, taken) = tokio::sync::oneshot::channel();
    let give = Arc::new(Mutex::new(Some(give)));
    let mut options = WebSocketOptions::new();
    if let Some(deflate) = server {
        options = options.deflate(deflate);
    }
    let app = App::new().with(async move |ctx, _next| {
        let give = give.lock().unwrap().take().unwrap();
        ctx.upgrade_with(&options, async |ws| {
            give.send(ws).unwrap();
            Ok(())
        })
        .await
    });
    let bound = Server::new(app).ambient().bind("127.0.0.1:0").await.unwrap();
    let address = bound.local_addr();
    tokio::spawn(bound.serve());
    let stream = TcpStream::connect(address).await.unwrap();
    let mut dialled = Client::new(&address.to_string(), "/").unwrap();
    if let Some(deflate) = client {
        dialled = dialled.deflate(deflate);
    }
    let client = dialled.connect(stream).await.unwrap();
    (taken.await.unwrap(), client)
}

fn deflate(server_context_takeover: bool, client_context_takeover: bool) -> Deflate {
    Deflate { threshold: 0, server_context_takeover, client_context_takeover, ..Deflate::default() }
}

fn story(chapter: usize) -> String {
    (0..100).map(|line| format!("chapter {chapter}, line {line} of the onion; ")).collect()
}

/// How many bytes each of these messages takes on the wire: without their end, for a plain reader.
async fn sizes(ws: &mut WebSocket, peer: &mut WebSocket, texts: &[String]) -> Vec<usize> {
    let mut sizes = Vec::new();
    for text in texts {
        ws.feed(text.as_str()).await.unwrap();
        sizes.push(ws.buffered());
        ws.flush().await.unwrap();
        assert_eq!(peer.recv().await.unwrap(), Some(text.as_str().into()));
    }
    sizes
}

#[tokio::test]
async fn every_combination_carries_messages_both_ways() {
    for bits in [9, 12, 15] {
        for (server, client) in [(false, false), (false, true), (true, false), (true, true)] {
            let deflate = Deflate {
                server_max_window_bits: bits,
                client_max_window_bits: 24 - bits,
                ..deflate(server, client)
            };
            let (mut near, mut far) = pair(Some(deflate), Some(deflate)).await;
            for len in [0, 1, 10, 1000, 20_000] {
                let text: String = story(1).chars().cycle().take(len).collect();
                for _ in 0..2 {
                    near.send(text.as_str()).await.unwrap();
                    assert_eq!(far.recv().await.unwrap(), Some(text.as_str().into()));
                    far.send(text.clone().into_bytes()).await.unwrap();
                    let expected = Some(text.clone().into_bytes().into());
                    assert_eq!(near.recv().await.unwrap(), expected);
                }
            }
        }
    }
}

#[tokio::test]
async fn takeover_makes_the_second_of_two_alike_much_shorter() {
    let text: String =
        (0..500_u32).map(|i| format!("{:08x}", i.wrapping_mul(2_654_435_761))).collect();
    let texts = [text.clone(), text];
    let (mut near, mut far) = pair(Some(deflate(false, false)), Some(deflate(true, true))).await;
    let without = sizes(&mut near, &mut far, &texts).await;
    assert_eq!(without[0], without[1]);
    let (mut near, mut far) = pair(Some(deflate(true, true)), Some(deflate(true, true))).await;
    let with = sizes(&mut near, &mut far, &texts).await;
    assert_eq!(with[0], without[0]);
    assert!(with[1] * 5 < with[0], "{with:?}");
    let client = sizes(&mut far, &mut near, &texts).await;
    assert!(client[1] * 5 < client[0], "{client:?}");
}

#[tokio::test]
async fn one_side_alone_means_no_compression() {
    for (server, client) in [(Some(Deflate::default()), None), (None, Some(Deflate::default()))] {
        let (mut near, mut far) = pair(server, client).await;
        assert_eq!(near.shared_deflate(), None);
        let text = story(1);
        assert_eq!(sizes(&mut near, &mut far, std::slice::from_ref(&text)).await, [text.len() + 4]);
    }
}

#[tokio::test]
async fn short_messages_and_those_marked_are_sent_as_they_are() {
    let deflate = Deflate { threshold: 100, ..Deflate::default() };
    let (mut near, mut far) = pair(Some(deflate), Some(deflate)).await;
    let text = "x".repeat(100);
    assert_eq!(sizes(&mut near, &mut far, &[text[1..].to_owned()]).await, [99 + 2]);
    assert!(sizes(&mut near, &mut far, std::slice::from_ref(&text)).await[0] < 20);
    near.feed(Uncompressed(text.as_str())).await.unwrap();
    assert_eq!(near.buffered(), 102);
    near.send(Uncompressed(text.as_str())).await.unwrap();
    for _ in 0..2 {
        assert_eq!(far.recv().await.unwrap(), Some(text.as_str().into()));
    }
}

#[tokio::test]
async fn what_does_not_become_shorter_is_sent_as_it_is() {
    let (mut near, mut far) = pair(Some(deflate(false, false)), Some(deflate(false, false))).await;
    let noise: Vec<u8> =
        (0..2000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for message in [b"x".to_vec(), noise] {
        near.feed(message.clone()).await.unwrap();
        assert!(near.buffered() <= message.len() + 4);
        near.flush().await.unwrap();
        assert_eq!(far.recv().await.unwrap(), Some(message.into()));
    }
}

#[tokio::test]
async fn a_shared_frame_is_compressed_once_for_all_alike() {
    let text = story(1);
    let mut made = None;
    for takeover in [false, true] {
        let (mut near, mut far) =
            pair(Some(deflate(takeover, true)), Some(deflate(takeover, true))).await;
        let shared = near.shared_deflate().unwrap();
        let (key, frame) =
            made.get_or_insert_with(|| (shared, encode_text_deflated(&text, shared)));
        assert_eq!(*key, shared);
        assert!(frame.len() * 3 < text.len());
        // Between messages of its own, which may refer to one another and not to the shared ones.
        for chapter in 0..3 {
            let own = story(chapter);
            near.send(own.as_str()).await.unwrap();
            near.send_frames(frame.clone()).await.unwrap();
            near.send_frames(encode_text("plain")).await.unwrap();
            near.send_frames(encode_binary_deflated(text.as_bytes(), shared)).await.unwrap();
            for expected in [Message::from(own.as_str()), text.as_str().into(), "plain".into()] {
                assert_eq!(far.recv().await.unwrap(), Some(expected));
            }
            assert_eq!(far.recv().await.unwrap(), Some(text.clone().into_bytes().into()));
        }
    }
}

#[tokio::test]
async fn a_compressed_frame_is_not_sent_to_those_who_cannot_read_it() {
    let (near, _far) = pair(Some(deflate(false, false)), Some(deflate(false, false))).await;
    let frame = encode_text_deflated(&story(1), near.shared_deflate().unwrap());
    let frames = [&encode_text("first")[..], &frame].concat();
    let (mut near, mut far) = pair(None, None).await;
    let refused = near.send_frames(frames.into()).await;
    assert!(matches!(refused, Err(WebSocketError::Io(_))), "{refused:?}");
    near.send("goes on").await.unwrap();
    assert_eq!(far.recv().await.unwrap(), Some("goes on".into()));
}

#[tokio::test]
async fn a_window_of_the_client_smaller_than_ours_is_another_set() {
    let small = Deflate { server_max_window_bits: 10, ..Deflate::default() };
    let (browser, _far) = pair(Some(Deflate::default()), Some(Deflate::default())).await;
    let (device, _far) = pair(Some(Deflate::default()), Some(small)).await;
    assert_ne!(browser.shared_deflate(), device.shared_deflate());
}

/// What a client that inflates makes of one frame.
fn read(frame: &[u8]) -> Incoming {
    let limits = Limits { max_message: 1 << 22, max_frame: 1 << 22, ..Limits::default() };
    let mut decoder = Decoder::new(Role::Client, &limits).with_deflate(false);
    decoder.extend(frame);
    decoder.decode().unwrap().unwrap()
}

#[tokio::test]
async fn whatever_is_compressed_comes_back() {
    let (near, _far) = pair(Some(deflate(false, false)), Some(deflate(false, false))).await;
    let shared = near.shared_deflate().unwrap();
    let mut runner = TestRunner::new(ProptestConfig::with_cases(64));
    let lengths = prop_oneof![0_usize..600, 0_usize..30_000];
    runner
        .run(&(prop::collection::vec(any::<u8>(), 1..300), lengths), |(seed, len)| {
            let payload: Vec<u8> = seed.iter().copied().cycle().take(len).collect();
            let frame = encode_binary_deflated(&payload, shared);
            let (header, head) = Header::decode(&frame, Role::Client).unwrap().unwrap();
            prop_assert_eq!(head + header.len as usize, frame.len());
            prop_assert!(header.len <= payload.len() as u64);
            prop_assert_eq!(read(&frame), Incoming::Message(payload.into()));
            Ok(())
        })
        .unwrap();
}
