//! Socket.IO 5 packets in the default (JSON) encoding: `<type>[<attachments>-][<namespace>,][<ack id>][<JSON>]`.
//!
//! Decoding reads the head and checks the whole text, and leaves the arguments as text ([`Args`]) until a handler wants
//! them. Every refusal is a [`Malformed`] and ends the connection. Binary packets (types 5 and 6) come as a text and
//! the announced number of binary messages; [`Decoder`] holds the text until the last of them, bounded in number and in
//! bytes (the time bound is the session's). Encoding writes the namespace with its comma always, though input without it
//! is accepted. Numbers above 2^53 as ack ids and a blank before the JSON are refused, where Node makes something up.

use std::borrow::Cow;

use bytes::Bytes;

use crate::args::Args;
use crate::scan;

/// Event names that no one may emit.
pub const RESERVED: [&str; 6] =
    ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"];

/// The largest ack id, 2^53: beyond it JavaScript cannot count.
const MAX_ID: u64 = 1 << 53;

/// Why a packet was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// The first character is no packet type.
    Kind,
    /// The attachment count is missing, no number, zero or above the limit.
    Attachments,
    /// The namespace is not valid text.
    Namespace,
    /// The ack id is above 2^53.
    Id,
    /// The JSON is broken, nested too deeply, or not what this type carries.
    Payload,
    /// The event name is neither a number nor a string, or is reserved.
    Name,
    /// A placeholder without an attachment.
    Placeholder,
    /// Text while attachments are awaited, or binary while none is.
    Order,
    /// The held attachments are larger than the limit.
    TooLarge,
}

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Malformed::Kind => "unknown packet type",
            Malformed::Attachments => "illegal number of attachments",
            Malformed::Namespace => "illegal namespace",
            Malformed::Id => "illegal ack id",
            Malformed::Payload => "invalid payload",
            Malformed::Name => "invalid or reserved event name",
            Malformed::Placeholder => "illegal attachment placeholder",
            Malformed::Order => "text and attachments out of order",
            Malformed::TooLarge => "attachments too large",
        })
    }
}

impl std::error::Error for Malformed {}

/// A packet from a client.
#[derive(Debug, Clone, PartialEq)]
pub struct Packet {
    /// The namespace, with its leading slash.
    pub namespace: Cow<'static, str>,
    /// What it carries.
    pub body: Body,
}

/// What a packet carries.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// Type 0: joins a namespace; the text of a JSON object when there is an auth payload.
    Connect(Option<Bytes>),
    /// Type 1: leaves the namespace.
    Disconnect,
    /// Types 2 and 5.
    Event {
        /// The event's name (a number is kept as its text).
        name: String,
        /// The ack id, when an answer is wanted.
        id: Option<u64>,
        /// The arguments.
        args: Args,
    },
    /// Types 3 and 6. Without an id it answers nothing.
    Ack {
        /// Which emission this answers.
        id: Option<u64>,
        /// The arguments of the answer.
        args: Args,
    },
}

/// Reads packets out of the messages of one connection.
#[derive(Debug)]
pub struct Decoder {
    max_attachments: usize,
    max_bytes: usize,
    held: Option<Box<Held>>,
}

/// A binary packet whose attachments are not all here.
#[derive(Debug)]
struct Held {
    head: Head,
    text: Bytes,
    missing: usize,
    bytes: usize,
    attachments: Vec<Bytes>,
}

/// What stands before the JSON of a packet.
#[derive(Debug)]
pub(crate) struct Head {
    /// The digit.
    pub(crate) kind: u8,
    attachments: usize,
    pub(crate) namespace: Cow<'static, str>,
    pub(crate) id: Option<u64>,
    /// Where the JSON begins.
    pub(crate) rest: usize,
}

impl Decoder {
    /// A decoder that holds at most `max_attachments`, of together at most `max_bytes`, for one packet.
    pub fn new(max_attachments: usize, max_bytes: usize) -> Decoder {
        Decoder { max_attachments, max_bytes, held: None }
    }

