//! `socket.io-msgpack-parser`, byte by byte.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cepa_core::Result;
use cepa_socketio::{Args, Binary, Options, SocketIo};
use serde_json::{Value, json};

use crate::support::{Polling, Running, Ws, quiet, start};

fn io() -> SocketIo {
    SocketIo::with_options(quiet())
        .on("m", async |socket, args: Args| Ok(socket.emit("m", &args)?))
        .on("ask", async |_socket, args: Args| args)
        .on("json", async |_socket, value: Value| value.to_string())
        .on("binary", async |_socket, data: Binary| data.0.len())
}

const CONNECT: &[u8] = b"\x83\xa4type\x00\xa4data\xd4\x00\x00\xa3nsp\xa1/";

async fn connect(server: &Running) -> Ws {
    let mut ws = Ws::open(server.address).await;
    ws.send_binary(CONNECT).await;
    let answer = ws.binary().await;
    assert!(answer.starts_with(b"\x83\xa4type\x00\xa4data\x81\xa3sid\xb4"), "{answer:?}");
    assert!(answer.ends_with(b"\xa3nsp\xa1/"));
    ws
}

fn event(name: &str, id: Option<u8>, args: &[&[u8]]) -> Vec<u8> {
    let mut out = vec![0x84 + u8::from(id.is_some())];
    out.extend_from_slice(b"\xa4type\x02\xa4data");
    out.push(0x91 + args.len() as u8);
    out.push(0xa0 + name.len() as u8);
    out.extend_from_slice(name.as_bytes());
    out.extend(args.concat());
    // what clients send along, to be ignored
    out.extend_from_slice(b"\xa7options\x81\xa8compress\xc3");
    if let Some(id) = id {
        out.extend_from_slice(b"\xa2id");
        out.push(id);
    }
    out.extend_from_slice(b"\xa3nsp\xa1/");
    out
}

async fn send(ws: &mut Ws, message: Vec<u8>) {
    ws.0.send(bytes::Bytes::from(message)).await.unwrap();
}

/// The timer, which each pong wakes, looks at the decoder while the decoder turns to msgpack.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_first_packet_and_the_timer_do_not_wait_for_each_other() {
    let server = start(&io()).await;
    let connect = STANDARD.encode(CONNECT);
    let body = format!("{}b{connect}", "3\x1e".repeat(200));
    for _ in 0..100 {
        let client = Polling::open(server.address).await;
        assert_eq!(client.post(&body).await.body, "ok");
        assert!(client.get().await.body.starts_with('b'));
    }
}

#[tokio::test]
async fn events_answers_and_broadcasts() {
    let io = io();
    let server = start(&io).await;
    let mut ws = connect(&server).await;
    send(&mut ws, event("m", None, &[b"\x01", b"\xa1x", b"\x81\xa1a\xc0"])).await;
    let wanted = b"\x83\xa4type\x02\xa4data\x94\xa1m\x01\xa1x\x81\xa1a\xc0\xa3nsp\xa1/";
    assert_eq!(&ws.binary().await[..], wanted);
    send(&mut ws, event("ask", Some(7), &[b"\xc4\x02\x01\x02", b"\xcb\x3f\xf8\0\0\0\0\0\0"])).await;
    let wanted = b"\x84\xa4type\x03\xa4data\x92\xc4\x02\x01\x02\xcb\x3f\xf8\0\0\0\0\0\0\xa2id\x07\xa3nsp\xa1/";
    assert_eq!(&ws.binary().await[..], wanted);
    // beside a client of the default encoding
    let mut other = Ws::connect(server.address).await;
    io.emit("n", &(1, Binary::from(vec![5]))).unwrap();
    assert_eq!(
        &ws.binary().await[..],
        b"\x83\xa4type\x02\xa4data\x93\xa1n\x01\xc4\x01\x05\xa3nsp\xa1/"
    );
    assert_eq!(other.text().await, "451-[\"n\",1,{\"_placeholder\":true,\"num\":0}]");
    assert_eq!(&other.binary().await[..], [5]);
    // and asked together with it, each in its own
    let asking = tokio::spawn({
        let io = io.clone();
        async move { io.emit_with_ack("q", &()).await.unwrap() }
    });
    let question = ws.binary().await;
    let id = question[question.len() - 7];
    assert!(other.text().await.starts_with("42"));
    let mut answer = b"\x84\xa4type\x03\xa4data\x91\x01\xa2id".to_vec();
    answer.push(id);
    answer.extend_from_slice(b"\xa3nsp\xa1/");
    send(&mut ws, answer).await;
    other.send(&format!("43{id}[2]")).await;
    assert_eq!(asking.await.unwrap().len(), 2);
}

