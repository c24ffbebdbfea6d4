//! A session over WebSocket: one task that reads, writes, and keeps the time.
//!
//! The task owns the outbox. Frames in it are finished, so a batch is handed to the codec as it is and flushed once. While
//! a batch is being written nothing is read, and while a handler's queue is full nothing is read either; in both cases
//! the client is not held to its pong. A write that hangs ends with the session, or with the eviction of its outbox.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use cepa_core::Result;
use cepa_hub::{Closed, Outbox};
use cepa_ws::{CloseCode, Message, WebSocket, WebSocketError};
use tokio::time::{Instant, sleep, sleep_until};

use super::legacy;
use super::packet::Packet;
use super::session::{Ending, Session};
use super::timer::Tick;
use crate::Reason;
use crate::client::Held;

/// How many bytes are taken from the outbox for one flush.
const BATCH: usize = 64 * 1024;

/// A write that takes longer than this was a wait for the client to read.
const SLOW: Duration = Duration::from_secs(1);

/// A session that began as a WebSocket: the open packet, then everything else.
pub(super) async fn open(session: Arc<Session>, mut ws: WebSocket) -> Result {
    let mut open = Vec::new();
    Packet::Open(session.open_packet().into()).encode(&mut open);
    let open = String::from_utf8(open).unwrap_or_default();
    let outbox = session.state.lock().outbox.take();
    session.begin();
    let (Ok(()), Some(outbox)) = (ws.send(open).await, outbox) else {
        session.close(Reason::TransportClose, Ending::Left);
        return Ok(());
    };
    serve(session, ws, outbox).await
}

/// Serves a session until either side ends it.
pub(super) async fn serve(session: Arc<Session>, mut ws: WebSocket, mut outbox: Outbox) -> Result {
    let _guard = Gone(&session);
    outbox.set_writable(true);
    let mut batch = Vec::new();
    let mut held: Option<Held> = None;
    let mut hangs = false;
    let mut deadline = pin!(sleep_until(Instant::now()));
    let mut woken = pin!(session.writer.notified());
    loop {
        if deadline.deadline() <= Instant::now() {
            match session.tick() {
                Tick::Sleep(until) => deadline.as_mut().reset(until),
                Tick::Ping => {}
                Tick::Over => break,
            }
        }
        let (closed, ping) = {
            let mut state = session.state.lock();
            let ping = std::mem::take(&mut state.ping).then_some("2");
            (state.closed.is_some(), ping.or(std::mem::take(&mut state.pong).then_some("3")))
        };
        if closed {
            break;
        }
        if let Some(beat) = ping
            && ws.send(beat).await.is_err()
        {
            session.close(Reason::TransportClose, Ending::Left);
            break;
        }
        // in no fixed order: neither a client that floods nor a room that does may starve the other direction
        tokio::select! {
            received = ws.recv(), if held.is_none() => {
                let message = match received {
                    Ok(Some(message)) => message,
                    ended => {
                        session.close(reason(&ended, &session), Ending::Left);
                        break;
                    }
                };
                match receive(&session, message) {
                    Ok(None) => {}
                    Ok(waiting) => {
                        held = waiting;
                        session.set_stalled(true);
                    }
                    Err(_) => break,
                }
            }
            () = wait(&mut held, &session), if held.is_some() => {
                held = None;
                session.set_stalled(false);
            }
            taken = outbox.recv_many(&mut batch, BATCH) => {
                if let Err(closed) = taken {
                    let reason = match closed {
                        Closed::Hub => Reason::ServerShuttingDown,
                        Closed::Evicted | Closed::Member => Reason::ForcedServerClose,
                    };
                    session.close(reason, Ending::Cut);
                    break;
                }
                if let Some(watch) = session.server.outside.watching() {
                    watch.frames_out(&batch);
                }
                let started = Instant::now();
                let mut writing = pin!(write(&mut ws, &mut batch));
                let written = loop {
                    tokio::select! {
                        biased;
                        written = &mut writing => break Some(written),
                        () = &mut woken => {
                            woken.set(session.writer.notified());
                            deadline.as_mut().reset(Instant::now());
                        }
                        () = sleep(SLOW) => {}
                    }
                    if outbox.closed() == Some(Closed::Evicted) {
                        session.close(Reason::ForcedServerClose, Ending::Cut);
                    }
                    if session.closed().is_some_and(|closed| closed.ending != Ending::Farewell) {
                        break None;
                    }
                };
                match written {
                    Some(Ok(())) => outbox.flushed(),
                    Some(Err(_)) => {
                        session.close(Reason::TransportError, Ending::Left);
                        break;
                    }
                    None => {
                        hangs = true;
                        break;
                    }
                }
                if started.elapsed() > SLOW {
                    session.excuse();
                }
            }
            () = &mut woken => {
                woken.set(session.writer.notified());
                // a deadline may have come nearer
                deadline.as_mut().reset(Instant::now());
            }
            () = &mut deadline => {}
        }
    }
    if let Some(closed) = session.closed() {
        if closed.ending == Ending::Farewell {
            let farewell = async {
                while let Ok(1..) = outbox.try_recv_many(&mut batch, BATCH) {
                    if write(&mut ws, &mut batch).await.is_err() {
                        break;
                    }
                }
            };
            hangs = session.closing().run_until_cancelled(farewell).await.is_none();
        }
        let code = match closed.reason {
            Reason::ServerShuttingDown => CloseCode::AWAY,
            _ => CloseCode::NO_STATUS,
        };
        // the outbox first: nobody is to wait for the peer's close frame
        drop(outbox);
        if !hangs {
            let _ = ws.close(code, "").await;
        }
    }
    drop(ws);
    session.client.drained().await;
    Ok(())
}

fn receive(session: &Arc<Session>, message: Message) -> Result<Option<Held>, Reason> {
    let packet = match message {
        Message::Binary(data) if session.is_legacy() => match legacy::binary(data) {
            Ok(packet) => packet,
            Err(_) => {
                session.close(Reason::ParseError, Ending::Cut);
                return Err(Reason::ParseError);
            }
        },
        Message::Binary(data) => Packet::Binary(data),
        Message::Text(text) => match Packet::decode(&text.into_bytes()) {
            Ok(packet) => packet,
            Err(_) => {
                session.close(Reason::ParseError, Ending::Cut);
                return Err(Reason::ParseError);
            }
        },
    };
    session.receive(packet)
}

async fn wait(held: &mut Option<Held>, session: &Arc<Session>) {
    if let Some(held) = held {
        held.deliver(session).await;
    }
}

async fn write(ws: &mut WebSocket, batch: &mut Vec<bytes::Bytes>) -> Result<(), WebSocketError> {
    for frames in batch.drain(..) {
        ws.feed_frames(frames).await?;
    }
    ws.flush().await
}

fn reason(ended: &Result<Option<Message>, WebSocketError>, session: &Session) -> Reason {
    match ended {
        _ if session.is_closing() => Reason::ServerShuttingDown,
        Err(_) => Reason::TransportError,
        Ok(_) => Reason::TransportClose,
    }
}

/// Ends the session when the task is dropped, by a runtime that shuts down.
struct Gone<'a>(&'a Session);

impl Drop for Gone<'_> {
    fn drop(&mut self) {
        self.0.close(Reason::TransportClose, Ending::Left);
    }
}
