use std::sync::{Arc, OnceLock};
use std::time::Duration;

use cepa_hub::{Hub, HubOptions};
use cepa_socketio::{Args, EmitError, Options, RecoveryOptions, Remembered, Socket, SocketIo};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::support::{DEADLINE, Polling, Running, Ws, quiet, soon, start};

fn server(recovery: RecoveryOptions) -> SocketIo {
    SocketIo::with_options(Options { recovery: Some(recovery), ..quiet() })
        .on("join", async |socket, room: String| socket.join(&room))
        .on("set", async |socket, data: serde_json::Value| {
            socket.data().set_json(data);
            socket.data().insert(7_u8);
        })
        .on("leave", async |socket: Socket, (): ()| socket.disconnect(false))
        .on("info", async |socket, (): ()| {
            let mut rooms: Vec<String> = socket.rooms().iter().map(ToString::to_string).collect();
            rooms.retain(|room| room != socket.id());
            let typed = socket.data().get::<u8>().is_some();
            serde_json::json!([socket.is_recovered(), rooms, socket.data().json(), typed])
        })
}

/// A client that remembers what a client has to.
struct Client {
    ws: Ws,
    sid: String,
    pid: String,
    offset: String,
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(&text[text.find(['[', '{']).unwrap()..]).unwrap()
}

impl Client {
    async fn connect(server: &Running) -> Client {
        let mut ws = Ws::open(server.address).await;
        ws.send("40").await;
        let answer = json(&ws.text().await);
        let text = |key: &str| answer[key].as_str().unwrap().to_owned();
        Client { ws, sid: text("sid"), pid: text("pid"), offset: String::new() }
    }

    /// The arguments of the next event; the last one is its offset.
    async fn event(&mut self) -> serde_json::Value {
        let mut args = json(&self.ws.text().await);
        let offset = args.as_array_mut().unwrap().pop().unwrap();
        self.offset = offset.as_str().expect("an offset").to_owned();
        args
    }

    async fn ask(&mut self, question: &str) -> serde_json::Value {
        self.ws.send(question).await;
        json(&self.ws.text().await)
    }

    /// Comes back on another connection: what came before the answer, and the answer.
    async fn come_back(&mut self, server: &Running) -> (Vec<serde_json::Value>, serde_json::Value) {
        self.ws = Ws::open(server.address).await;
        let auth = serde_json::json!({ "pid": self.pid, "offset": self.offset });
        self.ws.send(&format!("40{auth}")).await;
        let mut missed = Vec::new();
        loop {
            let text = self.ws.text().await;
            if text.starts_with("40") {
                return (missed, json(&text));
            }
            let mut args = json(&text);
            self.offset = args.as_array_mut().unwrap().pop().unwrap().as_str().unwrap().to_owned();
            missed.push(args);
        }
    }

    fn is_recovered(&self, answer: &serde_json::Value) -> bool {
        answer["sid"] == *self.sid && answer["pid"] == *self.pid
    }
}

async fn until(what: &str, condition: impl Fn() -> bool) {
    let waiting = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    soon(what, waiting).await;
}

async fn alone(io: &SocketIo) {
    until("end of all connections", || io.is_empty()).await;
}

#[tokio::test]
async fn it_is_the_same_socket_with_rooms_and_data_and_what_it_missed() {
    let io = server(RecoveryOptions::default());
    let server = start(&io).await;
    let mut client = Client::connect(&server).await;
    assert_eq!(client.ask("420[\"join\",\"a\"]").await, serde_json::json!([]));
    client.ask("421[\"set\",{\"nick\":\"ana\"}]").await;
    io.emit("first", &1).unwrap();
    assert_eq!(client.event().await, serde_json::json!(["first", 1]));
    client.ws = Ws::open(server.address).await;
    alone(&io).await;
    let sid = client.sid.clone();
    io.to("a").emit("a", &()).unwrap();
    io.to("b").emit("b", &()).unwrap();
    io.to(&sid).emit("mine", &(1, "x")).unwrap();
    io.except("a").emit("others", &()).unwrap();
    io.broadcast().volatile().emit("volatile", &()).unwrap();
    io.emit("all", &()).unwrap();
    let (missed, answer) = client.come_back(&server).await;
    assert_eq!(
        missed,
        [serde_json::json!(["a"]), serde_json::json!(["mine", 1, "x"]), serde_json::json!(["all"])]
    );
    assert!(client.is_recovered(&answer));
    let info = client.ask("422[\"info\"]").await;
    assert_eq!(info, serde_json::json!([[true, ["a"], { "nick": "ana" }, true]]));
    // its room is joined again
    io.to("a").emit("a", &2).unwrap();
    assert_eq!(client.event().await, serde_json::json!(["a", 2]));
}

