use bytes::Bytes;
use cepa_socketio::packet::{Body, Decoder, Malformed, Packet, write};
use cepa_socketio::{Args, Emit};
use serde_json::json;

fn decode(text: &str) -> Result<Packet, Malformed> {
    let packet = Decoder::new(10, 1000).text(Bytes::copy_from_slice(text.as_bytes()))?;
    Ok(packet.expect("a packet without attachments"))
}

fn event(text: &str) -> (String, String, Option<u64>, String) {
    match decode(text) {
        Ok(Packet { namespace, body: Body::Event { name, id, args } }) => {
            (namespace.into_owned(), name, id, String::from_utf8(args.list().to_vec()).unwrap())
        }
        other => panic!("{text} is {other:?}"),
    }
}

#[test]
fn events_are_read() {
    let row = |namespace: &str, name: &str, id, list: &str| {
        (namespace.to_owned(), name.to_owned(), id, list.to_owned())
    };
    assert_eq!(event(r#"2["foo",1]"#), row("/", "foo", None, "1"));
    assert_eq!(event(r#"2/admin,["foo"]"#), row("/admin", "foo", None, ""));
    assert_eq!(event(r#"212["foo"]"#), row("/", "foo", Some(12), ""));
    assert_eq!(
        event(r#"2/admin,13["foo", {"a":[1, 2]} ,"x"]"#),
        row("/admin", "foo", Some(13), r#"{"a":[1, 2]} ,"x""#)
    );
    assert_eq!(event(r#"2[5,"a"]"#), row("/", "5", None, "\"a\""));
    assert_eq!(event(r#"2["a\"b\u00e9"]"#), row("/", "a\"bé", None, ""));
    assert_eq!(event(r#"2["\ud83d",1]"#), row("/", "\u{fffd}", None, "1"));
    assert_eq!(event(r#"2/,["foo"]"#), row("/", "foo", None, ""));
    assert_eq!(event(r#"29007199254740992["foo"]"#), row("/", "foo", Some(1 << 53), ""));
    // a literal placeholder in an event without attachments is plain data
    assert_eq!(
        event(r#"2["m",{"_placeholder":true,"num":7}]"#).3,
        r#"{"_placeholder":true,"num":7}"#
    );
}

#[test]
fn the_other_packets_are_read() {
    let connect =
        |text| decode(text).map(|packet| (packet.namespace.into_owned(), packet.body)).unwrap();
    assert_eq!(connect("0"), ("/".into(), Body::Connect(None)));
    assert_eq!(connect("0/admin"), ("/admin".into(), Body::Connect(None)));
    assert_eq!(connect("0/admin,"), ("/admin".into(), Body::Connect(None)));
    assert_eq!(
        connect(r#"0/admin,{"token":"1"}"#),
        ("/admin".into(), Body::Connect(Some(r#"{"token":"1"}"#.into())))
    );
    assert_eq!(connect("1"), ("/".into(), Body::Disconnect));
    assert_eq!(connect("1/admin"), ("/admin".into(), Body::Disconnect));
    let ack = |text| match decode(text).unwrap().body {
        Body::Ack { id, args } => (id, args.len()),
        other => panic!("{other:?}"),
    };
    assert_eq!(ack(r#"312["bar"]"#), (Some(12), 1));
    assert_eq!(ack("3/admin,13[]"), (Some(13), 0));
    assert_eq!(ack(r#"3["x"]"#), (None, 1));
}

#[test]
fn everything_that_closes_a_connection_is_refused() {
    for (text, why) in [
        ("", Malformed::Kind),
        ("7", Malformed::Kind),
        ("9[\"a\"]", Malformed::Kind),
        ("x", Malformed::Kind),
        ("2", Malformed::Payload),
        ("2[]", Malformed::Name),
        ("2{}", Malformed::Payload),
        ("2\"a\"", Malformed::Payload),
        ("2[{\"a\":1}]", Malformed::Name),
        ("2[null]", Malformed::Name),
        ("2[true]", Malformed::Name),
        ("2[[\"m\"]]", Malformed::Name),
        ("2[\"m\"]x", Malformed::Payload),
        ("2abc[\"m\"]", Malformed::Payload),
        ("21.5[\"m\"]", Malformed::Payload),
        ("2 [\"m\"]", Malformed::Payload),
        ("2-1[\"m\"]", Malformed::Payload),
        ("29007199254740993[\"m\"]", Malformed::Id),
        ("299999999999999999999[\"m\"]", Malformed::Id),
        ("2[\"connect\"]", Malformed::Name),
        ("2[\"disconnect\",1]", Malformed::Name),
        ("2[\"newListener\"]", Malformed::Name),
        ("2[\"\\u0063onnect\"]", Malformed::Name),
        ("0[]", Malformed::Payload),
        ("0\"a\"", Malformed::Payload),
        ("0{\"a\"", Malformed::Payload),
        ("0null", Malformed::Payload),
        ("1{}", Malformed::Payload),
        ("3", Malformed::Payload),
        ("3{}", Malformed::Payload),
        ("4{\"message\":\"x\"}", Malformed::Payload),
        ("4\"x\"", Malformed::Payload),
        ("5[\"a\"]", Malformed::Attachments),
        ("5-[\"a\"]", Malformed::Attachments),
        ("50-[\"a\"]", Malformed::Attachments),
        ("511-[\"a\"]", Malformed::Attachments),
        ("51", Malformed::Attachments),
        ("5-1-[\"a\"]", Malformed::Attachments),
        ("51.0-[\"a\"]", Malformed::Attachments),
        ("599999999999999999999-[\"a\"]", Malformed::Attachments),
    ] {
        assert_eq!(decode(text).err(), Some(why), "{text}");
    }
}

#[test]
fn depth_is_bounded() {
    let text = |depth: usize| format!("2[\"m\",{}{}]", "[".repeat(depth), "]".repeat(depth));
    assert!(decode(&text(126)).is_ok());
    assert_eq!(decode(&text(127)).err(), Some(Malformed::Payload));
    assert_eq!(decode(&format!("0{}", "{\"a\":".repeat(200))).err(), Some(Malformed::Payload));
}

#[test]
fn packets_are_written() {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let args = (json!({"a": 1}), "x").to_args().unwrap();
    assert_eq!(text(write::connected("/", "abc", None)), r#"40{"sid":"abc"}"#);
    let recoverable = text(write::connected("/", "abc", Some("def")));
    assert_eq!(recoverable, r#"40{"sid":"abc","pid":"def"}"#);
    assert_eq!(text(write::connected("/admin", "abc", None)), r#"40/admin,{"sid":"abc"}"#);
    assert_eq!(
        text(write::refused("/x", br#"{"message":"Invalid namespace"}"#)),
        r#"44/x,{"message":"Invalid namespace"}"#
    );
    assert_eq!(text(write::disconnect("/")), "41");
    assert_eq!(text(write::disconnect("/admin")), "41/admin,");
    assert_eq!(text(write::event("/", None, "foo", &args)), r#"42["foo",{"a":1},"x"]"#);
    assert_eq!(
        text(write::event("/admin", Some(3), "a\"b", &Args::default())),
        r#"42/admin,3["a\"b"]"#
    );
    assert_eq!(text(write::ack("/", 12, &args)), r#"4312[{"a":1},"x"]"#);
    assert_eq!(text(write::ack("/admin", 13, &Args::default())), "43/admin,13[]");
}
