//! A client that goes away at any point between polling and WebSocket is noticed at once, or, where nothing tells it from
//! one that goes on polling, after `return_timeout`; never by the heartbeat, which is 45 s here. Node waits for that
//! wherever no GET is pending.

use std::net::SocketAddr;
use std::time::Duration;

use cepa_socketio::{Options, Reason, SocketIo};
use cepa_ws::Client;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::time::Instant;

use crate::support::{Pending, Polling, Running, Ws, quiet, soon, start_telling};

const RETURN: Duration = Duration::from_millis(60);

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    CloseFrame,
    Fin,
    Reset,
}

const ENDS: [End; 3] = [End::CloseFrame, End::Fin, End::Reset];

struct Setting {
    server: Running,
    io: SocketIo,
    held: UnboundedReceiver<()>,
    gone: UnboundedReceiver<Reason>,
}

impl Setting {
    async fn new() -> Setting {
        Setting::with(Options { return_timeout: RETURN, ..quiet() }).await
    }

    async fn with(options: Options) -> Setting {
        let (sender, gone) = mpsc::unbounded_channel();
        let io = SocketIo::with_options(options).on_disconnect(async move |_socket, reason| {
            sender.send(reason).unwrap();
            Ok(())
        });
        let (server, held) = start_telling(&io).await;
        Setting { server, io, held, gone }
    }

    async fn connect(&mut self) -> Polling {
        let (client, _) = Polling::connect(self.server.address).await;
        self.held.recv().await.unwrap();
        client
    }

    /// A GET that is being held.
    async fn get(&mut self, client: &Polling) -> Pending {
        let get = client.pending_get().await;
        self.held.recv().await.unwrap();
        get
    }

    async fn gone(&mut self) -> Reason {
        soon("disconnect", self.gone.recv()).await.unwrap()
    }

    /// The client is taken for gone after `return_timeout`.
    async fn given_up(&mut self, since: Instant, what: &str) {
        assert_eq!(self.gone().await, Reason::TransportClose, "{what}");
        assert!(since.elapsed() >= RETURN, "{what}: {:?}", since.elapsed());
        assert_eq!(self.io.connections(), 0, "{what}");
    }
}

/// A WebSocket for the session, which can be ended in each of the ways.
async fn dial(client: &Polling, end: End) -> Ws {
    let stream = TcpStream::connect(client.address).await.unwrap();
    if end == End::Reset {
        stream.set_zero_linger().unwrap();
    }
    let target = format!("/socket.io/?EIO=4&transport=websocket&sid={}", client.sid);
    Ws(Client::new("localhost", &target).unwrap().connect(stream).await.unwrap())
}

async fn probe(client: &Polling, end: End) -> Ws {
    let mut ws = dial(client, end).await;
    ws.send("2probe").await;
    assert_eq!(ws.text().await, "3probe");
    ws
}

async fn finish(mut ws: Ws, end: End) {
    match end {
        End::CloseFrame => ws.0.close(1001, "").await.unwrap(),
        End::Fin | End::Reset => drop(ws),
    }
}

/// Until the server has noticed that the WebSocket is gone: only then it takes another.
async fn noticed(client: &Polling) {
    let taken = async {
        loop {
            let mut ws = dial(client, End::Fin).await;
            ws.send("2probe").await;
            if let Ok(Some(_)) = ws.0.recv().await {
                return;
            }
        }
    };
    soon("end of the first attempt", taken).await;
}

#[tokio::test]
async fn the_websocket_ends_before_it_is_probed() {
    let mut setting = Setting::new().await;
    for end in ENDS {
        let client = setting.connect().await;
        let ws = dial(&client, end).await;
        let since = Instant::now();
        finish(ws, end).await;
        setting.given_up(since, &format!("{end:?}")).await;
    }
}

