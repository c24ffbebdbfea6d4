use std::sync::Arc;

use cepa_socketio::{Args, Socket, SocketIo};
use parking_lot::Mutex;
use tokio::sync::mpsc;

use crate::support::{Ws, soon, start};

type Log = Arc<Mutex<Vec<String>>>;

#[tokio::test]
async fn on_once_and_off() {
    let io = SocketIo::new().on_connect(async |socket| {
        socket.once("first", async |_socket, (): ()| "once");
        socket.on("twice", async |_socket, (): ()| 1);
        let second = socket.on("twice", async |_socket, (): ()| 2);
        socket.on("drop", async move |socket, (): ()| (socket.off(second), socket.off(second)));
        socket.on("clear", async |socket, (): ()| socket.off_all("twice"));
        Ok(())
    });
    let server = start(&io).await;
    let mut ws = Ws::connect(server.address).await;
    for (sent, answer) in [
        ("420[\"first\"]", "430[\"once\"]"),
        ("421[\"twice\"]", "431[1]"),
        ("422[\"drop\"]", "432[true,false]"),
        ("423[\"twice\"]", "433[1]"),
        ("424[\"clear\"]", "434[1]"),
    ] {
        ws.send(sent).await;
        assert_eq!(ws.text().await, answer);
    }
    // nobody listens any more, so there is no acknowledgement
    ws.send("425[\"first\"]").await;
    ws.send("426[\"twice\"]").await;
    ws.send("427[\"clear\"]").await;
    assert_eq!(ws.text().await, "437[0]");
}

#[tokio::test]
async fn everything_that_comes_and_goes_can_be_seen() {
    let log = Log::default();
    let (seen, all, own, mine) = (log.clone(), log.clone(), log.clone(), log.clone());
    let io = SocketIo::new()
        .on_any(async move |_socket, name, args: Args| {
            seen.lock().push(format!("any {name} {}", args.len()));
            Ok(())
        })
        .on_any_outgoing(move |_socket, name, args| {
            all.lock().push(format!("out {name} {}", args.len()));
        })
        .on_connect(async move |socket| {
            let (own, mine) = (own.clone(), mine.clone());
            socket.on_any(async move |_socket, name, _args| {
                own.lock().push(format!("own {name}"));
                Ok(())
            });
            socket.on_any_outgoing(move |_socket, name, _args| {
                mine.lock().push(format!("own out {name}"));
            });
            Ok(())
        })
        .on("echo", async |socket: Socket, args: Args| {
            socket.emit("back", &args)?;
            socket.namespace().emit("all", &())?;
            Ok(1)
        });
    let server = start(&io).await;
    let mut ws = Ws::connect(server.address).await;
    ws.send("420[\"echo\",1,2]").await;
    for text in ["42[\"back\",1,2]", "42[\"all\"]", "430[1]"] {
        assert_eq!(ws.text().await, text);
    }
    assert_eq!(
        *log.lock(),
        ["any echo 2", "own echo", "out back 2", "own out back", "out all 0", "own out all"]
    );
}

/// A listener that holds its own socket does not keep it.
#[tokio::test]
async fn they_end_with_the_socket() {
    let (sender, mut held) = mpsc::unbounded_channel();
    let io = SocketIo::new().on_connect(async move |socket| {
        let kept = Arc::new(socket.clone());
        sender.send(Arc::downgrade(&kept)).unwrap();
        socket.on("x", async move |_socket, (): ()| drop(kept));
        Ok(())
    });
    let server = start(&io).await;
    let mut ws = Ws::connect(server.address).await;
    ws.send("420[\"x\"]").await;
    assert_eq!(ws.text().await, "430[]");
    let kept = held.recv().await.unwrap();
    assert!(kept.upgrade().is_some());
    drop(ws);
    let ended = async {
        while kept.upgrade().is_some() {
            tokio::task::yield_now().await;
        }
    };
    soon("end of the listener", ended).await;
}

/// What `on_any` refuses has not come, for a listener of one event either.
#[tokio::test]
async fn once_is_for_an_event_that_is_let_through() {
    let io = SocketIo::new().on_error(|_, _| {}).on_connect(async |socket| {
        socket.on_any(async |_socket, _name, args: cepa_socketio::Args| match args.get(0)? {
            0 => Err(cepa_core::Error::new(403, "no")),
            _ => Ok(()),
        });
        socket.once("n", async |_socket, number: u32| number);
        Ok(())
    });
    let server = start(&io).await;
    let mut ws = Ws::connect(server.address).await;
    ws.send("420[\"n\",0]").await;
    assert!(ws.text().await.starts_with("430[{\"error\""));
    ws.send("421[\"n\",1]").await;
    assert_eq!(ws.text().await, "431[1]");
}

/// A parent's listener sees what is emitted in its children, those with handlers of their own too.
#[tokio::test]
async fn a_parent_overhears_its_children() {
    let (sender, mut seen) = mpsc::unbounded_channel();
    let io = SocketIo::new();
    io.of_pattern("/x-*").on_any_outgoing(move |socket, name, _args| {
        sender.send(format!("{} {name}", socket.namespace().name())).unwrap();
    });
    io.of("/x-own").on("n", async |_socket, (): ()| {});
    let server = start(&io).await;
    let mut ws = Ws::open(server.address).await;
    for name in ["/x-1", "/x-own"] {
        ws.send(&format!("40{name},")).await;
        ws.text().await;
        io.of(name).emit("n", &()).unwrap();
        assert_eq!(ws.text().await, format!("42{name},[\"n\"]"));
        assert_eq!(soon("word", seen.recv()).await.unwrap(), format!("{name} n"));
    }
}
