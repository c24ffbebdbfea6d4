//! The bytes between servers, against those that Node's packages write: cluster messages of socket.io-adapter 2.5.8 in
//! the encoding of the sharded adapter (notepack.io 3.0.1), and what @msgpack/msgpack 3 writes. Others: `redis_messages`.

use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use cepa_socketio::adapter::message::{self, Event, First};
use cepa_socketio::adapter::{Answer, Emission, Request, SocketDetails, Whom};
use cepa_socketio::{Args, Binary, Emit, SocketIo};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::cluster_format::{self as wire, Packet};
use crate::cluster_wire::Wire;
use crate::support::{Ws, start};

const UID: &str = "0123456789abcdef";
const ID: &str = "0011223344556677";

pub fn hex(text: &str) -> Bytes {
    assert!(text.len().is_multiple_of(2));
    let pairs = (0..text.len()).step_by(2);
    pairs.map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn whom(rooms: &[&str], except: &[&str]) -> Whom {
    let owned = |rooms: &[&str]| rooms.iter().map(|room| (*room).into()).collect();
    Whom { rooms: owned(rooms), except: owned(except) }
}

fn emission(name: &str, payload: &(impl Emit + ?Sized)) -> Emission {
    let event = Event::new(name, payload).unwrap();
    Emission { event, volatile: false, compress: true }
}

#[test]
fn every_request_is_a_cluster_message_of_node() {
    let mixed = ("x", json!({ "a": null }));
    let plain = emission("hi", &(1, mixed.0, mixed.1));
    let flagged = Emission { volatile: true, compress: false, ..plain };
    let binary = (Binary::from(vec![1, 2]), 1.5, -1, 300);
    let table = [
        (
            Request::Emit(whom(&["r"], &["s"]), flagged),
            None,
            r#"{"type":3,"data":{"packet":{"type":2,"data":["hi",1,"x",{"a":null}]},"opts":{"rooms":["r"],"except":["s"],"flags":{"volatile":true,"compress":false}}},"uid":"0123456789abcdef","nsp":"/"}"#,
        ),
        (
            Request::Emit(whom(&[], &[]), emission("b", &binary)),
            None,
            "84a47479706503a46461746182a67061636b657482a47479706502a46461746195a162c4020102cb3ff8000000000000ffcd012ca46f70747383a5726f6f6d7390a665786365707490a5666c61677380a3756964b030313233343536373839616263646566a36e7370a12f",
        ),
        (
            Request::EmitWithAck(whom(&[], &[]), emission("q", &()), Duration::from_millis(10)),
            Some(ID),
            r#"{"type":3,"data":{"packet":{"type":2,"data":["q"]},"requestId":"0011223344556677","opts":{"rooms":[],"except":[],"flags":{"timeout":10}}},"uid":"0123456789abcdef","nsp":"/"}"#,
        ),
        (
            Request::Join(whom(&["r"], &[]), vec!["x".into(), "y".into()]),
            None,
            r#"{"type":4,"data":{"opts":{"rooms":["r"],"except":[]},"rooms":["x","y"]},"uid":"0123456789abcdef","nsp":"/"}"#,
        ),
        (
            Request::Leave(whom(&["r"], &[]), vec!["x".into()]),
            None,
            r#"{"type":5,"data":{"opts":{"rooms":["r"],"except":[]},"rooms":["x"]},"uid":"0123456789abcdef","nsp":"/"}"#,
        ),
        (
            Request::Disconnect(whom(&["r"], &[]), true),
            None,
            r#"{"type":6,"data":{"opts":{"rooms":["r"],"except":[]},"close":true},"uid":"0123456789abcdef","nsp":"/"}"#,
        ),
        (
            Request::Fetch(whom(&["r"], &[])),
            Some(ID),
            r#"{"type":7,"data":{"opts":{"rooms":["r"],"except":[],"flags":{}},"requestId":"0011223344556677"},"uid":"0123456789abcdef","nsp":"/"}"#,
        ),
        (
            Request::ServerSide(Event::new("e", &1).unwrap()),
            None,
            r#"{"type":9,"data":{"packet":["e",1]},"uid":"0123456789abcdef","nsp":"/"}"#,
        ),
        (
            Request::ServerSide(Event::new("e", &Binary::from(vec![9])).unwrap()),
            Some(ID),
            "84a47479706509a46461746182a9726571756573744964b030303131323233333434353536363737a67061636b657492a165c40109a3756964b030313233343536373839616263646566a36e7370a12f",
        ),
    ];
    for (request, id, node) in table {
        let node = if node.starts_with('{') { node.into() } else { hex(node) };
        assert_eq!(wire::encode(UID, "/", request.clone(), id), node);
        let head: wire::Head = message::read(&node).unwrap();
        assert_eq!((&*head.uid, &*head.nsp), (UID, "/"));
        let (read, asked) = wire::decode(head.r#type, &node).unwrap();
        assert_eq!((read, asked.as_deref()), (request, id));
    }
}

#[test]
fn every_answer_is_a_cluster_message_of_node() {
    let emit = Request::EmitWithAck(Whom::default(), emission("q", &()), Duration::ZERO);
    let served = Request::ServerSide(Event::new("e", &()).unwrap());
    // of an acknowledgement the first argument is carried
    let two = (Binary::from(vec![5]), Binary::from(vec![6])).to_args().unwrap();
    let table = [
        (
            &served,
            Answer::Args(json!({ "n": 1 }).to_args().unwrap()),
            r#"{"type":10,"data":{"requestId":"0011223344556677","packet":{"n":1}},"uid":"0123456789abcdef","nsp":"/"}"#,
        ),
        (
            &emit,
            Answer::Count(2),
            r#"{"type":11,"data":{"requestId":"0011223344556677","clientCount":2},"uid":"0123456789abcdef","nsp":"/"}"#,
        ),
        (
            &emit,
            Answer::Args(two),
            "84a4747970650ca46461746182a9726571756573744964b030303131323233333434353536363737a67061636b6574c40105a3756964b030313233343536373839616263646566a36e7370a12f",
        ),
        (
            &emit,
            Answer::Args(Args::default()),
            r#"{"type":12,"data":{"requestId":"0011223344556677"},"uid":"0123456789abcdef","nsp":"/"}"#,
        ),
    ];
    for (request, answer, node) in table {
        let node = if node.starts_with('{') { node.into() } else { hex(node) };
        assert_eq!(wire::encode_answer(UID, "/", request, ID, answer.clone()), node);
        let head: wire::Head = message::read(&node).unwrap();
        match (answer, wire::decode_answer(head.r#type, &node).unwrap()) {
            (Answer::Count(wanted), Answer::Count(count)) => assert_eq!(count, wanted),
            (Answer::Args(wanted), Answer::Args(args)) => {
                assert_eq!(args.raw(0), wanted.raw(0));
                assert_eq!(args.attachments(), &wanted.attachments()[..args.attachments().len()]);
            }
            other => panic!("{other:?}"),
        }
    }
}

/// Spec 4.5: what a streams adapter persists of a session.
#[test]
fn what_another_dialect_wrote_is_read() {
    let node = hex(
        "84a3736964a173a3706964a170a5726f6f6d7392a173a172a46461746186a16e01a162c40107a164d7ff3b9aca006b02bd2da175c0a166cb3ff8000000000000a3626967cf0000010000000000",
    );
    #[derive(Deserialize)]
    struct Session {
        sid: String,
        rooms: Vec<String>,
        data: First,
    }
    let session: Session = message::read(&node).unwrap();
    assert_eq!((&*session.sid, session.rooms), ("s", vec!["s".to_owned(), "r".to_owned()]));
    let text = r#"{"n":1,"b":{"_placeholder":true,"num":0},"d":"2026-11-22T10:00:13.250Z","u":null,"f":1.5,"big":1099511627776}"#;
    assert_eq!(session.data.0.raw(0), Some(text.as_bytes()));
    assert_eq!(session.data.0.attachments(), [Bytes::from_static(&[7])]);
    // notepack 2: undefined, a date and an ArrayBuffer are extension type 0
    let old =
        b"\x93\xa1e\xd4\x00\x00\x92\xd7\x00\x00\x00\x01\xa2\x02\xb2\xf8\xc2\xc7\x03\x00\x01\x02\x03";
    let event: Event = message::read(&Bytes::from_static(old)).unwrap();
    let wanted = (None::<u8>, ("2026-11-22T10:00:13.250Z", Binary::from(vec![1, 2, 3])));
    assert_eq!(event, Event::new("e", &wanted).unwrap());
}

#[test]
fn a_socket_has_nodes_keys() {
    let text = r#"{"id":"s","handshake":{"headers":{"host":"x"},"time":"Sun Nov 22 2026 11:00:13 GMT+0100 (CET)","address":"::1","xdomain":false,"secure":false,"issued":1795341613250,"url":"/socket.io/?EIO=4&transport=polling","query":{"EIO":"4","transport":"polling"},"auth":{"token":"t"}},"rooms":["s","r"],"data":{"n":1,"_admin":{"clientId":"a","transport":"polling"}}}"#;
    let socket: SocketDetails = message::read(&text.into()).unwrap();
    assert_eq!((&*socket.id, socket.rooms.len(), &socket.data), ("s", 2, &json!({ "n": 1 })));
    // what its admin page knows of it is no data of the application
    let handshake = &socket.handshake;
    assert_eq!(handshake.time, UNIX_EPOCH + Duration::from_secs(1_795_341_613));
    assert_eq!(handshake.issued, UNIX_EPOCH + Duration::from_millis(1_795_341_613_250));
    assert_eq!(handshake.address.map(|it| it.to_string()).as_deref(), Some("[::1]:0"));
    assert_eq!(handshake.header("Host"), Some("x"));
    assert_eq!(handshake.query("transport").as_deref(), Some("polling"));
    assert_eq!(handshake.auth["token"], "t");
    let utc =
        text.replace("11:00:13 GMT+0100 (CET)", "10:00:13 GMT+0000 (Coordinated Universal Time)");
    assert_eq!(message::write(&socket).unwrap(), utc);
}

/// One server's oddity must not hide its other sockets.
#[test]
fn a_socket_is_read_whatever_its_details_are() {
    let deep = format!("{}1{}", "[".repeat(500), "]".repeat(500));
    for handshake in [
        "{}".to_owned(),
        r#"{"headers":[],"time":7,"address":"nowhere","secure":"no","issued":-1,"url":null,"auth":[]}"#.to_owned(),
        r#"{"issued":18446744073709551615,"time":"Invalid Date","headers":{"a\nb":"c","d":"e\nf","g":5}}"#.to_owned(),
        format!(r#"{{"auth":{deep}}}"#),
    ] {
        let text = format!(r#"{{"id":"s","handshake":{handshake},"rooms":["s",5,null],"data":{deep}}}"#);
        let socket: SocketDetails = message::read(&text.into()).unwrap();
        assert_eq!((&socket.data, &*socket.handshake.auth), (&json!({}), &json!({})));
        assert_eq!(socket.rooms.iter().map(|it| &**it).collect::<Vec<_>>(), ["s", "5"]);
        assert_eq!(socket.handshake.headers().count(), 0);
    }
    let half = r#"{"id":"s","handshake":{"auth":{"a":"\ud800"}},"data":["\udc00"]}"#;
    let socket: SocketDetails = message::read(&half.into()).unwrap();
    assert_eq!(
        (&socket.handshake.auth["a"], &socket.data[0]),
        (&json!("\u{fffd}"), &json!("\u{fffd}"))
    );
    for wrong in [r#"{"handshake":{}}"#, r#"{"id":5,"handshake":{}}"#, r#"{"id":"s"}"#] {
        assert!(message::read::<SocketDetails>(&wrong.into()).is_err(), "{wrong}");
    }
}

#[tokio::test]
async fn binary_goes_from_server_to_server_and_back() {
    let cluster = Wire::default();
    let io = [1u8, 2].map(|number| {
        SocketIo::new()
            .with_adapter(cluster.end())
            .on_connect(async |socket| Ok(socket.emit("ready", &())?))
            .on_server_side("double", async move |data: Binary| {
                Binary::from(vec![number, data.0[0] * 2])
            })
    });
    let servers = [start(&io[0]).await, start(&io[1]).await];
    let mut there = Ws::connect(servers[1].address).await;
    there.text().await;
    io[0].emit("b", &(1, Binary::from(vec![7]), "x", Binary::from(vec![8]))).unwrap();
    let text = r#"452-["b",1,{"_placeholder":true,"num":0},"x",{"_placeholder":true,"num":1}]"#;
    assert_eq!(there.text().await, text);
    assert_eq!((there.binary().await[0], there.binary().await[0]), (7, 8));

    let asking = tokio::spawn({
        let io = io[0].clone();
        async move { io.emit_with_ack("ask", &()).await }
    });
    let asked = there.text().await;
    let id = asked.strip_prefix("42").unwrap().strip_suffix("[\"ask\"]").unwrap();
    there.send(&format!("461-{id}[{{\"_placeholder\":true,\"num\":0}}]")).await;
    there.send_binary(&[9]).await;
    let answers = crate::support::soon("answer", asking).await.unwrap().unwrap();
    assert_eq!(answers[0].get::<Binary>(0).unwrap().0[..], [9]);

    let answers = io[0].server_side_emit_with_ack("double", &Binary::from(vec![21])).await.unwrap();
    assert_eq!(answers[0].get::<Binary>(0).unwrap().0[..], [2, 42]);
}

/// What a client may send, its server may pass on; and one that goes to the limits hides no other.
#[tokio::test]
async fn what_one_server_takes_from_a_client_all_servers_take() {
    let cluster = Wire::default();
    let io = [(); 2].map(|()| {
        SocketIo::new()
            .with_adapter(cluster.end())
            .on("pass-on", async |socket, args: Args| Ok(socket.broadcast().emit("on", &args)?))
    });
    let servers = [start(&io[0]).await, start(&io[1]).await];
    let mut there = Ws::connect(servers[1].address).await;
    let mut here = Ws::open(servers[0].address).await;
    let deep = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    here.send(&format!("40{{\"auth\":{},\"half\":\"\\ud800\"}}", deep(125))).await;
    assert!(here.text().await.starts_with("40{"));
    here.send(&format!("42[\"pass-on\",{},\"\\ud83d\"]", deep(126))).await;
    assert_eq!(there.text().await, format!("42[\"on\",{},\"\\ud83d\"]", deep(126)));
    let found = io[1].fetch_sockets().await.unwrap();
    assert_eq!(found.len(), 2);
    assert!(found.iter().any(|socket| socket.handshake().auth["half"] == "\u{fffd}"));
}

#[tokio::test]
async fn what_is_no_message_is_dropped_and_names_of_clients_are_refused() {
    let cluster = Wire::default();
    let io = SocketIo::new().with_adapter(cluster.end());
    let server = start(&io).await;
    let mut client = Ws::connect(server.address).await;
    for name in ["connect", "disconnect", "newListener"] {
        let request = Request::Emit(Whom::default(), emission(name, &()));
        cluster.publish(&wire::encode(UID, "/", request, None));
    }
    for foreign in
        ["", "{", "{}", "\u{91}", "[]", r#"{"type":3,"uid":"x","nsp":"/","data":{"packet":7}}"#]
    {
        cluster.publish(&Bytes::copy_from_slice(foreign.as_bytes()));
    }
    let mine = Request::Emit(Whom::default(), emission("mine", &()));
    cluster.publish(&wire::encode(&format!("{:016x}", 0), "/", mine, None));
    let number = r#"{"type":3,"data":{"packet":{"type":2,"data":[5,1],"nsp":"/"},"opts":{"except":[],"rooms":[]}},"uid":"emitter","nsp":"/"}"#;
    cluster.publish(&number.into());
    assert_eq!(client.text().await, "42[\"5\",1]");
}

#[test]
fn attachments_outside_of_a_message_are_refused() {
    let event = Event::new("b", &Binary::from(vec![1])).unwrap();
    assert!(serde_json::to_string(&event).is_err());
    assert_eq!(serde_json::to_string(&Event::new("b", &1).unwrap()).unwrap(), "[\"b\",1]");
}

/// Nothing is lost without a word.
#[test]
fn what_is_nested_too_deeply_beside_binary_is_refused() {
    let nested = |depth| (0..depth).fold(json!(1), |inner, _| json!([inner]));
    let write = |depth| {
        let data = Event::new("e", &(nested(depth), Binary::from(vec![1]))).unwrap();
        message::write(&Packet { r#type: 2, data, nsp: None })
    };
    assert_eq!(message::read::<Packet>(&write(125).unwrap()).unwrap().data.args.len(), 2);
    assert!(write(126).unwrap_err().to_string().contains("nested too deeply"));
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter("JSON", |number| number.is_finite()).prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(".{0,8}", inner, 0..6)
                .prop_map(|map| Value::from(map.into_iter().collect::<serde_json::Map<_, _>>())),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        name in ".{1,20}",
        payload in prop::collection::vec(values(), 0..4),
        binary in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..4),
    ) {
        let mut args = Args::default();
        for value in payload.iter().rev() {
            args = args.with_first(value).unwrap();
        }
        for data in binary {
            let Ok(more) = args.clone().with_first(&Binary::from(data)) else { break };
            args = more;
        }
        let request = Request::Emit(Whom::default(), emission(&name, &args));
        let bytes = wire::encode(UID, "/", request.clone(), None);
        prop_assert_eq!(&wire::decode(wire::BROADCAST, &bytes).unwrap(), &(request, None));
        // as msgpack whatever there is in it
        let event = Event { name: name.into(), args };
        let bytes = message::write_msgpack(&event).unwrap();
        prop_assert_eq!(message::read::<Event>(&bytes).unwrap(), event);
    }

    #[test]
    fn what_somebody_else_wrote_is_read_or_refused(
        mut bytes in prop::collection::vec(any::<u8>(), 0..200),
        kind in 0u8..14,
    ) {
        for first in [b'{', 0x84, 0x93] {
            if let Some(byte) = bytes.first_mut() {
                *byte = first;
            }
            let bytes = Bytes::copy_from_slice(&bytes);
            let _ = (message::read::<wire::Head>(&bytes).is_ok(), message::read::<Value>(&bytes).is_ok());
            let _ = (wire::decode(kind, &bytes).is_ok(), wire::decode_answer(kind, &bytes).is_ok());
        }
    }

    #[test]
    fn a_message_that_was_damaged_is_read_or_refused(
        at in 0usize..104,
        byte in any::<u8>(),
        end in 0usize..=104,
    ) {
        let binary = Request::Emit(whom(&["r"], &[]), emission("b", &(Binary::from(vec![1]), "x")));
        let mut bytes = wire::encode(UID, "/", binary, None).to_vec();
        let at = at % bytes.len();
        bytes[at] = byte;
        bytes.truncate(end);
        let bytes = Bytes::from(bytes);
        let _ = (message::read::<wire::Head>(&bytes).is_ok(), wire::decode(wire::BROADCAST, &bytes).is_ok());
    }
}