#[tokio::test]
async fn what_is_volatile_has_no_offset() {
    let io = server(RecoveryOptions::default());
    let server = start(&io).await;
    let mut client = Client::connect(&server).await;
    io.broadcast().volatile().emit("all", &"x").unwrap();
    assert_eq!(client.ws.text().await, "42[\"all\",\"x\"]");
    let socket = io.sockets()[0].clone();
    soon("an event", async {
        // while the one before is being flushed the transport is not ready
        let mut sent = None;
        while sent.is_none() {
            socket.volatile().emit("one", &"x").unwrap();
            let received = tokio::time::timeout(Duration::from_millis(5), client.ws.0.recv());
            sent = received.await.ok().map(|message| message.unwrap().unwrap());
        }
        assert_eq!(sent, Some(cepa_ws::Message::from("42[\"one\",\"x\"]")));
    })
    .await;
}

#[tokio::test]
async fn binary_and_unicast_have_offsets_and_answers_have_none() {
    let io = server(RecoveryOptions::default())
        .on("echo", async |socket, args: Args| Ok(socket.emit("echo", &args)?))
        .on("ask", async |socket, (): ()| {
            tokio::spawn(async move { socket.emit_with_ack("asked", &()).await });
        });
    let server = start(&io).await;
    let mut client = Client::connect(&server).await;
    client.ws.send("42[\"echo\"]").await;
    assert_eq!(client.event().await, serde_json::json!(["echo"]));
    client.ws.send("451-[\"echo\",{\"_placeholder\":true,\"num\":0}]").await;
    client.ws.send_binary(&[1, 2]).await;
    let event = client.event().await;
    assert_eq!(event, serde_json::json!(["echo", { "_placeholder": true, "num": 0 }]));
    assert_eq!(&client.ws.binary().await[..], [1, 2]);
    client.ws.send("42[\"ask\"]").await;
    assert_eq!(client.ws.text().await, "420[\"asked\"]");
    // an attachment that was missed comes too
    client.ws = Ws::open(server.address).await;
    alone(&io).await;
    io.emit("b", &cepa_socketio::Binary::from(vec![3])).unwrap();
    client
        .ws
        .send(&format!("40{{\"pid\":\"{}\",\"offset\":\"{}\"}}", client.pid, client.offset))
        .await;
    assert!(client.ws.text().await.starts_with("451-[\"b\",{"));
    assert_eq!(&client.ws.binary().await[..], [3]);
    assert!(client.ws.text().await.starts_with("40{"));
}

#[tokio::test]
async fn whoever_does_not_qualify_is_somebody_new() {
    let io = server(RecoveryOptions { max_events: 2, ..RecoveryOptions::default() });
    let server = start(&io).await;
    let mut client = Client::connect(&server).await;
    io.emit("n", &0).unwrap();
    client.event().await;
    let good = client.offset.clone();

    // it said that it leaves
    client.ws.send("41").await;
    alone(&io).await;
    let (missed, answer) = client.come_back(&server).await;
    assert!(missed.is_empty() && !client.is_recovered(&answer), "{answer}");

    let last = format!("{}ffffffffffffffff", &good[..3]);
    for offset in ["", "x", "zzz1", &format!("{good}0"), &last, "\u{e9}\u{e9}"] {
        let mut other = Client::connect(&server).await;
        other.ws = Ws::open(server.address).await;
        other.offset = offset.to_owned();
        let (missed, answer) = other.come_back(&server).await;
        assert!(missed.is_empty() && !other.is_recovered(&answer), "{offset}: {answer}");
    }

    // more was missed than is kept
    let mut client = Client::connect(&server).await;
    io.emit("n", &1).unwrap();
    client.event().await;
    client.ws = Ws::open(server.address).await;
    for n in 2..5 {
        io.emit("n", &n).unwrap();
    }
    let (missed, answer) = client.come_back(&server).await;
    assert!(missed.is_empty() && !client.is_recovered(&answer));
}