#[tokio::test]
async fn over_polling_it_is_base64() {
    let server = start(&io()).await;
    let client = Polling::open(server.address).await;
    // CONNECT as above
    client.post("bg6R0eXBlAKRkYXRh1AAAo25zcKEv").await;
    assert!(client.get().await.body.starts_with("bg6R0eXBlAKRkYXRhgaNzaWS0"));
}

#[tokio::test]
async fn every_kind_of_value_is_read() {
    let server = start(&io()).await;
    let mut ws = connect(&server).await;
    let cases: [(&[u8], Value); 22] = [
        (b"\xc0", Value::Null),
        (b"\xd4\x00\x00", Value::Null),
        (b"\xc2", json!(false)),
        (b"\x7f", json!(127)),
        (b"\xe0", json!(-32)),
        (b"\xcc\xff", json!(255)),
        (b"\xcd\x01\x00", json!(256)),
        (b"\xce\x00\x01\x00\x00", json!(65536)),
        (b"\xcf\x00\x20\x00\x00\x00\x00\x00\x00", json!(9007199254740992_u64)),
        (b"\xd0\x80", json!(-128)),
        (b"\xd1\xff\x00", json!(-256)),
        (b"\xd2\xff\xff\x00\x00", json!(-65536)),
        (b"\xd3\xff\xff\xff\xff\xff\xff\xff\xff", json!(-1)),
        (b"\xca\x3f\xc0\x00\x00", json!(1.5)),
        (b"\xcb\x7f\xf8\0\0\0\0\0\0", Value::Null),
        (b"\xd9\x02\xc3\xa9", json!("é")),
        (b"\xdc\x00\x01\x01", json!([1])),
        (b"\xde\x00\x01\xa1\"\x01", json!({ "\"": 1 })),
        (b"\xd7\x00\x00\x00\x01\x88\x8d\x53\x1c\x00", json!("2023-06-05T20:50:14.144Z")),
        (b"\xd6\xff\x00\x00\x00\x00", json!("1970-01-01T00:00:00.000Z")),
        (b"\xd7\xff\x00\x00\x00\x00\x65\xe0\x8f\x80", json!("2024-02-29T14:06:56.000Z")),
        (
            b"\xc7\x0c\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff",
            json!("1969-12-31T23:59:59.000Z"),
        ),
    ];
    for (value, wanted) in cases {
        send(&mut ws, event("json", Some(0), &[value])).await;
        let answer = ws.binary().await;
        let text = String::from_utf8_lossy(&answer);
        let json = wanted.to_string();
        assert!(text.contains(&json), "{value:?}: {text} has no {json}");
    }
    for data in
        [&b"\xc5\x00\x02ab"[..], b"\xc6\x00\x00\x00\x02ab", b"\xc7\x02\x00ab", b"\xd5\x00ab"]
    {
        send(&mut ws, event("binary", Some(0), &[data])).await;
        assert!(ws.binary().await.windows(7).any(|part| part == b"data\x91\x02\xa2"), "{data:?}");
    }
}

