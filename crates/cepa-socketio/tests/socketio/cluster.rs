//! Servers that an adapter joins, here in one process: every request and answer between them goes as bytes.

use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use cepa_hub::{Hub, HubOptions, Membership};
use cepa_socketio::adapter::{Adapter, Answered, Asked, Local, Request};
use cepa_socketio::{Args, EmitError, Options, RecoveryOptions, SocketIo};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::time::Instant;

use crate::cluster_wire::Wire;
use crate::support::{DEADLINE, Running, Ws, soon, start};

/// Two servers, each with a client in `room`.
struct Two {
    io: [SocketIo; 2],
    clients: [Ws; 2],
    _servers: [Running; 2],
    wire: Wire,
}

async fn two() -> Two {
    let wire = Wire::default();
    let io = [(); 2].map(|()| {
        SocketIo::new().with_adapter(wire.end()).on_connect(async |socket| {
            socket.join("room");
            socket.emit("ready", &())?;
            Ok(())
        })
    });
    let servers = [start(&io[0]).await, start(&io[1]).await];
    let mut clients =
        [Ws::connect(servers[0].address).await, Ws::connect(servers[1].address).await];
    for client in &mut clients {
        assert_eq!(client.text().await, "42[\"ready\"]");
    }
    Two { io, clients, _servers: servers, wire }
}

#[tokio::test]
async fn an_emission_reaches_the_sockets_of_all_servers() {
    let Two { io, clients: [mut here, mut there], .. } = two().await;
    assert_eq!(io[0].to("room").emit("hi", &("a", 1)).unwrap(), 1);
    assert_eq!(here.text().await, "42[\"hi\",\"a\",1]");
    assert_eq!(there.text().await, "42[\"hi\",\"a\",1]");
    io[0].local().emit("near", &()).unwrap();
    io[0].except("room").emit("nobody", &()).unwrap();
    io[1].emit("far", &()).unwrap();
    assert_eq!(here.text().await, "42[\"near\"]");
    assert_eq!(here.text().await, "42[\"far\"]");
    assert_eq!(there.text().await, "42[\"far\"]");
}

#[tokio::test]
async fn a_sender_is_left_out_everywhere() {
    let Two { io, clients: [mut here, mut there], .. } = two().await;
    io[0].sockets()[0].to("room").emit("others", &()).unwrap();
    assert_eq!(there.text().await, "42[\"others\"]");
    io[0].emit("all", &()).unwrap();
    assert_eq!(here.text().await, "42[\"all\"]");
}

#[tokio::test]
async fn acknowledgements_come_from_all_servers() {
    let Two { io, clients: [mut here, mut there], .. } = two().await;
    let asking = tokio::spawn({
        let io = io[0].clone();
        async move { io.to("room").emit_with_ack("n", &()).await }
    });
    // each server has ids of its own
    for (client, answer) in [(&mut here, 1), (&mut there, 2)] {
        let asked = client.text().await;
        let id = asked.strip_prefix("42").unwrap().strip_suffix("[\"n\"]").unwrap();
        client.send(&format!("43{id}[{answer}]")).await;
    }
    let answers = soon("answers", asking).await.unwrap().unwrap();
    let mut numbers: Vec<u32> = answers.iter().map(|answer| answer.get(0).unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2]);
}

#[tokio::test]
async fn a_client_of_another_server_that_does_not_answer_is_missing() {
    let Two { io, clients: [mut here, mut there], .. } = two().await;
    let asking = tokio::spawn({
        let (io, timeout) = (io[0].clone(), Duration::from_millis(80));
        async move { io.to("room").timeout(timeout).emit_with_ack("n", &()).await }
    });
    let asked = here.text().await;
    here.send(&asked.replace("42", "43").replace("\"n\"", "7")).await;
    there.text().await;
    let Err(EmitError::Unanswered { answers, missing }) = soon("end", asking).await.unwrap() else {
        panic!("all answered")
    };
    let answers: Vec<u32> = answers.iter().map(|answer| answer.get(0).unwrap()).collect();
    assert_eq!((answers, missing), (vec![7], 1));
}