#[tokio::test]
async fn after_the_window_it_is_forgotten() {
    let window = Duration::from_millis(60);
    let io = server(RecoveryOptions { window, ..RecoveryOptions::default() });
    let server = start(&io).await;
    let mut client = Client::connect(&server).await;
    io.emit("n", &0).unwrap();
    client.event().await;
    client.ws = Ws::open(server.address).await;
    alone(&io).await;
    let nothing = Remembered { events: 0, bytes: 0, clients: 0 };
    assert_ne!(io.remembered().unwrap(), nothing);
    until("end of the memory", || io.remembered().unwrap() == nothing).await;
    let (_, answer) = client.come_back(&server).await;
    assert!(!client.is_recovered(&answer));
}

#[tokio::test]
async fn a_state_is_given_back_once_and_the_old_socket_ends() {
    let (sender, mut gone) = mpsc::unbounded_channel();
    let io = server(RecoveryOptions::default()).on_disconnect(async move |_socket, reason| {
        sender.send(reason.as_str()).unwrap();
        Ok(())
    });
    let server = start(&io).await;
    let mut client = Client::connect(&server).await;
    io.emit("n", &0).unwrap();
    client.event().await;
    // the server does not know yet that the first connection is dead
    let mut first = std::mem::replace(&mut client.ws, Ws::open(server.address).await);
    let (_, answer) = client.come_back(&server).await;
    assert!(client.is_recovered(&answer));
    assert_eq!(soon("end of the first", gone.recv()).await, Some("transport close"));
    assert_eq!(first.closed().await, 1005);
    assert_eq!(io.len(), 1);
    client.ws.send("41").await;
    assert_eq!(soon("end of the second", gone.recv()).await, Some("client namespace disconnect"));
    let (_, answer) = client.come_back(&server).await;
    assert!(!client.is_recovered(&answer));
}

#[tokio::test]
async fn middleware_is_skipped_or_not() {
    for skip_admit in [true, false] {
        let io = server(RecoveryOptions { skip_admit, ..RecoveryOptions::default() }).admit(
            async |socket| match socket.handshake().auth.get("pid") {
                Some(_) => Err(cepa_socketio::ConnectError::new("again?").into()),
                None => Ok(()),
            },
        );
        let server = start(&io).await;
        let mut client = Client::connect(&server).await;
        io.emit("n", &0).unwrap();
        client.event().await;
        client.ws = Ws::open(server.address).await;
        let auth = serde_json::json!({ "pid": client.pid, "offset": client.offset });
        client.ws.send(&format!("40{auth}")).await;
        let answer = client.ws.text().await;
        assert_eq!(answer.starts_with("40"), skip_admit, "{answer}");
    }
}

#[tokio::test]
async fn clients_and_bytes_are_bounded() {
    let io =
        server(RecoveryOptions { max_clients: 2, max_bytes: 5_000, ..RecoveryOptions::default() });
    let server = start(&io).await;
    let mut clients = Vec::new();
    for _ in 0..4 {
        clients.push(Client::connect(&server).await);
    }
    for n in 0..100 {
        io.emit("n", &(n, "x".repeat(100))).unwrap();
    }
    for client in &mut clients {
        for _ in 0..100 {
            client.event().await;
        }
        let sid = client.sid.clone();
        client.ws = Ws::open(server.address).await;
        until("end", || io.socket_by_id(&sid).is_none()).await;
    }
    let size = io.remembered().unwrap();
    assert!(size.clients == 2 && size.bytes <= 5_000 && size.events > 10, "{size:?}");
    let mut recovered = Vec::new();
    for client in &mut clients {
        let (_, answer) = client.come_back(&server).await;
        recovered.push(client.is_recovered(&answer));
    }
    assert_eq!(recovered, [false, false, true, true]);
}

/// A namespace that came into being is kept for whoever may return to it.
#[tokio::test]
async fn in_a_namespace_that_came_into_being() {
    let io = server(RecoveryOptions::default());
    let parent = io.of_pattern("/x-*");
    let server = start(&io).await;
    let mut ws = Ws::open(server.address).await;
    ws.send("40/x-1,").await;
    let answer = json(&ws.text().await);
    parent.emit("n", &1).unwrap();
    let event = json(&ws.text().await);
    drop(ws);
    alone(&io).await;
    until("end", || parent.broadcast().sockets().is_empty()).await;
    parent.emit("n", &2).unwrap();
    let mut ws = Ws::open(server.address).await;
    let auth = serde_json::json!({ "pid": answer["pid"], "offset": event[2] });
    ws.send(&format!("40/x-1,{auth}")).await;
    assert!(ws.text().await.starts_with("42/x-1,[\"n\",2,"));
    assert_eq!(json(&ws.text().await), answer);
}

