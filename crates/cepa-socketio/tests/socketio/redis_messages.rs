//! What Node's Redis adapters write beside cluster messages: requests and answers of @socket.io/redis-adapter 8.3.0, those of
//! @socket.io/redis-emitter 5.1.0, and the fields of @socket.io/redis-streams-adapter 0.3.1.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use cepa_socketio::adapter::message::{self, Event, First};
use cepa_socketio::adapter::{Answer, Emission, Request, SocketDetails, Whom};
use cepa_socketio::{Binary, Emit, SocketIo};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::cluster_format::{Flags, Opts, Packet};
use crate::cluster_messages::hex;
use crate::cluster_wire::Wire;
use crate::support::{Ws, start};

/// A request of the pub/sub adapter.
#[derive(Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Asked {
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    r#type: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    packet: Option<Packet>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opts: Option<Opts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rooms: Option<Vec<Box<str>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    close: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Event>,
}

/// An answer of the pub/sub adapter.
#[derive(Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Answered {
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<u8>,
    request_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sockets: Option<Vec<SocketDetails>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rooms: Option<Vec<Box<str>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_count: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<First>,
    #[serde(skip_serializing_if = "Option::is_none")]
    packet: Option<First>,
}

impl Asked {
    /// What it is to a namespace; 0 and 1 are answered out of the namespace itself.
    fn request(self) -> Option<Request> {
        let opts = self.opts.unwrap_or_default();
        let timeout = opts.flags.as_ref().and_then(|flags| flags.timeout);
        let whom = Whom { rooms: opts.rooms, except: opts.except };
        Some(match self.r#type {
            2 => Request::Join(whom, self.rooms?),
            3 => Request::Leave(whom, self.rooms?),
            4 => Request::Disconnect(whom, self.close?),
            5 => Request::Fetch(whom),
            6 => Request::ServerSide(self.data?),
            7 => {
                let event = self.packet?.data;
                let emission = Emission { event, volatile: false, compress: true };
                let timeout = Duration::from_millis(timeout.unwrap_or(5000));
                Request::EmitWithAck(whom, emission, timeout)
            }
            _ => return None,
        })
    }
}

fn node(text: &str) -> Bytes {
    if text.starts_with('{') { Bytes::copy_from_slice(text.as_bytes()) } else { hex(text) }
}

fn room(name: &str) -> Whom {
    Whom { rooms: vec![name.into()], except: Vec::new() }
}