#[tokio::test]
async fn sockets_of_other_servers_are_found_moved_and_disconnected() {
    let Two { io, clients: [_here, mut there], .. } = two().await;
    let far = io[1].sockets()[0].clone();
    far.data().set_json(serde_json::json!({ "nick": "ana" }));
    let found = io[0].fetch_sockets().await.unwrap();
    assert_eq!(found.len(), 2);
    let remote = found.into_iter().find(|socket| socket.id() == far.id()).unwrap();
    assert_eq!(remote.data()["nick"], "ana");
    assert_eq!(io[0].local().fetch_sockets().await.unwrap().len(), 1);

    remote.join("hall");
    remote.leave("room");
    remote.emit("moved", &()).unwrap();
    assert_eq!(there.text().await, "42[\"moved\"]");
    let mut rooms: Vec<_> = far.rooms().iter().map(ToString::to_string).collect();
    rooms.retain(|room| *room != *far.id());
    assert_eq!(rooms, ["hall"]);
    remote.disconnect(false);
    assert_eq!(there.text().await, "41");
}

#[tokio::test]
async fn servers_speak_with_each_other_in_a_namespace() {
    let wire = Wire::default();
    let io = [1, 2, 3].map(|number| {
        let io = SocketIo::new().with_adapter(wire.end());
        drop(io.of("/other").on_server_side("who", async |(): ()| "other"));
        io.on_server_side("who", async move |greeting: String| format!("{number}: {greeting}"))
            .on_server_side("who", async |(): ()| "a second listener's is no answer")
    });
    let answers = io[0].server_side_emit_with_ack("who", &"hello").await.unwrap();
    assert_eq!(texts(&answers), ["2: hello", "3: hello"]);
    let answers = io[2].of("/other").server_side_emit_with_ack("who", &()).await.unwrap();
    assert_eq!(texts(&answers), ["other", "other"]);
}

#[tokio::test]
async fn a_server_side_event_without_an_answer_is_heard_by_the_others_alone() {
    let wire = Wire::default();
    let (sender, mut heard) = unbounded_channel();
    let io = [1, 2].map(|number| {
        let sender = sender.clone();
        SocketIo::new().with_adapter(wire.end()).on_server_side("x", async move |word: String| {
            sender.send((number, word)).unwrap();
        })
    });
    io[0].server_side_emit("x", &"a").unwrap();
    io[1].server_side_emit("x", &"b").unwrap();
    let mut both = [soon("event", heard.recv()).await, soon("event", heard.recv()).await];
    both.sort_unstable();
    assert_eq!(both, [Some((1, "b".into())), Some((2, "a".into()))]);
    assert!(heard.try_recv().is_err());
}

#[tokio::test]
async fn namespaces_are_opened_as_they_come_and_closed_as_they_go() {
    let wire = Wire::default();
    let io = SocketIo::new();
    drop(io.of("/before"));
    let io = io.with_adapter(wire.end());
    drop(io.of("/after"));
    drop(io.of_pattern("/room-*"));
    let mut open = wire.open_on(0);
    open.sort_unstable();
    assert_eq!(open, ["/", "/after", "/before"]);

    let server = start(&io).await;
    let mut client = Ws::open(server.address).await;
    client.send("40/room-1,").await;
    assert!(client.text().await.starts_with("40/room-1,"));
    assert_eq!(wire.open_on(0).len(), 4);
    client.send("41/room-1,").await;
    client.send("40").await;
    client.text().await;
    until("end of the namespace", || wire.open_on(0).len() == 3).await;
}

#[tokio::test]
async fn an_adapter_keeps_no_namespace_alive() {
    let Two { io, wire, clients, _servers } = two().await;
    let local = wire.local_on(0, "/");
    assert!(local.namespace().is_some());
    drop(clients);
    for server in _servers {
        server.stop().await;
    }
    drop(io);
    until("end of the namespace", || local.namespace().is_none()).await;
}

/// An adapter that wants to know of rooms, as one does that subscribes room by room.
struct Listening(UnboundedSender<Membership>);

impl Adapter for Listening {
    fn open(&self, _: Local) {}
    fn close(&self, _: &str) {}
    fn send(&self, _: &str, _: Request) {}

    fn hub(&self, _: &str) -> Option<Hub> {
        let sender = self.0.clone();
        let hook = move |change: &Membership| drop(sender.send(change.clone()));
        Some(Hub::with(HubOptions::new().on_membership(hook)))
    }