/// Must show 3 of the plan: a client that drops and returns 100 times under traffic, over both transports.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_returns_under_traffic() {
    const RETURNS: usize = 100;
    let window = Duration::from_millis(500);
    let io = server(RecoveryOptions { window, ..RecoveryOptions::default() });
    let server = start(&io).await;
    let mut client = Client::connect(&server).await;
    client.ask("420[\"join\",\"a\"]").await;
    let sid = client.sid.clone();
    let emitting = io.clone();
    let (stop, mut stopped) = mpsc::channel::<()>(1);
    let emitter = tokio::spawn(async move {
        let mut number = 0_u64;
        loop {
            match number % 3 {
                0 => emitting.to("a").emit("n", &number).unwrap(),
                1 => emitting.to(&sid).emit("n", &number).unwrap(),
                _ => emitting.emit("n", &number).unwrap(),
            };
            emitting.to("b").emit("not mine", &number).unwrap();
            number += 1;
            if number.is_multiple_of(8) {
                tokio::select! {
                    _ = stopped.recv() => return number,
                    () = tokio::time::sleep(Duration::from_millis(1)) => {}
                }
            }
        }
    });
    let mut seen = Vec::new();
    let number = |event: &serde_json::Value| event[1].as_u64().unwrap();
    let begun = Instant::now();
    for round in 0..RETURNS {
        for _ in 0..round % 20 + 1 {
            seen.push(number(&client.event().await));
        }
        // whether or not the server has noticed that the old connection is gone
        let (missed, answer) = client.come_back(&server).await;
        assert!(client.is_recovered(&answer), "round {round}: {answer}");
        seen.extend(missed.iter().map(number));
    }
    stop.send(()).await.unwrap();
    let last = emitter.await.unwrap();
    while *seen.last().unwrap() + 1 < last {
        seen.push(number(&client.event().await));
    }
    assert_eq!(seen, (0..last).collect::<Vec<_>>());
    assert!(begun.elapsed() < DEADLINE * 4);
    // and over polling, once more
    client.ws = Ws::open(server.address).await;
    let polling = Polling::open(server.address).await;
    io.to("a").emit("n", &last).unwrap();
    polling
        .post(&format!("40{{\"pid\":\"{}\",\"offset\":\"{}\"}}", client.pid, client.offset))
        .await;
    let body = polling.get().await.body;
    assert!(body.starts_with(&format!("42[\"n\",{last},")) && body.contains("\x1e40{"), "{body}");
    polling.post("1").await;
    let nothing = Remembered { events: 0, bytes: 0, clients: 0 };
    until("end of the memory", || io.remembered().unwrap() == nothing).await;
}

/// A client that is too slow, here in another namespace, is disconnected, and may then return as any other that was lost.
#[tokio::test]
async fn one_that_was_too_slow_returns() {
    let io = SocketIo::with_options(Options {
        recovery: Some(RecoveryOptions::default()),
        max_outgoing: 10_000,
        ..quiet()
    })
    .on("join", async |socket, room: String| socket.join(&room));
    let loud = io.of("/loud");
    let server = start(&io).await;
    let (polling, answer) = Polling::connect(server.address).await;
    let answer = json(&answer);
    for (packet, wanted) in [("40/loud,", "40/loud,"), ("420[\"join\",\"a\"]", "430[]")] {
        polling.post(packet).await;
        assert!(polling.get().await.body.starts_with(wanted));
    }
    io.emit("n", &0).unwrap();
    let offset = json(&polling.get().await.body)[2].clone();
    for _ in 0..12 {
        io.to("a").emit("n", &1).unwrap();
        loud.emit("n", &"x".repeat(1_000)).unwrap();
    }
    alone(&io).await;
    let mut ws = Ws::open(server.address).await;
    let auth = serde_json::json!({ "pid": answer["pid"], "offset": offset });
    ws.send(&format!("40{auth}")).await;
    for _ in 0..12 {
        assert_eq!(json(&ws.text().await)[1], 1);
    }
    assert_eq!(json(&ws.text().await), answer);
    io.to("a").emit("n", &2).unwrap();
    assert_eq!(json(&ws.text().await)[1], 2);
}