#[tokio::test]
async fn what_is_no_packet_ends_the_connection_and_nobody_else_notices() {
    let server = start(&io()).await;
    let mut bystander = connect(&server).await;
    let deep = [b"\x83\xa4type\x02\xa3nsp\xa1/\xa4data".to_vec(), vec![0x91; 400_000]].concat();
    let packets: Vec<Vec<u8>> = vec![
        b"".to_vec(),
        b"\xc0".to_vec(),
        b"\x80".to_vec(),
        b"\xdf\xff\xff\xff\xff".to_vec(),
        b"\x82\xa4type\x02\xa3nsp\xa1/".to_vec(),
        b"\x83\xa4type\x05\xa4data\x91\xa1m\xa3nsp\xa1/".to_vec(),
        b"\x83\xa4type\xa12\xa4data\x91\xa1m\xa3nsp\xa1/".to_vec(),
        b"\x83\xa4type\x02\xa4data\x90\xa3nsp\xa1/".to_vec(),
        b"\x83\xa4type\x02\xa4data\xa1m\xa3nsp\xa1/".to_vec(),
        b"\x83\xa4type\x02\xa4data\xdd\xff\xff\xff\xff\xa1m".to_vec(),
        b"\x83\xa4type\x02\xa4data\xc6\xff\xff\xff\xff".to_vec(),
        b"\x83\xa4type\x02\xa4data\x91\xa7connect\xa3nsp\xa1/".to_vec(),
        b"\x83\xa4type\x02\xa4data\x91\xa1m\xa3nsp\xa1/\x00".to_vec(),
        b"\x83\xa4type\x02\xa4data\x92\xa1m\xc1\xa3nsp\xa1/".to_vec(),
        b"\x83\xa4type\x02\xa4data\x92\xa1m\xd4\x05\x00\xa3nsp\xa1/".to_vec(),
        b"\x83\xa4type\x02\xa4data\x92\xa1m\xd9\x02\xff\xff\xa3nsp\xa1/".to_vec(),
        b"\x84\xa4type\x02\xa4data\x91\xa1m\xa2id\xff\xa3nsp\xa1/".to_vec(),
        b"\x82\xa4type\x02\xa4data\x91\xa1m".to_vec(),
        [&b"\x83\xa4type\x02\xa4data\x9d\xa1m"[..], &b"\xc4\x01x".repeat(12), b"\xa3nsp\xa1/"]
            .concat(),
        deep,
        CONNECT.to_vec(),
    ];
    for packet in packets {
        let mut ws = connect(&server).await;
        send(&mut ws, packet.clone()).await;
        assert_eq!(ws.closed().await, 1005, "{:?}", &packet[..packet.len().min(40)]);
    }
    // text is none, once it has begun in binary
    let mut ws = connect(&server).await;
    ws.send("42[\"m\"]").await;
    assert_eq!(ws.closed().await, 1005);
    send(&mut bystander, event("m", None, &[])).await;
    bystander.binary().await;
}

#[tokio::test]
async fn what_another_client_sends_in_text_arrives_byte_by_byte() {
    let io = SocketIo::with_options(quiet())
        .on("m", async |socket, args: Args| Ok(socket.broadcast().emit("m", &args).map(drop)?));
    let server = start(&io).await;
    let mut ws = connect(&server).await;
    let mut json = Ws::connect(server.address).await;
    let cases: [(&str, Vec<u8>); 6] = [
        (
            "[\"m\" , \"\\ud83d!\", \"\\u00e9\\\"[\"]",
            b"\x93\xa1m\xa4\xef\xbf\xbd!\xa4\xc3\xa9\"[".to_vec(),
        ),
        (
            "[\"m\",-0,-1,0,18446744073709551615]",
            b"\x95\xa1m\xcb\x80\0\0\0\0\0\0\0\xff\x00\xcf\xff\xff\xff\xff\xff\xff\xff\xff".to_vec(),
        ),
        (
            "[\"m\",{\"a\":[ ],\"b\": { } ,\"c\":[{\"]\":1}]}]",
            b"\x92\xa1m\x83\xa1a\x90\xa1b\x80\xa1c\x91\x81\xa1]\x01".to_vec(),
        ),
        ("[\"m\",true,false,null,1.5]", b"\x95\xa1m\xc3\xc2\xc0\xcb\x3f\xf8\0\0\0\0\0\0".to_vec()),
        (
            "[\"m\",{\"_placeholder\":true,\"num\":0}]",
            b"\x92\xa1m\x82\xac_placeholder\xc3\xa3num\x00".to_vec(),
        ),
        (
            "[\"m\",[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15]]",
            b"\x92\xa1m\xdc\x00\x10\0\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"
                .to_vec(),
        ),
    ];
    for (text, data) in cases {
        json.send(&format!("42{text}")).await;
        let wanted = [&b"\x83\xa4type\x02\xa4data"[..], &data, b"\xa3nsp\xa1/"].concat();
        assert_eq!(ws.binary().await, wanted, "{text}");
    }
    // a placeholder is its attachment, whatever else it holds
    let inside = "{\"x\":[{\"_placeholder\":true,\"num\":1}],\"_placeholder\":true,\"num\":0}";
    json.send(&format!("451-[\"m\",{inside},[2]]")).await;
    json.send_binary(&[7]).await;
    let wanted = b"\x83\xa4type\x02\xa4data\x93\xa1m\xc4\x01\x07\x91\x02\xa3nsp\xa1/";
    assert_eq!(&ws.binary().await[..], wanted);
}

