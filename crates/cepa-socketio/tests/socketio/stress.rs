//! Two workers, a broadcaster on a foreign thread, clients that poll, upgrade and talk: nothing is lost or reordered.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cepa_core::App;
use cepa_server::Server;
use cepa_socketio::{Args, SocketIo};

use crate::support::{Polling, Ws, soon};

const CLIENTS: usize = 12;
const EVENTS: usize = 60;

fn numbers(texts: &[String], event: &str) -> Vec<usize> {
    let head = format!("42[\"{event}\",");
    let mine = texts.iter().filter_map(|text| text.strip_prefix(&*head));
    mine.map(|rest| rest.trim_end_matches(']').parse().unwrap()).collect()
}

/// Polls for a while, upgrades in the middle of it all, and echoes all the time.
async fn client(address: std::net::SocketAddr) -> Vec<String> {
    let (client, answer) = Polling::connect(address).await;
    let mut texts: Vec<String> = answer.split('\x1e').map(str::to_owned).collect();
    let mut polled = |body: &str| texts.extend(body.split('\x1e').map(str::to_owned));
    for number in 0..EVENTS / 3 {
        assert_eq!(client.post(&format!("42[\"echo\",{number}]")).await.body, "ok");
        polled(&client.get().await.body);
    }
    let mut ws = Ws::dial(address, &format!("&sid={}", client.sid)).await;
    ws.send("2probe").await;
    assert_eq!(ws.text().await, "3probe");
    polled(&client.get().await.body);
    for number in EVENTS / 3..EVENTS / 2 {
        assert_eq!(client.post(&format!("42[\"echo\",{number}]")).await.body, "ok");
    }
    ws.send("5").await;
    for number in EVENTS / 2..EVENTS {
        ws.send(&format!("42[\"echo\",{number}]")).await;
    }
    while numbers(&texts, "echo").len() < EVENTS {
        texts.push(ws.text().await);
    }
    ws.send("421[\"until now\"]").await;
    while !texts.last().is_some_and(|text| text.starts_with("431")) {
        texts.push(ws.text().await);
    }
    texts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_reordered_between_workers() {
    let io = SocketIo::new()
        .on("echo", async |socket, args: Args| -> cepa_core::Result {
            Ok(socket.emit("echo", &args)?)
        })
        .on("until now", async |_socket, (): ()| {});
    let app = App::new().plug(io.clone());
    let workers = NonZeroUsize::new(2).unwrap();
    let server = Server::new(app).workers(workers).bind("127.0.0.1:0").await.unwrap();
    let (address, shutdown) = (server.local_addr(), server.shutdown());
    let served = tokio::spawn(server.serve());

    let over = Arc::new(AtomicBool::new(false));
    let broadcaster = std::thread::spawn({
        let (io, over) = (io.clone(), over.clone());
        move || {
            for number in 0_usize.. {
                io.emit("all", &number).unwrap();
                if over.load(Ordering::Relaxed) {
                    return;
                }
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
        }
    });
    let clients: Vec<_> = (0..CLIENTS).map(|_| tokio::spawn(client(address))).collect();
    for client in clients {
        let texts = client.await.unwrap();
        assert_eq!(numbers(&texts, "echo"), (0..EVENTS).collect::<Vec<_>>());
        let all = numbers(&texts, "all");
        let first = *all.first().unwrap();
        assert_eq!(all, (first..first + all.len()).collect::<Vec<_>>());
    }
    over.store(true, Ordering::Relaxed);
    broadcaster.join().unwrap();
    shutdown.begin();
    soon("end of the server", served).await.unwrap().unwrap();
    assert_eq!((io.len(), io.connections()), (0, 0));
}