    fn ask<'a>(&'a self, _: &'a str, _: Request, _: Instant) -> Asked<'a> {
        Box::pin(async { Answered::default() })
    }
}

#[tokio::test]
async fn an_adapter_may_hear_of_rooms() {
    let (sender, mut changes) = unbounded_channel();
    let io = SocketIo::new();
    let other = io.of("/other").on_connect(async |socket| {
        socket.join("room");
        Ok(())
    });
    let io = io.with_adapter(Listening(sender));
    let server = start(&io).await;
    let mut client = Ws::open(server.address).await;
    client.send("40/other,").await;
    client.text().await;
    let mut created = Vec::new();
    while created.len() < 2 {
        if let Some(Membership::RoomCreated { room }) = soon("room", changes.recv()).await {
            created.push(room);
        }
    }
    assert_eq!(*created[0], *other.sockets()[0].id());
    assert_eq!(&*created[1], "room");
}

#[test]
#[should_panic(expected = "namespace / has a hub already: its adapter comes first")]
fn an_adapter_that_would_not_hear_of_rooms_is_refused() {
    let io = SocketIo::new().with_hub(Hub::new());
    drop(io.with_adapter(Listening(unbounded_channel().0)));
}

/// Counts what it is told of each namespace.
#[derive(Clone, Default)]
struct Counting(Arc<Mutex<Vec<String>>>);

impl Counting {
    fn told(&self, what: &str, namespace: &str) {
        self.0.lock().unwrap().push(format!("{what} {namespace}"));
    }
}

impl Adapter for Counting {
    fn open(&self, local: Local) {
        self.told("open", local.name());
    }

    fn close(&self, namespace: &str) {
        self.told("close", namespace);
    }

    fn send(&self, _: &str, _: Request) {}

    fn hub(&self, namespace: &str) -> Option<Hub> {
        self.told("hub", namespace);
        None
    }

    fn ask<'a>(&'a self, _: &'a str, _: Request, _: Instant) -> Asked<'a> {
        Box::pin(async { Answered::default() })
    }
}

#[tokio::test]
async fn an_adapter_is_asked_once_for_the_hub_of_a_namespace() {
    let told = Counting::default();
    let io = SocketIo::new().with_adapter(told.clone());
    for _ in 0..3 {
        io.of("/x").emit("news", &1).unwrap();
    }
    drop(io.of_pattern("/room-*"));
    let server = start(&io).await;
    let mut client = Ws::open(server.address).await;
    client.send("40/room-a,").await;
    assert!(client.text().await.starts_with("40/room-a,{"));
    let mut other = Ws::open(server.address).await;
    other.send("40/room-a,").await;
    assert!(other.text().await.starts_with("40/room-a,{"));
    let told = told.0.lock().unwrap();
    let expected = ["hub /", "open /", "hub /x", "open /x", "hub /room-a", "open /room-a"];
    assert_eq!(told[..], expected);
}

#[test]
#[should_panic(expected = "namespace / has a hub already")]
fn the_hub_of_an_adapter_is_not_replaced() {
    let io = SocketIo::new().with_adapter(Listening(unbounded_channel().0));
    drop(io.with_hub(Hub::new()));
}

/// Each namespace of a pattern is asked at once: one whose servers are silent takes the time of no other.
#[tokio::test(start_paused = true)]
async fn namespaces_of_a_pattern_are_asked_at_once() {
    let wire = Wire::default();
    let io = [1, 2].map(|number| {
        let io = SocketIo::new().with_adapter(wire.end());
        let rooms = io.of_pattern("/room-*");
        if number == 2 {
            drop(io.of("/room-b").on_server_side("who", async |(): ()| "b"));
            drop(io.of("/room-c").on_server_side("who", async |(): ()| "c"));
        }
        for name in ["/room-a", "/room-b", "/room-c"] {
            drop(io.of(name));
        }
        (io, rooms)
    });
    let asked = io[0].1.server_side_emit_with_ack("who", &()).await;
    let Err(EmitError::Unanswered { answers, missing: 1 }) = asked else { panic!("{asked:?}") };
    assert_eq!(texts(&answers), ["b", "c"]);
}