/// A hook that tells all sockets of who comes and goes, while one is too slow: it must not be called under a lock that it
/// wants.
#[test]
fn a_hook_that_emits_may_meet_an_eviction() {
    let (sender, done) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let late: Arc<OnceLock<SocketIo>> = Arc::default();
            let known = Arc::clone(&late);
            let hub = Hub::with(HubOptions::new().on_membership(move |change| {
                if let Some(io) = known.get() {
                    io.emit("presence", &format!("{change:?}")).unwrap();
                }
            }));
            let io = SocketIo::with_options(Options {
                recovery: Some(RecoveryOptions::default()),
                max_outgoing: 10_000,
                ..quiet()
            })
            .with_hub(hub);
            let _ = late.set(io.clone());
            let server = start(&io).await;
            let (polling, answer) = Polling::connect(server.address).await;
            let answer = json(answer.split('\x1e').next().unwrap());
            io.emit("first", &1).unwrap();
            let events = polling.get().await.body;
            let first = events.split('\x1e').find(|event| event.contains("first")).unwrap();
            let offset = json(first)[2].clone();
            // one emission to it alone is too much
            let socket = io.sockets().pop().unwrap();
            for _ in 0..20 {
                socket.emit("x", &"y".repeat(1000)).unwrap();
            }
            assert!(!socket.is_connected());
            // and so is what it gets when it returns, over a transport that it does not read either
            let again = Polling::open(server.address).await;
            let auth = serde_json::json!({ "pid": answer["pid"], "offset": offset });
            again.post(&format!("40{auth}")).await;
            until("end", || io.connections() == 0).await;
        });
        sender.send(()).unwrap();
    });
    done.recv_timeout(DEADLINE * 2).expect("no thread that waits for itself");
}

/// Clients make the namespaces of a pattern: what is kept is bounded for all of them together.
#[tokio::test]
async fn the_children_of_one_pattern_share_its_bounds() {
    let options =
        RecoveryOptions { max_clients: 3, max_bytes: 1_000, ..RecoveryOptions::default() };
    let io = server(options);
    let parent = io.of_pattern("/x-*");
    let server = start(&io).await;
    let mut ws = Ws::open(server.address).await;
    for n in 0..10 {
        ws.send(&format!("40/x-{n},")).await;
        assert!(ws.text().await.starts_with("40"));
        // each has an event that is still kept when the next comes
        io.of(&format!("/x-{n}")).emit("n", &"x".repeat(100)).unwrap();
        ws.text().await;
    }
    let remembered = |io: &SocketIo| {
        let all = (0..10).map(|n| io.of(&format!("/x-{n}")).remembered().unwrap());
        all.fold((0, 0, 0), |sum, it| (sum.0 + it.events, sum.1 + it.bytes, sum.2 + it.clients))
    };
    let (events, bytes, _) = remembered(&io);
    assert!(bytes <= 1_000 && (2..10).contains(&events), "{events} {bytes}");
    drop(ws);
    until("end", || parent.broadcast().sockets().is_empty()).await;
    assert_eq!(remembered(&io).2, 3);
    // and nobody else's are used up
    let mut client = Client::connect(&server).await;
    io.emit("n", &0).unwrap();
    client.event().await;
    client.ws = Ws::open(server.address).await;
    alone(&io).await;
    let (_, answer) = client.come_back(&server).await;
    assert!(client.is_recovered(&answer));
}

