//! A row of the table: how it begins, what is sent, and what comes back.
//!
//! Everything is bytes. In those that are sent, `{sid}` stands for the id of the row's session. Frames are masked with
//! a key of zeros, so that a payload can be read where it stands.

use cepa_ws::codec::{Header, OpCode};

/// How a row begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// Nothing was said.
    Nothing,
    /// A WebSocket at `/ws`, which echoes.
    Echo,
    /// The same with compression, without context takeover.
    EchoDeflate,
    /// A session over WebSocket, in no namespace.
    Engine,
    /// The same, in `/`.
    Socket,
    /// The same as [`Start::Engine`], where little time is given to join a namespace.
    Impatient,
    /// A session over polling, in no namespace.
    Polling,
    /// The same in Engine.IO 3, which is in `/` from the beginning.
    Polling3,
    /// A session of Engine.IO 3 over WebSocket.
    Engine3,
}

/// What comes back.
#[derive(Debug, Clone)]
pub enum Answer {
    /// An HTTP answer of this status, whose body begins so.
    Http(u16, String),
    /// A text that begins so.
    Text(String),
    /// Some binary message.
    Binary,
    /// A close frame with this code (1005: with none), and then the end.
    Close(u16),
    /// The end of the connection, without a word.
    End,
    /// Nothing but the echo of a ping: the connection goes on.
    Pong,
}

#[derive(Debug, Clone)]
pub enum Step {
    /// Sends on the connection with this number, which is made when it is new.
    Send(usize, Vec<u8>),
    /// Reads what comes next on that connection.
    Expect(usize, Answer),
    /// Waits until all requests so far have been taken.
    Taken,
    /// Drops a connection.
    HangUp(usize),
    /// The session over polling goes on.
    Lives,
    /// The session over polling is over.
    Ends,
}

pub struct Row {
    pub name: String,
    pub start: Start,
    pub steps: Vec<Step>,
}

impl Row {
    pub fn new(name: impl Into<String>, start: Start) -> Row {
        Row { name: name.into(), start, steps: Vec::new() }
    }

    fn step(mut self, step: Step) -> Row {
        self.steps.push(step);
        self
    }

    /// Sends on the first connection.
    pub fn send(self, bytes: impl Into<Vec<u8>>) -> Row {
        self.send_on(0, bytes)
    }

    pub fn send_on(self, connection: usize, bytes: impl Into<Vec<u8>>) -> Row {
        self.step(Step::Send(connection, bytes.into()))
    }

    pub fn text(self, text: &str) -> Row {
        self.send(frame(0x81, text.as_bytes()))
    }

    pub fn binary(self, data: &[u8]) -> Row {
        self.send(frame(0x82, data))
    }

    fn expect(self, connection: usize, answer: Answer) -> Row {
        self.step(Step::Expect(connection, answer))
    }

    pub fn closes(self, code: u16) -> Row {
        self.closes_on(0, code)
    }

    pub fn closes_on(self, connection: usize, code: u16) -> Row {
        self.expect(connection, Answer::Close(code))
    }

    pub fn ends_without_a_word(self) -> Row {
        self.expect(0, Answer::End)
    }

    pub fn says(self, text: &str) -> Row {
        self.expect(0, Answer::Text(text.into()))
    }

    pub fn says_binary(self) -> Row {
        self.expect(0, Answer::Binary)
    }

    /// A ping is answered, and nothing else comes before.
    pub fn goes_on(self) -> Row {
        self.goes_on_on(0)
    }

    pub fn goes_on_on(self, connection: usize) -> Row {
        self.send_on(connection, frame(0x89, b"well?")).expect(connection, Answer::Pong)
    }

    pub fn answers(self, status: u16, body: &str) -> Row {
        self.answers_on(0, status, body)
    }

    pub fn answers_on(self, connection: usize, status: u16, body: &str) -> Row {
        self.expect(connection, Answer::Http(status, body.into()))
    }

    pub fn taken(self) -> Row {
        self.step(Step::Taken)
    }

    pub fn hangs_up(self, connection: usize) -> Row {
        self.step(Step::HangUp(connection))
    }

    pub fn lives(self) -> Row {
        self.step(Step::Lives)
    }

    pub fn ends(self) -> Row {
        self.step(Step::Ends)
    }
}

/// A frame of a client; `first` is its first byte.
pub fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let key = Header { mask: Some([0; 4]), ..Header::new(OpCode::Binary, payload.len()) };
    let mut bytes = key.encode().to_vec();
    bytes[0] = first;
    bytes.extend_from_slice(payload);
    bytes
}

/// A request on a connection of its own.
pub fn request(method: &str, target: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes =
        format!("{method} {target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}");
    if method == "POST" && !headers.contains("content-length") && !headers.contains("chunked") {
        bytes.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    bytes.push_str("\r\n");
    [bytes.as_bytes(), body].concat()
}

/// The target of a session over polling.
pub const SESSION: &str = "/socket.io/?EIO=4&transport=polling&sid={sid}";

/// The handshake of a WebSocket.
pub fn upgrade(target: &str, headers: &str) -> Vec<u8> {
    format!(
        "GET {target} HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n"
    )
    .into_bytes()
}