/// An adapter that is told of an end and takes its time.
struct Slow {
    told: mpsc::Sender<String>,
    go: Mutex<mpsc::Receiver<()>>,
}

impl Adapter for Slow {
    fn open(&self, namespace: Local) {
        self.told.send(format!("{} opened", namespace.name())).unwrap();
    }

    fn close(&self, namespace: &str) {
        // at the end of the test nobody hears
        let _ = self.told.send(format!("{namespace} is closing"));
        let wait = || self.go.lock().unwrap().recv_timeout(DEADLINE);
        let _ = tokio::task::block_in_place(wait);
        let _ = self.told.send(format!("{namespace} closed"));
    }

    fn send(&self, _: &str, _: Request) {}

    fn ask<'a>(&'a self, _: &'a str, _: Request, _: Instant) -> Asked<'a> {
        Box::pin(async { Answered::default() })
    }
}

/// What the adapter was told last is what there is. (The test waits as threads do: workers of the runtime are held up.)
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_namespace_that_comes_again_is_opened_after_its_end() {
    let (told, hears) = mpsc::channel();
    let (go, waits) = mpsc::channel();
    let io = SocketIo::new().with_adapter(Slow { told, go: waits.into() });
    drop(io.of_pattern("/room-*"));
    let server = start(&io).await;
    let [mut first, mut second] = [Ws::open(server.address).await, Ws::open(server.address).await];
    first.send("40/room-1,").await;
    first.text().await;
    first.send("41/room-1,").await;
    for wanted in ["/ opened", "/room-1 opened", "/room-1 is closing"] {
        assert_eq!(hears.recv_timeout(DEADLINE).as_deref(), Ok(wanted));
    }
    second.send("40/room-1,").await;
    let early = hears.recv_timeout(Duration::from_millis(50));
    assert!(early.is_err(), "{early:?}");
    go.send(()).unwrap();
    for wanted in ["/room-1 closed", "/room-1 opened"] {
        assert_eq!(hears.recv_timeout(DEADLINE).as_deref(), Ok(wanted));
    }
    second.text().await;
}

/// What a client may come back to is its own server's: there it gets what others emitted, elsewhere it is a new one.
#[tokio::test]
async fn a_client_comes_back_to_its_own_server() {
    let wire = Wire::default();
    let io = [(); 2].map(|()| {
        let recovery = Some(RecoveryOptions::default());
        SocketIo::with_options(Options { recovery, ..Options::default() })
            .with_adapter(wire.end())
            .on_connect(async |socket| {
                socket.join("room");
                Ok(())
            })
    });
    let servers = [start(&io[0]).await, start(&io[1]).await];
    let json = |text: String| -> Value { serde_json::from_str(&text[2..]).unwrap() };
    let mut client = Ws::open(servers[0].address).await;
    client.send("40").await;
    let answer = json(client.text().await);
    until("room", || io[0].hub().size("room") == 1).await;
    io[1].to("room").emit("first", &()).unwrap();
    let first = json(client.text().await);
    drop(client);
    until("end of the connection", || io[0].is_empty()).await;
    io[1].to("room").emit("missed", &1).unwrap();
    until("event", || io[0].remembered().unwrap().events == 2).await;

    let back = format!("40{}", json!({ "pid": answer["pid"], "offset": first[1] }));
    let mut elsewhere = Ws::open(servers[1].address).await;
    elsewhere.send(&back).await;
    let new = json(elsewhere.text().await);
    assert!(new["sid"] != answer["sid"] && new["pid"] != answer["pid"], "{new}");
    let mut client = Ws::open(servers[0].address).await;
    client.send(&back).await;
    let missed = json(client.text().await);
    assert_eq!((&missed[0], &missed[1]), (&json!("missed"), &json!(1)));
    assert_eq!(json(client.text().await), answer);
}

async fn until(what: &str, condition: impl Fn() -> bool) {
    let waiting = async {
        while !condition() {
            tokio::task::yield_now().await;
        }
    };
    soon(what, waiting).await;
}

fn texts(answers: &[Args]) -> Vec<String> {
    let mut texts: Vec<_> = answers.iter().map(|answer| answer.get(0).unwrap()).collect();
    texts.sort_unstable();
    texts
}