/// A handler may be at work when its client is lost, and go on until it has returned: what it emits to its socket is for
/// the client, and what it emits to the others is not.
#[tokio::test]
async fn what_a_lost_socket_emits_to_itself_is_for_the_client_that_returns() {
    let (sender, mut lost) = mpsc::unbounded_channel();
    let io = server(RecoveryOptions::default()).on_disconnect(async move |socket, _reason| {
        socket.emit("mine", &"end")?;
        socket.broadcast().emit("others", &"end")?;
        sender.send(socket).unwrap();
        Ok(())
    });
    let server = start(&io).await;
    let mut other = Client::connect(&server).await;
    let mut client = Client::connect(&server).await;
    assert_eq!(client.ask("420[\"join\",\"a\"]").await, serde_json::json!([]));
    io.emit("first", &1).unwrap();
    client.event().await;
    client.ws = Ws::open(server.address).await;
    let socket = soon("end of the socket", lost.recv()).await.unwrap();
    socket.emit("mine", &"away").unwrap();
    socket.volatile().emit("mine", &"volatile").unwrap();
    assert!(matches!(socket.emit_with_ack("mine", &()).await, Err(EmitError::Disconnected)));
    socket.to("a").emit("others", &"away").unwrap();
    let (missed, answer) = client.come_back(&server).await;
    assert!(client.is_recovered(&answer));
    assert_eq!(missed, [serde_json::json!(["mine", "end"]), serde_json::json!(["mine", "away"])]);
    // another socket by now, with the same id
    socket.broadcast().emit("others", &"back").unwrap();
    socket.emit("mine", &"back").unwrap();
    assert_eq!(client.event().await, serde_json::json!(["mine", "back"]));
    for heard in [serde_json::json!(["first", 1]), serde_json::json!(["others", "end"])] {
        assert_eq!(other.event().await, heard);
    }
    // one that leaves for good gets nothing more, and nothing is kept for it
    client.ws.send("42[\"leave\"]").await;
    let socket = soon("end of the socket", lost.recv()).await.unwrap();
    let kept = io.remembered().unwrap().events;
    socket.emit("mine", &"gone").unwrap();
    assert_eq!(io.remembered().unwrap().events, kept);
}

/// Once, what had been given back went on counting, and others had to make room for it.
#[tokio::test]
async fn only_who_is_away_counts() {
    let io = server(RecoveryOptions { max_clients: 2, ..RecoveryOptions::default() });
    let server = start(&io).await;
    let mut away = Client::connect(&server).await;
    let mut restless = Client::connect(&server).await;
    io.emit("n", &0).unwrap();
    for client in [&mut away, &mut restless] {
        client.event().await;
    }
    away.ws = Ws::open(server.address).await;
    until("end", || io.len() == 1).await;
    for _ in 0..50 {
        let (_, answer) = restless.come_back(&server).await;
        assert!(restless.is_recovered(&answer));
    }
    let (_, answer) = away.come_back(&server).await;
    assert!(away.is_recovered(&answer));
}

/// The task that forgets may end with the HTTP server that it runs on, while another goes on.
#[tokio::test]
async fn what_is_old_is_forgotten_after_the_first_http_server_has_ended() {
    let window = Duration::from_millis(60);
    let io = server(RecoveryOptions { window, ..RecoveryOptions::default() });
    let first = io.clone();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let server = start(&first).await;
            Client::connect(&server).await;
            alone(&first).await;
        });
    })
    .join()
    .unwrap();
    let server = start(&io).await;
    drop(Client::connect(&server).await);
    alone(&io).await;
    let nothing = Remembered { events: 0, bytes: 0, clients: 0 };
    until("end of the memory", || io.remembered().unwrap() == nothing).await;
}

/// The official client does so when it disconnects and connects while the server takes its time.
#[tokio::test]
async fn who_asks_twice_before_the_answer_returns_all_the_same() {
    let gate = Arc::new(tokio::sync::Semaphore::new(1));
    let (entered, mut waiting) = mpsc::unbounded_channel();
    let io = server(RecoveryOptions { skip_admit: false, ..RecoveryOptions::default() }).admit({
        let gate = gate.clone();
        async move |_: Socket| {
            entered.send(()).unwrap();
            gate.acquire().await?.forget();
            Ok(())
        }
    });
    let server = start(&io).await;
    let mut client = Client::connect(&server).await;
    waiting.recv().await.unwrap();
    io.emit("seen", &1).unwrap();
    client.event().await;
    client.ws = Ws::open(server.address).await;
    alone(&io).await;
    io.emit("missed", &2).unwrap();
    let auth = serde_json::json!({ "pid": client.pid, "offset": client.offset });
    for _ in 0..2 {
        client.ws.send(&format!("40{auth}")).await;
        waiting.recv().await.unwrap();
    }
    gate.add_permits(2);
    assert_eq!(client.event().await, serde_json::json!(["missed", 2]));
    let answer = json(&client.ws.text().await);
    assert!(client.is_recovered(&answer), "{answer}");
}
