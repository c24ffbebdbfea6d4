use std::sync::Arc;
use std::time::Duration;

use cepa_core::{Error, Json, Result};
use cepa_socketio::{Args, Options, Reason, Socket, SocketIo};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::{Notify, mpsc};

use crate::support::{Ws, quiet, start};

#[derive(Serialize, Deserialize)]
struct Point {
    x: i32,
    y: i32,
}

#[tokio::test]
async fn handlers_take_what_they_name_and_answer_what_they_return() {
    let io = SocketIo::new()
        .on("one", async |_socket, text: String| format!("{text}!"))
        .on("tuple", async |_socket, (a, b): (i32, Point)| a + b.x + b.y)
        .on("none", async |_socket, (): ()| {})
        .on("value", async |_socket, value: Value| Ok(json!({ "got": value })))
        .on("raw", async |_socket, args: Args| args)
        .on("struct", async |_socket, point: Point| Json(Point { x: point.y, y: point.x }))
        .on("several", async |_socket, _: Option<u8>| (1, "two", vec![3]))
        .on("optional", async |_socket, (first, second): (u8, Option<u8>)| (first, second))
        .on("5", async |_socket, text: String| text);
    let server = start(&io).await;
    let mut ws = Ws::connect(server.address).await;
    for (event, answer) in [
        (r#"["one","hi"]"#, r#"["hi!"]"#),
        (r#"["tuple",1,{"x":2,"y":3}]"#, "[6]"),
        (r#"["none",1,2]"#, "[]"),
        (r#"["value",{"b":1,"a":[null]}]"#, r#"[{"got":{"b":1,"a":[null]}}]"#),
        (r#"["raw",1, {"a":1.50} ,"x"]"#, r#"[1, {"a":1.50} ,"x"]"#),
        (r#"["struct",{"x":1,"y":2}]"#, r#"[{"x":2,"y":1}]"#),
        (r#"["several"]"#, r#"[1,"two",[3]]"#),
        (r#"["optional",7]"#, "[7,null]"),
        (r#"[5,"a"]"#, r#"["a"]"#),
    ] {
        ws.send(&format!("427{event}")).await;
        assert_eq!(ws.text().await, format!("437{answer}"), "{event}");
    }
}

#[tokio::test]
async fn an_error_is_the_answer_and_only_what_is_exposed_is_told() {
    let io = SocketIo::new()
        .on("refused", async |_socket, (): ()| -> Result {
            Err(Error::new(422, "too long").with_code("long"))
        })
        .on("hidden", async |_socket, (): ()| -> Result {
            Err(std::io::Error::other("secret").into())
        })
        .on("typed", async |_socket, number: u8| number)
        .on_error(|_, _| {});
    let server = start(&io).await;
    let mut ws = Ws::connect(server.address).await;
    ws.send("421[\"refused\"]").await;
    assert_eq!(
        ws.text().await,
        r#"431[{"error":{"status":422,"title":"Unprocessable Entity","detail":"too long","code":"long"}}]"#
    );
    ws.send("422[\"hidden\"]").await;
    assert_eq!(ws.text().await, r#"432[{"error":{"status":500,"title":"Internal Server Error"}}]"#);
    ws.send("423[\"typed\",\"x\"]").await;
    let answer = ws.text().await;
    assert!(
        answer.starts_with(
            r#"433[{"error":{"status":400,"title":"Bad Request","detail":"unexpected argument: "#
        ),
        "{answer}"
    );
    assert!(answer.ends_with(r#""code":"bad_argument"}}]"#), "{answer}");
    // without a request for an answer there is none
    ws.send("42[\"refused\"]").await;
    ws.send("424[\"typed\",1]").await;
    assert_eq!(ws.text().await, "434[1]");
}

#[tokio::test]
async fn errors_are_observed() {
    let (sender, mut errors) = mpsc::unbounded_channel();
    let io = SocketIo::new()
        .on("fail", async |_socket, (): ()| -> Result {
            Err(std::io::Error::other("secret").into())
        })
        .on_error(move |error, socket| {
            sender.send((error.to_string(), socket.id().to_owned())).unwrap();
        });
    let server = start(&io).await;
    let mut ws = Ws::connect(server.address).await;
    ws.send("42[\"fail\"]").await;
    let (error, id) = errors.recv().await.unwrap();
    assert_eq!((error.as_str(), id.len()), ("500: secret", 20));
}

#[tokio::test]
async fn an_observer_that_panics_disturbs_nothing() {
    let io = SocketIo::new()
        .on("fail", async |_socket, (): ()| -> Result { Err(Error::new(400, "no")) })
        .on_error(|_, _| panic!("in the observer"));
    let server = start(&io).await;
    let mut ws = Ws::connect(server.address).await;
    for id in 1..3 {
        ws.send(&format!("42{id}[\"fail\"]")).await;
        assert!(ws.text().await.starts_with(&format!("43{id}[{{\"error\":")));
    }
}

#[tokio::test]
async fn events_of_one_socket_are_handled_in_order_and_hold_up_nobody_else() {
    let gate = Arc::new(Notify::new());
    let opened = gate.clone();
    let io = SocketIo::new()
        .on("wait", async move |socket: Socket, (): ()| -> Result {
            opened.notified().await;
            Ok(socket.emit("waited", &())?)
        })
        .on("echo", async |socket, args: Args| -> Result { Ok(socket.emit("echo", &args)?) });
    let server = start(&io).await;
    let mut slow = Ws::connect(server.address).await;
    let mut other = Ws::connect(server.address).await;
    slow.send("42[\"wait\"]").await;
    for number in 0..50 {
        slow.send(&format!("42[\"echo\",{number}]")).await;
    }
    other.send("42[\"echo\",\"me\"]").await;
    assert_eq!(other.text().await, "42[\"echo\",\"me\"]");
    gate.notify_one();
    assert_eq!(slow.text().await, "42[\"waited\"]");
    for number in 0..50 {
        assert_eq!(slow.text().await, format!("42[\"echo\",{number}]"));
    }
}

#[tokio::test]
async fn events_wait_for_on_connect() {
    let gate = Arc::new(Notify::new());
    let opened = gate.clone();
    let io = SocketIo::new()
        .on_connect(async move |socket| {
            opened.notified().await;
            socket.data().insert(String::from("ready"));
            Ok(())
        })
        .on("ready", async |socket, (): ()| socket.data().get::<String>().unwrap().to_string());
    let server = start(&io).await;
    let mut ws = Ws::connect(server.address).await;
    ws.send("421[\"ready\"]").await;
    gate.notify_one();
    assert_eq!(ws.text().await, "431[\"ready\"]");
}

#[tokio::test]
async fn an_error_of_on_connect_disconnects() {
    let io = SocketIo::new()
        .on_connect(async |_socket| Err(Error::new(403, "no")))
        .on("echo", async |_socket, (): ()| -> () { panic!("not reached") })
        .on_error(|_, _| {});
    let server = start(&io).await;
    let mut ws = Ws::connect(server.address).await;
    assert_eq!(ws.text().await, "41");
}

#[tokio::test]
async fn several_listeners_run_in_order_and_the_first_answers() {
    let io = SocketIo::new()
        .on("both", async |socket: Socket, (): ()| {
            socket.emit("first", &()).unwrap();
            "first"
        })
        .on("both", async |socket: Socket, (): ()| {
            socket.emit("second", &()).unwrap();
            "second"
        });
    let server = start(&io).await;
    let mut ws = Ws::connect(server.address).await;
    ws.send("421[\"both\"]").await;
    assert_eq!(ws.text().await, "42[\"first\"]");
    assert_eq!(ws.text().await, "42[\"second\"]");
    assert_eq!(ws.text().await, "431[\"first\"]");
}

#[tokio::test]
async fn layers_go_around_every_event() {
    let io = SocketIo::new()
        .with(async |event, next| {
            event.socket.emit("outer", &event.name)?;
            next.run(event).await?;
            if let Some(answer) = event.answer.take() {
                event.answer = Some(answer.with_first("wrapped")?);
            }
            Ok(())
        })
        .with(async |event, next| match event.name.as_str() {
            "forbidden" => Err(Error::new(403, "not this")),
            "swallowed" => Ok(()),
            _ => next.run(event).await,
        })
        .on_any(async |socket, name, args| Ok(socket.emit("any", &(name, args.len()))?))
        .on("echo", async |_socket, args: Args| args)
        .on("forbidden", async |_socket, (): ()| -> () { panic!("not reached") })
        .on("swallowed", async |_socket, (): ()| -> () { panic!("not reached") })
        .on_error(|_, _| {});
    let server = start(&io).await;
    let mut ws = Ws::connect(server.address).await;
    ws.send("421[\"echo\",7]").await;
    assert_eq!(ws.text().await, "42[\"outer\",\"echo\"]");
    assert_eq!(ws.text().await, "42[\"any\",\"echo\",1]");
    assert_eq!(ws.text().await, "431[\"wrapped\",7]");
    ws.send("422[\"swallowed\"]").await;
    assert_eq!(ws.text().await, "42[\"outer\",\"swallowed\"]");
    ws.send("423[\"forbidden\"]").await;
    assert_eq!(ws.text().await, "42[\"outer\",\"forbidden\"]");
    assert_eq!(
        ws.text().await,
        r#"433[{"error":{"status":403,"title":"Forbidden","detail":"not this"}}]"#
    );
}

#[tokio::test]
async fn a_panic_ends_that_client_alone() {
    let (sender, mut errors) = mpsc::unbounded_channel();
    let io = SocketIo::new()
        .on("panic", async |_socket, (): ()| -> () { panic!("on purpose") })
        .on("echo", async |_socket, args: Args| args)
        .on_error(move |error, _| sender.send(error.to_string()).unwrap());
    let server = start(&io).await;
    let mut bystander = Ws::connect(server.address).await;
    let mut ws = Ws::connect(server.address).await;
    ws.send("421[\"panic\"]").await;
    assert_eq!(ws.closed().await, 1005);
    assert!(errors.recv().await.unwrap().contains("on purpose"));
    bystander.send("421[\"echo\",1]").await;
    assert_eq!(bystander.text().await, "431[1]");
}

#[tokio::test]
async fn a_panic_before_the_first_await_is_caught_as_well() {
    let (sender, mut errors) = mpsc::unbounded_channel();
    let (gone, mut reasons) = mpsc::unbounded_channel();
    let io = SocketIo::new().on_error(move |error, _| sender.send(error.to_string()).unwrap());
    drop(io.of("admit").admit(|_socket| {
        assert!(errors_are_wanted(), "no");
        std::future::ready(Ok(()))
    }));
    drop(io.of("connect").on_connect(|_socket| {
        assert!(errors_are_wanted(), "no");
        std::future::ready(Ok(()))
    }));
    let end = io.of("disconnect").on_disconnect(|_socket, _reason| {
        assert!(errors_are_wanted(), "no");
        std::future::ready(Ok(()))
    });
    drop(end.on_disconnect(async move |_socket, reason| {
        gone.send(reason).unwrap();
        Ok(())
    }));
    let server = start(&io).await;
    let mut ws = Ws::open(server.address).await;
    ws.send("40/admit,").await;
    assert!(ws.text().await.starts_with("44/admit,"));
    assert!(errors.recv().await.unwrap().contains("panicked"));
    ws.send("40/disconnect,").await;
    assert!(ws.text().await.starts_with("40/disconnect,"));
    ws.send("41/disconnect,").await;
    assert!(errors.recv().await.unwrap().contains("panicked"));
    // the others of its kind run
    assert_eq!(reasons.recv().await, Some(Reason::ClientNamespaceDisconnect));
    ws.send("40/connect,").await;
    assert!(ws.text().await.starts_with("40/connect,"));
    assert_eq!(ws.closed().await, 1005);
    assert!(errors.recv().await.unwrap().contains("panicked"));
    server.stop().await;
}

/// Never; the compiler is not to know.
fn errors_are_wanted() -> bool {
    std::hint::black_box(false)
}

#[tokio::test]
async fn a_client_faster_than_its_handlers_is_read_no_further_and_loses_nothing() {
    let gate = Arc::new(Notify::new());
    let opened = gate.clone();
    let options = Options {
        max_incoming: 4000,
        ping_interval: Duration::from_millis(50),
        ping_timeout: Duration::from_millis(400),
        ..quiet()
    };
    let io = SocketIo::with_options(options)
        .on("wait", async move |_socket, (): ()| opened.notified().await)
        .on("count", async |socket, number: u32| -> Result { Ok(socket.emit("count", &number)?) });
    let server = start(&io).await;
    let mut ws = Ws::connect(server.address).await;
    ws.send("42[\"wait\"]").await;
    for number in 0..200 {
        ws.send(&format!("42[\"count\",{number}]")).await;
    }
    // while nothing is read no pong is expected: the client outlives several time-outs
    tokio::time::sleep(Duration::from_millis(1000)).await;
    gate.notify_one();
    let mut next = 0;
    while next < 200 {
        match ws.text().await.as_str() {
            "2" => ws.send("3").await,
            text => {
                assert_eq!(text, format!("42[\"count\",{next}]"));
                next += 1;
            }
        }
    }
}

#[tokio::test]
async fn a_client_whose_handlers_never_catch_up_is_disconnected() {
    let options =
        Options { max_incoming: 100, stall_timeout: Duration::from_millis(80), ..quiet() };
    let io = SocketIo::with_options(options)
        .on("wait", async |_socket, (): ()| tokio::time::sleep(Duration::from_secs(3600)).await);
    let server = start(&io).await;
    let mut ws = Ws::connect(server.address).await;
    for _ in 0..5 {
        ws.send("42[\"wait\"]").await;
    }
    // well before the next heartbeat
    assert_eq!(ws.closed().await, 1005);
}
