//! Node's cluster messages as structs for serde, with Node's keys in Node's order: each request and answer from and to bytes.

use std::time::Duration;

use bytes::Bytes;
use cepa_socketio::adapter::message::{self, Event, First};
use cepa_socketio::adapter::{Answer, Emission, Request, SocketDetails, Whom};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Serialize};

pub const BROADCAST: u8 = 3;
pub const JOIN: u8 = 4;
pub const LEAVE: u8 = 5;
pub const DISCONNECT: u8 = 6;
pub const FETCH: u8 = 7;
pub const FETCHED: u8 = 8;
pub const SERVER_SIDE: u8 = 9;
pub const SERVER_SIDE_ANSWER: u8 = 10;
pub const COUNT: u8 = 11;
pub const ACK: u8 = 12;

#[derive(Debug, Serialize, Deserialize)]
pub struct Message<D> {
    pub r#type: u8,
    pub data: D,
    pub uid: String,
    pub nsp: String,
}

/// What is read first.
#[derive(Debug, Deserialize)]
pub struct Head {
    pub r#type: u8,
    pub uid: String,
    pub nsp: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Broadcast {
    pub packet: Packet,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    pub opts: Opts,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Packet {
    pub r#type: u8,
    pub data: Event,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nsp: Option<String>,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Opts {
    pub rooms: Vec<Box<str>>,
    pub except: Vec<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flags: Option<Flags>,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Flags {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volatile: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compress: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u64>,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Rooms {
    pub opts: Opts,
    pub rooms: Vec<Box<str>>,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Disconnect {
    pub opts: Opts,
    pub close: bool,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fetch {
    pub opts: Opts,
    pub request_id: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerSide {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    pub packet: Event,
}

/// What all answers have.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answers {
    pub request_id: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fetched {
    pub request_id: String,
    pub sockets: Vec<SocketDetails>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer1 {
    pub request_id: String,
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub packet: First,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Count {
    pub request_id: String,
    pub client_count: usize,
}

fn is_nothing(answer: &First) -> bool {
    answer.0.is_empty()
}

impl Opts {
    pub fn new(whom: Whom, flags: Option<Flags>) -> Opts {
        Opts { rooms: whom.rooms, except: whom.except, flags }
    }

    fn emission(self, event: Event) -> (Whom, Emission, Option<Duration>) {
        let flags = self.flags.unwrap_or_default();
        let emission = Emission {
            event,
            volatile: flags.volatile.unwrap_or(false),
            compress: flags.compress.unwrap_or(true),
        };
        let whom = Whom { rooms: self.rooms, except: self.except };
        (whom, emission, flags.timeout.map(Duration::from_millis))
    }

    fn whom(self) -> Whom {
        Whom { rooms: self.rooms, except: self.except }
    }
}

impl Flags {
    pub fn of(emission: &Emission, timeout: Option<Duration>) -> Flags {
        Flags {
            volatile: emission.volatile.then_some(true),
            compress: (!emission.compress).then_some(false),
            timeout: timeout.map(|timeout| timeout.as_millis() as u64),
        }
    }
}

/// A request as bytes.
pub fn encode(uid: &str, nsp: &str, request: Request, id: Option<&str>) -> Bytes {
    fn bytes<D: Serialize>(uid: &str, nsp: &str, r#type: u8, data: D) -> Bytes {
        let message = Message { r#type, data, uid: uid.into(), nsp: nsp.into() };
        message::write(&message).unwrap()
    }
    let id = id.map(str::to_owned);
    let broadcast = |whom, emission: Emission, timeout| Broadcast {
        opts: Opts::new(whom, Some(Flags::of(&emission, timeout))),
        packet: Packet { r#type: 2, data: emission.event, nsp: None },
        request_id: id.clone(),
    };
    let plain = |whom| Opts::new(whom, None);
    match request {
        Request::Emit(whom, it) => bytes(uid, nsp, BROADCAST, broadcast(whom, it, None)),
        Request::EmitWithAck(whom, it, timeout) => {
            bytes(uid, nsp, BROADCAST, broadcast(whom, it, Some(timeout)))
        }
        Request::Join(whom, rooms) => bytes(uid, nsp, JOIN, Rooms { opts: plain(whom), rooms }),
        Request::Leave(whom, rooms) => bytes(uid, nsp, LEAVE, Rooms { opts: plain(whom), rooms }),
        Request::Disconnect(whom, close) => {
            bytes(uid, nsp, DISCONNECT, Disconnect { opts: plain(whom), close })
        }
        Request::Fetch(whom) => {
            let opts = Opts::new(whom, Some(Flags::default()));
            bytes(uid, nsp, FETCH, Fetch { opts, request_id: id.unwrap() })
        }
        Request::ServerSide(packet) => {
            bytes(uid, nsp, SERVER_SIDE, ServerSide { packet, request_id: id })
        }
    }
}

/// A request, and its id if it wants an answer.
pub fn decode(r#type: u8, bytes: &Bytes) -> Result<(Request, Option<String>), serde_json::Error> {
    fn data<D: DeserializeOwned>(bytes: &Bytes) -> Result<D, serde_json::Error> {
        Ok(message::read::<Message<D>>(bytes)?.data)
    }
    Ok(match r#type {
        BROADCAST => {
            let Broadcast { packet, opts, request_id } = data(bytes)?;
            let (whom, emission, timeout) = opts.emission(packet.data);
            match request_id {
                None => (Request::Emit(whom, emission), None),
                id => {
                    let timeout = timeout.unwrap_or(Duration::from_secs(5));
                    (Request::EmitWithAck(whom, emission, timeout), id)
                }
            }
        }
        JOIN => {
            let Rooms { opts, rooms } = data(bytes)?;
            (Request::Join(opts.whom(), rooms), None)
        }
        LEAVE => {
            let Rooms { opts, rooms } = data(bytes)?;
            (Request::Leave(opts.whom(), rooms), None)
        }
        DISCONNECT => {
            let Disconnect { opts, close } = data(bytes)?;
            (Request::Disconnect(opts.whom(), close), None)
        }
        FETCH => {
            let Fetch { opts, request_id } = data(bytes)?;
            (Request::Fetch(opts.whom()), Some(request_id))
        }
        SERVER_SIDE => {
            let ServerSide { packet, request_id } = data(bytes)?;
            (Request::ServerSide(packet), request_id)
        }
        other => return Err(Error::custom(format!("type {other}"))),
    })
}

/// An answer as bytes.
pub fn encode_answer(uid: &str, nsp: &str, of: &Request, id: &str, answer: Answer) -> Bytes {
    let (uid, nsp, request_id) = (uid.to_owned(), nsp.to_owned(), id.to_owned());
    match answer {
        Answer::Count(client_count) => {
            let data = Count { request_id, client_count };
            message::write(&Message { r#type: COUNT, data, uid, nsp })
        }
        Answer::Args(args) => {
            let server_side = matches!(of, Request::ServerSide(_));
            let r#type = if server_side { SERVER_SIDE_ANSWER } else { ACK };
            let data = Answer1 { request_id, packet: First(args) };
            message::write(&Message { r#type, data, uid, nsp })
        }
        Answer::Sockets(sockets) => {
            let data = Fetched { request_id, sockets };
            message::write(&Message { r#type: FETCHED, data, uid, nsp })
        }
    }
    .unwrap()
}

pub fn decode_answer(r#type: u8, bytes: &Bytes) -> Result<Answer, serde_json::Error> {
    Ok(match r#type {
        COUNT => Answer::Count(message::read::<Message<Count>>(bytes)?.data.client_count),
        FETCHED => Answer::Sockets(message::read::<Message<Fetched>>(bytes)?.data.sockets),
        _ => Answer::Args(message::read::<Message<Answer1>>(bytes)?.data.packet.0),
    })
}