#[tokio::test]
async fn it_can_be_switched_off() {
    let server = start(&SocketIo::with_options(Options { msgpack: false, ..quiet() })).await;
    let mut ws = Ws::open(server.address).await;
    ws.send_binary(CONNECT).await;
    assert_eq!(ws.closed().await, 1005);
}

/// What could not be written in the default encoding, or to a client that speaks that.
#[tokio::test]
async fn a_namespace_has_a_slash_and_no_comma() {
    let server = start(&io()).await;
    for name in [&b"\xa0"[..], b"\xa1m", b"\xa4/a,b"] {
        let mut ws = Ws::open(server.address).await;
        send(&mut ws, [b"\x82\xa4type\x00\xa3nsp", name].concat()).await;
        assert_eq!(ws.closed().await, 1005, "{name:?}");
    }
}

/// A client of the default encoding must not be able to send what those of this one cannot read.
#[tokio::test]
async fn what_json_clients_say_reaches_those_that_speak_msgpack() {
    let io = SocketIo::with_options(quiet()).on("m", async |socket, args: Args| -> Result {
        socket.broadcast().emit("m", &args)?;
        Ok(())
    });
    let server = start(&io).await;
    let mut reader = connect(&server).await;
    for list in [
        format!("{}{}", "[".repeat(126), "]".repeat(126)),
        "9".repeat(300),
        "1e308,1e-999,\"\\ud83d\"".to_owned(),
    ] {
        let mut writer = Ws::connect(server.address).await;
        writer.send(&format!("42[\"m\",{list}]")).await;
        let told = reader.binary().await;
        assert!(told.starts_with(b"\x83\xa4type\x02\xa4data"), "{told:?}");
        assert!((0x92..0x9f).contains(&told[12]), "an array: {told:?}");
    }
    for list in [format!("{}{}", "[".repeat(127), "]".repeat(127)), "1e999".to_owned()] {
        let mut writer = Ws::connect(server.address).await;
        writer.send(&format!("42[\"m\",{list}]")).await;
        assert_eq!(writer.closed().await, 1005);
    }
}

/// Nothing is made of those beyond the limit: once, a megabyte of them became 33.
#[tokio::test]
async fn attachments_are_counted_as_they_are_read() {
    let server = start(&io()).await;
    let mut ws = connect(&server).await;
    for (count, open) in [(10, true), (11, false)] {
        let all = vec![&b"\xc4\x01x"[..]; count];
        send(&mut ws, event("ask", Some(0), &all)).await;
        if open {
            ws.binary().await;
        } else {
            assert_eq!(ws.closed().await, 1005);
        }
    }
}

/// By default serde_json reads some numbers a little wrong, for speed.
#[tokio::test]
async fn numbers_are_passed_on_to_the_last_digit() {
    let io = SocketIo::with_options(quiet()).on("m", async |socket, args: Args| -> Result {
        socket.broadcast().emit("m", &args)?;
        Ok(())
    });
    let server = start(&io).await;
    let mut reader = connect(&server).await;
    let mut writer = Ws::connect(server.address).await;
    for number in [9.254581792271197e225, 0.1, -2.2250738585072014e-308, 1.7976931348623157e308] {
        writer.send(&format!("42[\"m\",{number:e}]")).await;
        let told = reader.binary().await;
        let bytes = [&b"\x92\xa1m\xcb"[..], &f64::to_be_bytes(number)].concat();
        assert!(told.windows(bytes.len()).any(|part| part == bytes), "{number:e}: {told:?}");
    }
}