/// Spec 4.1: `[uid, packet, opts]`, always msgpack.
#[test]
fn the_broadcast_of_the_pub_sub_adapter_is_nodes() {
    let node = hex(
        "93a667713769533383a47479706502a46461746194a2686901a17881a161c0a36e7370a12f83a5726f6f6d7390a665786365707490a5666c61677380",
    );
    let event = Event::new("hi", &(1, "x", json!({ "a": null }))).unwrap();
    let packet = Packet { r#type: 2, data: event.clone(), nsp: Some("/".into()) };
    let opts = Opts::new(Whom::default(), Some(Flags::default()));
    assert_eq!(message::write_msgpack(&("gq7iS3", packet, opts)).unwrap(), node);
    let (uid, packet, opts): (String, Packet, Opts) = message::read(&node).unwrap();
    assert_eq!((&*uid, packet.nsp.as_deref(), packet.data), ("gq7iS3", Some("/"), event));
    assert_eq!(opts, Opts::new(Whom::default(), Some(Flags::default())));
}

#[test]
fn every_request_of_the_pub_sub_adapter_is_nodes() {
    let e1 = Event::new("e", &1).unwrap();
    let ask = Emission {
        event: Event::new("q", &Binary::from(vec![1])).unwrap(),
        volatile: false,
        compress: true,
    };
    let table = [
        (r#"{"uid":"gq7iS3","requestId":"ELrl16","type":0,"rooms":["r"]}"#, None),
        (r#"{"uid":"gq7iS3","requestId":"ELrl16","type":1}"#, None),
        (
            r#"{"uid":"gq7iS3","type":2,"opts":{"rooms":["r"],"except":[]},"rooms":["x","y"]}"#,
            Some(Request::Join(room("r"), vec!["x".into(), "y".into()])),
        ),
        // without a uid they are an emitter's
        (
            r#"{"type":3,"opts":{"rooms":["r"],"except":[]},"rooms":["x"]}"#,
            Some(Request::Leave(room("r"), vec!["x".into()])),
        ),
        (
            r#"{"type":4,"opts":{"rooms":["r"],"except":[]},"close":true}"#,
            Some(Request::Disconnect(room("r"), true)),
        ),
        (
            r#"{"uid":"gq7iS3","requestId":"-Q1Vd9","type":5,"opts":{"rooms":["r"],"except":[]}}"#,
            Some(Request::Fetch(room("r"))),
        ),
        (r#"{"uid":"emitter","type":6,"data":["e",1]}"#, Some(Request::ServerSide(e1.clone()))),
        (
            r#"{"uid":"gq7iS3","requestId":"jLkThK","type":6,"data":["e",1]}"#,
            Some(Request::ServerSide(e1)),
        ),
        (
            "85a3756964a6677137695333a9726571756573744964a6514f45387241a47479706507a67061636b657483a47479706502a46461746192a171c40101a36e7370a12fa46f70747383a5726f6f6d7391a172a665786365707490a5666c61677381a774696d656f75740a",
            Some(Request::EmitWithAck(room("r"), ask, Duration::from_millis(10))),
        ),
    ];
    for (text, wanted) in table {
        let asked: Asked = message::read(&node(text)).unwrap();
        let written = match text.starts_with('{') {
            true => message::write(&asked),
            false => message::write_msgpack(&asked),
        };
        assert_eq!(written.unwrap(), node(text));
        assert_eq!(asked.request(), wanted);
    }
}

#[test]
fn every_answer_of_the_pub_sub_adapter_is_nodes() {
    let binary = || Some(First(Binary::from(vec![5]).to_args().unwrap()));
    let object = || Some(First(json!({ "n": 1 }).to_args().unwrap()));
    let request_id = || "abc123".to_owned();
    let table = [
        (
            r#"{"type":6,"requestId":"abc123","data":{"n":1}}"#,
            Answered {
                r#type: Some(6),
                request_id: request_id(),
                data: object(),
                ..Answered::default()
            },
        ),
        (
            r#"{"type":8,"requestId":"abc123","clientCount":2}"#,
            Answered {
                r#type: Some(8),
                request_id: request_id(),
                client_count: Some(2),
                ..Answered::default()
            },
        ),
        (
            "83a47479706509a9726571756573744964a6616263313233a67061636b6574c40105",
            Answered {
                r#type: Some(9),
                request_id: request_id(),
                packet: binary(),
                ..Answered::default()
            },
        ),
        (
            "83a47479706509a9726571756573744964a6616263313233a67061636b657481a16e01",
            Answered {
                r#type: Some(9),
                request_id: request_id(),
                packet: object(),
                ..Answered::default()
            },
        ),
        (
            r#"{"requestId":"abc123","rooms":["r"]}"#,
            Answered {
                request_id: request_id(),
                rooms: Some(vec!["r".into()]),
                ..Answered::default()
            },
        ),
    ];
    for (text, answer) in table {
        let write = |answer: &Answered| match text.starts_with('{') {
            true => message::write(answer).unwrap(),
            false => message::write_msgpack(answer).unwrap(),
        };
        assert_eq!(write(&answer), node(text));
        assert_eq!(write(&message::read(&node(text)).unwrap()), node(text));
    }
}

#[test]
fn an_emitters_broadcast_is_read() {
    let to_room = hex(
        "93a7656d697474657283a47479706502a46461746192a2686901a36e7370a12f83a5726f6f6d7391a5726f6f6d31a5666c61677380a665786365707490",
    );
    let (uid, packet, opts): (String, Packet, Opts) = message::read(&to_room).unwrap();
    assert_eq!((&*uid, packet.data), ("emitter", Event::new("hi", &1).unwrap()));
    assert_eq!(opts, Opts::new(room("room1"), Some(Flags::default())));
    let binary = hex(
        "93a7656d697474657283a47479706502a46461746192a26869c40101a36e7370a22f7883a5726f6f6d7390a5666c61677380a665786365707490",
    );
    let (_, packet, _): (String, Packet, Opts) = message::read(&binary).unwrap();
    assert_eq!(packet.data, Event::new("hi", &Binary::from(vec![1])).unwrap());
    assert_eq!(packet.nsp.as_deref(), Some("/x"));
}

/// An entry of a stream has the data alone: JSON text, or msgpack in base 64.
#[test]
fn the_fields_of_the_streams_adapter_are_nodes() {
    #[derive(Serialize, Deserialize)]
    struct Data {
        opts: Opts,
        packet: Packet,
    }
    #[derive(Serialize, Deserialize)]
    struct Session {
        sid: String,
        pid: String,
        rooms: Vec<String>,
        data: First,
    }
    let field =
        "gqRvcHRzg6Vyb29tc5GhcqZleGNlcHSQpWZsYWdzgKZwYWNrZXSDpHR5cGUCpGRhdGGSoWLEAQejbnNwoS8=";
    let data: Data = message::read(&STANDARD.decode(field).unwrap().into()).unwrap();
    assert_eq!(data.packet.data, Event::new("b", &Binary::from(vec![7])).unwrap());
    assert_eq!(STANDARD.encode(message::write(&data).unwrap()), field);
    let kept = "hKNzaWShc6NwaWShcKVyb29tc5Khc6FypGRhdGGBoW4B";
    let session: Session = message::read(&STANDARD.decode(kept).unwrap().into()).unwrap();
    assert_eq!((&*session.pid, session.data.0.raw(0)), ("p", Some(&b"{\"n\":1}"[..])));
    assert_eq!(STANDARD.encode(message::write_msgpack(&session).unwrap()), kept);
}

/// What a server does with requests of Node's, and what it has to answer: none of them may be left open.
#[tokio::test]
async fn every_request_of_the_pub_sub_adapter_is_answered() {
    let cluster = Wire::default();
    let io = SocketIo::new()
        .with_adapter(cluster.end())
        .on_connect(async |socket| Ok(socket.emit("ready", &())?))
        .on_server_side("e", async |number: u8| number + 1);
    let server = start(&io).await;
    let mut client = Ws::connect(server.address).await;
    client.text().await;
    let local = cluster.local_on(0, "/");
    let perform = async |text: &str| {
        let asked: Asked = message::read(&node(text)).unwrap();
        let mut answers = Vec::new();
        local.perform(asked.request().unwrap(), |answer| answers.push(answer)).await;
        answers
    };
    let everybody = r#""opts":{"rooms":[],"except":[]}"#;
    let join = format!(r#"{{"type":2,{everybody},"rooms":["r","x"]}}"#);
    assert!(perform(&join).await.is_empty());
    let leave = r#"{"type":3,"opts":{"rooms":["r"],"except":[]},"rooms":["x"]}"#;
    assert!(perform(leave).await.is_empty());
    // 0 and 1
    let namespace = local.namespace().unwrap();
    let id = namespace.local().to("r").sockets()[0].id().to_owned();
    let mut rooms: Vec<_> = namespace.hub().rooms().iter().map(ToString::to_string).collect();
    rooms.retain(|room| *room != id);
    assert_eq!(rooms, ["r"]);

    let fetch = r#"{"uid":"o","requestId":"a","type":5,"opts":{"rooms":["r"],"except":[]}}"#;
    let [Answer::Sockets(found)] = &perform(fetch).await[..] else { panic!("no sockets") };
    assert_eq!(*found[0].id, *id);
    let emit = r#"{"uid":"o","requestId":"a","type":6,"data":["e",1]}"#;
    let [Answer::Args(args)] = &perform(emit).await[..] else { panic!("no answer") };
    assert_eq!(args.get::<u8>(0).unwrap(), 2);

    let ask = r#"{"uid":"o","requestId":"a","type":7,"packet":{"type":2,"data":["q"],"nsp":"/"},"opts":{"rooms":["r"],"except":[],"flags":{"timeout":5000}}}"#;
    let (answers, ()) = tokio::join!(perform(ask), async {
        let asked = client.text().await;
        let id = asked.strip_prefix("42").unwrap().strip_suffix("[\"q\"]").unwrap();
        client.send(&format!("43{id}[\"yes\"]")).await;
    });
    let [Answer::Count(1), Answer::Args(args)] = &answers[..] else { panic!("{answers:?}") };
    assert_eq!(args.get::<String>(0).unwrap(), "yes");

    let disconnect = format!(r#"{{"type":4,{everybody},"close":true}}"#);
    assert!(perform(&disconnect).await.is_empty());
    assert_eq!(client.text().await, "41");
}
