use bytes::Bytes;
use cepa_socketio::packet::{Body, Decoder, Malformed, Packet, write};
use cepa_socketio::{Args, Binary, Emit};
use serde::{Deserialize, Serialize};

fn feed(
    decoder: &mut Decoder,
    text: &str,
    attachments: &[&'static [u8]],
) -> Result<Option<Packet>, Malformed> {
    let mut packet = decoder.text(Bytes::copy_from_slice(text.as_bytes()))?;
    for data in attachments {
        assert_eq!(packet, None);
        packet = decoder.binary(Bytes::from_static(data))?;
    }
    Ok(packet)
}

fn args(packet: Option<Packet>) -> Args {
    match packet.expect("a whole packet").body {
        Body::Event { args, .. } | Body::Ack { args, .. } => args,
        other => panic!("{other:?}"),
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Picture {
    name: String,
    data: Binary,
    small: Option<Binary>,
}

const EVENT: &str = r#"52-/admin,4["p",{"name":"n","data":{"_placeholder":true,"num":0},"small":{"num":1,"_placeholder":true}}]"#;

#[test]
fn a_binary_event_comes_together_and_is_decoded() {
    let mut decoder = Decoder::new(10, 1000);
    let packet = feed(&mut decoder, EVENT, &[b"\x00\x01", b"\xff"]).unwrap();
    assert_eq!(packet.as_ref().unwrap().namespace, "/admin");
    let picture: Picture = args(packet).decode().unwrap();
    let small = Some(Binary(Bytes::from_static(b"\xff")));
    assert_eq!(
        picture,
        Picture { name: "n".into(), data: Binary(Bytes::from_static(b"\x00\x01")), small }
    );
    assert!(!decoder.is_holding());
    // and the next packet is read as usual
    assert!(feed(&mut decoder, "2[\"a\"]", &[]).unwrap().is_some());
}

#[test]
fn numbers_are_given_depth_first() {
    let picture =
        |name: &str, byte: u8| Picture { name: name.into(), data: vec![byte].into(), small: None };
    let value = (vec![picture("a", 1), picture("b", 2)], Binary::from(vec![3]), "x");
    let args = value.to_args().unwrap();
    assert_eq!(
        String::from_utf8(write::event("/", Some(1), "baz", &args)).unwrap(),
        r#"453-1["baz",[{"name":"a","data":{"_placeholder":true,"num":0},"small":null},{"name":"b","data":{"_placeholder":true,"num":1},"small":null}],{"_placeholder":true,"num":2},"x"]"#
    );
    assert_eq!(args.attachments(), [&[1][..], &[2], &[3]]);
    assert_eq!(
        String::from_utf8(write::ack("/admin", 15, &Binary::from(vec![9]).to_args().unwrap()))
            .unwrap(),
        r#"461-/admin,15[{"_placeholder":true,"num":0}]"#
    );
}

#[test]
fn arguments_are_passed_on_with_their_attachments() {
    let packet = feed(&mut Decoder::new(10, 1000), EVENT, &[b"one", b"two"]).unwrap();
    let all = args(packet);
    let written = write::event("/", None, "p", &all.to_args().unwrap());
    assert!(
        String::from_utf8(written)
            .unwrap()
            .starts_with(r#"452-["p",{"name":"n","data":{"_placeholder":true"#)
    );

    let text = r#"53-["p",{"_placeholder":true,"num":0},[{"_placeholder":true,"num":2}],{"_placeholder":true,"num":1}]"#;
    let rest = args(feed(&mut Decoder::new(10, 1000), text, &[b"0", b"1", b"2"]).unwrap()).skip(1);
    assert_eq!(rest.list(), br#"[{"_placeholder":true,"num":0}],{"_placeholder":true,"num":1}"#);
    assert_eq!(rest.attachments(), [&b"2"[..], b"1"]);

    let more = rest.with_first(&Binary::from(vec![7])).unwrap();
    assert_eq!(
        more.list(),
        br#"{"_placeholder":true,"num":0},[{"_placeholder":true,"num":1}],{"_placeholder":true,"num":2}"#
    );
    assert_eq!(more.attachments(), [&[7][..], b"2", b"1"]);
    assert_eq!(more.get::<Vec<Binary>>(1).unwrap(), [Binary(Bytes::from_static(b"2"))]);
}

#[test]
fn attachments_are_numbered_anew_as_they_occur() {
    let text = r#"53-["p",{"_placeholder":true,"num":2},[{"_placeholder":true,"num":0},{"num":2,"_placeholder":true}]]"#;
    let all = args(feed(&mut Decoder::new(10, 1000), text, &[b"0", b"1", b"2"]).unwrap());
    assert_eq!(
        std::str::from_utf8(all.list()).unwrap(),
        r#"{"_placeholder":true,"num":0},[{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}]"#
    );
    assert_eq!(all.attachments(), [&b"2"[..], b"0"]);
    // an attachment that nothing refers to goes, and with it the packet's being binary
    let none = args(feed(&mut Decoder::new(10, 1000), r#"51-["p",7]"#, &[b"0"]).unwrap());
    assert_eq!(write::event("/", None, "p", &none), br#"42["p",7]"#);
}

#[test]
fn a_placeholder_without_attachment_closes() {
    for number in ["1", "-1", "\"0\"", "0.5"] {
        let text = format!(r#"51-["a",{{"_placeholder":true,"num":{number}}}]"#);
        assert!(feed(&mut Decoder::new(10, 1000), &text, &[b"x"]).is_err(), "{text}");
    }
}

#[test]
fn text_between_attachments_and_unannounced_binary_close() {
    let mut decoder = Decoder::new(10, 1000);
    assert_eq!(decoder.binary(Bytes::from_static(b"x")), Err(Malformed::Order));
    assert_eq!(feed(&mut decoder, EVENT, &[b"x"]), Ok(None));
    assert!(decoder.is_holding());
    assert_eq!(feed(&mut decoder, "2[\"a\"]", &[]), Err(Malformed::Order));
}

#[test]
fn a_held_packet_is_bounded_in_number_and_bytes() {
    let mut decoder = Decoder::new(3, 100);
    assert_eq!(feed(&mut decoder, "54-[\"a\"]", &[]), Err(Malformed::Attachments));
    assert_eq!(feed(&mut decoder, "53-[\"a\"]", &[&[0; 60]]), Ok(None));
    assert_eq!(decoder.binary(Bytes::from_static(&[0; 60])), Err(Malformed::TooLarge));
}

#[test]
fn far_more_placeholders_than_attachments_close() {
    let event = |count: usize| {
        let placeholder = r#"{"_placeholder":true,"num":0}"#;
        format!(r#"51-["a",{}]"#, vec![placeholder; count].join(","))
    };
    let mut decoder = Decoder::new(10, 10_000_000);
    assert_eq!(args(feed(&mut decoder, &event(8), &[b"x"]).unwrap()).len(), 8);
    assert_eq!(feed(&mut decoder, &event(9), &[b"x"]), Err(Malformed::Placeholder));
}

/// `JSON.parse` reads an escaped key as the key that it is, and of two members the last: clients would fail on what was
/// passed on to them.
#[test]
fn a_placeholder_in_disguise_closes() {
    for last in [
        r#"{"\u005fplaceholder":true,"num":99}"#,
        r#"{"_placeholder":true,"num":0,"\u006eum":99}"#,
        r#"{"_placeholder":true,"num":0,"num":[9]}"#,
        r#"{"_placeholder":true,"num":0,"num":{}}"#,
        r#"{"_placeholder":true,"num":0,"num":{"num":0}}"#,
    ] {
        let text = format!(r#"51-["m",{{"_placeholder":true,"num":0}},{last}]"#);
        let refused = feed(&mut Decoder::new(10, 1000), &text, &[b"x"]);
        assert_eq!(refused.err().map(|_| ()), Some(()), "{text}");
    }
}

/// Other parsers than JavaScript's may take the first of two members, or refuse both.
#[test]
fn what_is_passed_on_has_plain_placeholders() {
    for odd in [
        r#"{"_placeholder":true,"num":9,"num":0}"#,
        r#"{"_placeholder":[1],"\u005fplaceholder":true,"num":0}"#,
        r#"{"_placeholder":true,"num":0,"x":{"_placeholder":true,"num":9}}"#,
        r#"{ "_placeholder":true,"num":0}"#,
    ] {
        let text = format!(r#"51-["m",{odd},{{"_placeholder":[true],"num":0}}]"#);
        let args = args(feed(&mut Decoder::new(10, 1000), &text, &[b"x"]).unwrap());
        let list = String::from_utf8_lossy(args.list()).into_owned();
        assert_eq!(list, r#"{"_placeholder":true,"num":0},{"_placeholder":[true],"num":0}"#);
    }
}

/// What a client may send without an attachment must not become a placeholder beside ours.
#[test]
fn an_object_that_looks_like_a_placeholder_goes_with_no_attachment() {
    let fake = serde_json::json!({ "_placeholder": true, "num": 7 });
    let binary = Binary::from(vec![1]);
    assert!((&binary, &fake).to_args().is_err());
    assert!(Args::one(&vec![(&binary, &fake)]).is_err());
    let alone = (&fake,).to_args().unwrap();
    assert!(alone.clone().with_first(&1).is_ok());
    assert!(alone.with_first(&binary).is_err());
}

#[test]
fn what_is_too_deep_to_be_read_is_not_sent() {
    let mut deep = serde_json::json!(1);
    for _ in 0..200 {
        deep = serde_json::json!([deep]);
    }
    assert!((1, deep).to_args().is_err());
}