/// Where a page is when it is closed right after it has connected: it has been told `3probe`, its GET was completed for
/// the upgrade, and it has not said `5`.
#[tokio::test]
async fn the_websocket_ends_after_the_get_was_completed_for_it() {
    let mut setting = Setting::new().await;
    for end in ENDS {
        let client = setting.connect().await;
        let mut get = setting.get(&client).await;
        let ws = probe(&client, end).await;
        assert_eq!(get.reply().await.body, "6");
        let since = Instant::now();
        finish(ws, end).await;
        setting.given_up(since, &format!("{end:?}")).await;
    }
}

#[tokio::test]
async fn the_client_leaves_before_the_101() {
    let mut setting = Setting::new().await;
    for reset in [false, true] {
        let client = setting.connect().await;
        let since = Instant::now();
        handshake_and_leave(client.address, &client.sid, reset).await;
        setting.given_up(since, &format!("reset: {reset}")).await;
    }
}

async fn handshake_and_leave(address: SocketAddr, sid: &str, reset: bool) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    if reset {
        stream.set_zero_linger().unwrap();
    }
    let head = format!(
        "GET /socket.io/?EIO=4&transport=websocket&sid={sid} HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\n\
         upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.readable().await.unwrap();
}

#[tokio::test]
async fn the_websocket_is_silent_for_too_long() {
    let options =
        Options { return_timeout: RETURN, upgrade_timeout: Duration::from_millis(30), ..quiet() };
    let mut setting = Setting::with(options).await;
    let client = setting.connect().await;
    let since = Instant::now();
    let mut ws = dial(&client, End::Fin).await;
    // Where all is slow, the time is over before the probe is answered, or even sent: that is silence too.
    let _ = ws.0.send("2probe").await;
    setting.given_up(since, "silent").await;
}

#[tokio::test]
async fn a_get_that_was_pending_is_answered_and_no_other_comes() {
    let mut setting = Setting::new().await;
    let client = setting.connect().await;
    let mut get = setting.get(&client).await;
    drop(dial(&client, End::Fin).await);
    noticed(&client).await;
    let since = Instant::now();
    setting.io.emit("news", &1).unwrap();
    assert_eq!(get.reply().await.body, "42[\"news\",1]");
    setting.given_up(since, "answered").await;
}

#[tokio::test]
async fn whoever_polls_on_stays() {
    let mut setting = Setting::new().await;
    for end in ENDS {
        let client = setting.connect().await;
        let mut get = setting.get(&client).await;
        let ws = probe(&client, end).await;
        assert_eq!(get.reply().await.body, "6");
        finish(ws, end).await;
        let mut get = setting.get(&client).await;
        tokio::time::sleep(RETURN * 2).await;
        setting.io.emit("news", &1).unwrap();
        // the first one may still have been completed for the WebSocket
        let mut body = get.reply().await.body;
        if body == "6" {
            body = client.get().await.body;
        }
        assert_eq!(body, "42[\"news\",1]", "{end:?}");
        assert!(setting.gone.is_empty(), "{end:?}");
        client.post("1").await;
        assert_eq!(setting.gone().await, Reason::TransportClose);
        while setting.held.try_recv().is_ok() {}
    }
}

#[tokio::test]
async fn the_pending_get_breaks_off() {
    let mut setting = Setting::new().await;
    for probed in [false, true] {
        let client = setting.connect().await;
        let get = setting.get(&client).await;
        let ws = if probed { Some(probe(&client, End::Fin).await) } else { None };
        drop(get);
        assert_eq!(setting.gone().await, Reason::TransportError, "probed: {probed}");
        drop(ws);
    }
}

#[tokio::test]
async fn the_websocket_ends_after_the_client_has_moved() {
    let mut setting = Setting::with(quiet()).await;
    for end in ENDS {
        for polls in [false, true] {
            let client = setting.connect().await;
            let get = if polls { Some(setting.get(&client).await) } else { None };
            let mut ws = probe(&client, end).await;
            ws.send("5").await;
            if end == End::Reset {
                // a reset overtakes what was written before
                ws.send("40/nowhere,").await;
                assert!(ws.text().await.starts_with("44/nowhere,"));
            }
            finish(ws, end).await;
            assert_eq!(
                setting.gone().await,
                Reason::TransportClose,
                "{end:?}, GET pending: {polls}"
            );
            drop(get);
        }
    }
}