    /// How many attachments a packet may have.
    pub(crate) fn max_attachments(&self) -> usize {
        self.max_attachments
    }

    /// Whether a packet is waiting for its attachments.
    pub fn is_holding(&self) -> bool {
        self.held.is_some()
    }

    /// Takes a text message; a packet unless it waits for attachments.
    ///
    /// # Errors
    /// [`Malformed`]; the connection is to be closed.
    pub fn text(&mut self, text: Bytes) -> Result<Option<Packet>, Malformed> {
        if self.held.is_some() {
            return Err(Malformed::Order);
        }
        let head = read_head(&text)?;
        if head.attachments == 0 {
            return finish(head, &text, Vec::new()).map(Some);
        }
        if head.attachments > self.max_attachments {
            return Err(Malformed::Attachments);
        }
        let missing = head.attachments;
        // a copy: a view would hold all of what it came in until the last attachment
        let text = Bytes::copy_from_slice(&text);
        let (bytes, attachments) = (text.len(), Vec::new());
        self.held = Some(Held { head, bytes, text, missing, attachments }.into());
        Ok(None)
    }

    /// Takes a binary message; a packet when it was the last attachment.
    ///
    /// # Errors
    /// [`Malformed`]; the connection is to be closed.
    pub fn binary(&mut self, data: Bytes) -> Result<Option<Packet>, Malformed> {
        let mut held = self.held.take().ok_or(Malformed::Order)?;
        held.bytes = held.bytes.saturating_add(data.len());
        if held.bytes > self.max_bytes {
            return Err(Malformed::TooLarge);
        }
        held.attachments.push(data);
        held.missing -= 1;
        if held.missing == 0 {
            let Held { head, text, attachments, .. } = *held;
            return finish(head, &text, attachments).map(Some);
        }
        self.held = Some(held);
        Ok(None)
    }
}

pub(crate) fn read_head(text: &[u8]) -> Result<Head, Malformed> {
    let kind = *text.first().ok_or(Malformed::Kind)?;
    if !(b'0'..=b'6').contains(&kind) {
        return Err(Malformed::Kind);
    }
    let mut at = 1;
    let mut attachments = 0;
    if kind >= b'5' {
        let end = at + digits(&text[at..]);
        if text.get(end) != Some(&b'-') {
            return Err(Malformed::Attachments);
        }
        attachments = number(&text[at..end])
            .and_then(|count| usize::try_from(count).ok())
            .filter(|&count| count > 0)
            .ok_or(Malformed::Attachments)?;
        at = end + 1;
    }
    let mut namespace = Cow::Borrowed("/");
    if text.get(at) == Some(&b'/') {
        let end =
            text[at..].iter().position(|&byte| byte == b',').map_or(text.len(), |comma| at + comma);
        if end > at + 1 {
            let name = std::str::from_utf8(&text[at..end]).map_err(|_| Malformed::Namespace)?;
            namespace = Cow::Owned(name.to_owned());
        }
        at = (end + 1).min(text.len());
    }
    let mut id = None;
    let end = at + digits(&text[at..]);
    if end > at {
        id = Some(number(&text[at..end]).ok_or(Malformed::Id)?);
        at = end;
    }
    Ok(Head { kind, attachments, namespace, id, rest: at })
}

fn finish(head: Head, text: &Bytes, attachments: Vec<Bytes>) -> Result<Packet, Malformed> {
    let json = text.slice(head.rest..);
    let body = match head.kind {
        b'0' if json.is_empty() => Body::Connect(None),
        b'0' => {
            scan::scan(&json, false).map_err(|_| Malformed::Payload)?;
            if json.trim_ascii_start().first() != Some(&b'{') {
                return Err(Malformed::Payload);
            }
            Body::Connect(Some(json))
        }
        b'1' if json.is_empty() => Body::Disconnect,
        b'2' | b'5' => {
            let mut args = Args::read(json, attachments)?;
            let name = args.take_name()?;
            Body::Event { name, id: head.id, args }
        }
        b'3' | b'6' => Body::Ack { id: head.id, args: Args::read(json, attachments)? },
        // a payload of DISCONNECT, and CONNECT_ERROR, which only servers send
        _ => return Err(Malformed::Payload),
    };
    Ok(Packet { namespace: head.namespace, body })
}

fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

fn number(digits: &[u8]) -> Option<u64> {
    let number = std::str::from_utf8(digits).ok()?.parse().ok()?;
    (number <= MAX_ID).then_some(number)
}

/// Writes the packets that a server sends, as Engine.IO text messages (with the `4` in front).
pub mod write {
    use super::Args;

    /// `40`: the answer to a client of protocol 4, which knows its ids.
    pub fn connected_plainly(namespace: &str) -> Vec<u8> {
        head(b'0', 0, namespace, None, 0)
    }

    /// `40{"sid":…}`: the answer to CONNECT; with recovery it has a `pid`.
    pub fn connected(namespace: &str, id: &str, pid: Option<&str>) -> Vec<u8> {
        let mut out = head(b'0', 0, namespace, None, 12 + id.len());
        out.extend_from_slice(b"{\"sid\":\"");
        out.extend_from_slice(id.as_bytes());
        if let Some(pid) = pid {
            out.extend_from_slice(b"\",\"pid\":\"");
            out.extend_from_slice(pid.as_bytes());
        }
        out.extend_from_slice(b"\"}");
        out
    }

    /// `44{"message":…}`: a refused CONNECT. `error` is the text of a JSON object.
    pub fn refused(namespace: &str, error: &[u8]) -> Vec<u8> {
        let mut out = head(b'4', 0, namespace, None, error.len());
        out.extend_from_slice(error);
        out
    }

    /// `41`: leaves the namespace.
    pub fn disconnect(namespace: &str) -> Vec<u8> {
        head(b'1', 0, namespace, None, 0)
    }

    /// `42["name",…]`: an event; the attachments of `args` follow as binary messages.
    pub fn event(namespace: &str, id: Option<u64>, name: &str, args: &Args) -> Vec<u8> {
        event_parts(namespace, id, name, args.list(), args.attachments().len())
    }

    /// [`event`] of arguments that are still apart: `list` is JSON values with commas between them.
    pub fn event_parts(
        namespace: &str,
        id: Option<u64>,
        name: &str,
        list: &[u8],
        attachments: usize,
    ) -> Vec<u8> {
        let mut out =
            head(kind(b'2', attachments), attachments, namespace, id, name.len() + list.len() + 8);
        out.push(b'[');
        crate::args::json_string(name, &mut out);
        if !list.is_empty() {
            out.push(b',');
            out.extend_from_slice(list);
        }
        out.push(b']');
        out
    }

    /// `43<id>[…]`: an answer; the attachments of `args` follow as binary messages.
    pub fn ack(namespace: &str, id: u64, args: &Args) -> Vec<u8> {
        let attachments = args.attachments().len();
        let mut out =
            head(kind(b'3', attachments), attachments, namespace, Some(id), args.list().len() + 2);
        out.push(b'[');
        out.extend_from_slice(args.list());
        out.push(b']');
        out
    }

    fn kind(plain: u8, attachments: usize) -> u8 {
        if attachments == 0 { plain } else { plain + 3 }
    }

    fn head(
        kind: u8,
        attachments: usize,
        namespace: &str,
        id: Option<u64>,
        room: usize,
    ) -> Vec<u8> {
        let mut out = Vec::with_capacity(room + namespace.len() + 16);
        out.extend_from_slice(&[b'4', kind]);
        if attachments > 0 {
            out.extend_from_slice(attachments.to_string().as_bytes());
            out.push(b'-');
        }
        if namespace != "/" {
            out.extend_from_slice(namespace.as_bytes());
            out.push(b',');
        }
        if let Some(id) = id {
            out.extend_from_slice(id.to_string().as_bytes());
        }
        out
    }
}
