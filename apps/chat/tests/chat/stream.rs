//! A room as each transport gives it, as one kind of stream: events with their data.

use cepa::ws::{Client as WsClient, Message, WebSocket};
use cepa::{Body, Value, json};
use cepa_test::Client;
use tokio::net::TcpStream;

use crate::chatting::{Chatting, Listening, ids_of, within};

/// An event that a stream gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub name: String,
    pub id: Option<u64>,
    pub data: Value,
    /// What a refusal over WebSocket is about.
    pub key: Option<String>,
}

pub struct Sse {
    body: Body,
    text: String,
}

impl Sse {
    pub async fn open(chatting: &Chatting, room: &str, nick: &str, more: &str) -> Self {
        Self::open_with(chatting, room, nick, more, None).await
    }

    pub async fn open_with(
        chatting: &Chatting,
        room: &str,
        nick: &str,
        more: &str,
        last: Option<u64>,
    ) -> Self {
        let target = format!("/api/rooms/{room}/events?client={nick}&nick={nick}{more}");
        let mut call = chatting.client.get(&target);
        if let Some(last) = last {
            call = call.header("last-event-id", &last.to_string());
        }
        let streaming = within(call.stream()).await;
        assert_eq!(streaming.status, 200);
        assert_eq!(streaming.headers["content-type"], "text/event-stream");
        Self { body: streaming.body, text: String::new() }
    }

    /// The next event with data; `None` at the end of the stream.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                let event = parse(block);
                self.text = rest.to_owned();
                if event.is_some() {
                    return event;
                }
            }
            let chunk = within(self.body.chunk()).await?.unwrap();
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}

fn parse(block: &str) -> Option<Event> {
    let field =
        |name: &str| block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    Some(Event {
        data: serde_json::from_str(field("data")?).unwrap(),
        name: field("event").unwrap().to_owned(),
        id: field("id").map(|id| id.parse().unwrap()),
        key: None,
    })
}

pub struct Ws(pub WebSocket);

impl Ws {
    pub async fn open(listening: &Listening, room: &str, nick: &str, more: &str) -> Self {
        let target = format!("/api/rooms/{room}/ws?client={nick}&nick={nick}{more}");
        let stream = TcpStream::connect(listening.address).await.unwrap();
        let client = WsClient::new(&listening.address.to_string(), &target).unwrap();
        Self(within(client.connect(stream)).await.unwrap())
    }

    /// The next event; `None` when the server has closed.
    pub async fn next(&mut self) -> Option<Event> {
        let message = within(self.0.recv()).await.unwrap()?;
        let Message::Text(text) = message else { panic!("a binary frame") };
        let frame: Value = serde_json::from_str(&text).unwrap();
        let name = frame["event"].as_str().unwrap().to_owned();
        let id = frame["data"]["id"].as_u64();
        let key = frame["key"].as_str().map(str::to_owned);
        Some(Event { name, id, data: frame["data"].clone(), key })
    }

    pub async fn send(&mut self, frame: Value) {
        within(self.0.send(frame.to_string())).await.unwrap();
    }

    pub async fn say(&mut self, text: &str) {
        self.send(json!({ "event": "say", "data": { "text": text } })).await;
    }
}

/// A Socket.IO client that polls, with as much of the protocol as the tests need.
pub struct Io {
    client: Client,
    target: String,
    packets: std::collections::VecDeque<String>,
    events: std::collections::VecDeque<Event>,
    next_ack: u64,
}

impl Io {
    pub async fn open(chatting: &Chatting, nick: &str) -> Self {
        let client = chatting.client.clone();
        let target = "/socket.io/?EIO=4&transport=polling".to_owned();
        let opened = within(client.get(&target).send()).await;
        let opened: Value = serde_json::from_str(opened.text().strip_prefix('0').unwrap()).unwrap();
        let target = format!("{target}&sid={}", opened["sid"].as_str().unwrap());
        let mut io = Self {
            client,
            target,
            packets: Default::default(),
            events: Default::default(),
            next_ack: 0,
        };
        io.post(format!("40{}", json!({ "nick": nick, "client": nick }))).await;
        let connected = io.packet().await;
        assert!(connected.starts_with("40{"), "{connected}");
        io
    }

    /// Emits an event and gives its acknowledgement; events that come before it are kept.
    pub async fn ask(&mut self, name: &str, argument: Value) -> Value {
        let ack = self.next_ack;
        self.next_ack += 1;
        self.post(format!("42{ack}{}", json!([name, argument]))).await;
        loop {
            let packet = self.packet().await;
            if let Some(answer) = packet.strip_prefix(&format!("43{ack}")) {
                let answer: Value = serde_json::from_str(answer).unwrap();
                return answer[0].clone();
            }
            self.keep(&packet);
        }
    }

    /// Joins a room and gives what it missed; false when that was a part of it and the server has hung up.
    pub async fn join(&mut self, room: &str, since: u64) -> (Vec<u64>, bool) {
        self.post(format!("429{}", json!(["join", { "room": room, "since": since }]))).await;
        let mut missed = Vec::new();
        loop {
            let packet = self.packet().await;
            if let Some(answer) = packet.strip_prefix("439") {
                let answer: Value = serde_json::from_str(answer).unwrap();
                missed.extend(ids_of(&answer[0]["messages"]));
                return (missed, true);
            }
            if packet == "41" {
                return (missed, false);
            }
            self.keep(&packet);
            missed.extend(self.events.pop_front().unwrap().id);
        }
    }

    /// Emits without waiting for an answer.
    pub async fn tell(&self, name: &str) {
        self.post(format!("42{}", json!([name]))).await;
    }

    pub async fn next(&mut self) -> Event {
        loop {
            if let Some(event) = self.events.pop_front() {
                return event;
            }
            let packet = self.packet().await;
            self.keep(&packet);
        }
    }

    fn keep(&mut self, packet: &str) {
        let arguments = packet.strip_prefix("42").unwrap_or_else(|| panic!("packet {packet}"));
        let arguments: Value = serde_json::from_str(arguments).unwrap();
        let data = arguments[1].clone();
        let name = arguments[0].as_str().unwrap().to_owned();
        self.events.push_back(Event { name, id: data["id"].as_u64(), data, key: None });
    }

    async fn packet(&mut self) -> String {
        while self.packets.is_empty() {
            let answer = within(self.client.get(&self.target).send()).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            self.packets.extend(answer.text().split('\x1e').map(str::to_owned));
        }
        self.packets.pop_front().unwrap()
    }

    async fn post(&self, packet: String) {
        let answer = self.client.post(&self.target).header("content-type", "text/plain");
        let answer = within(answer.body(packet).send()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
}
