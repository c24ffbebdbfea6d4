//! A session over WebSocket: one task that reads, writes, and keeps the time.
//!
//! The task owns the outbox. Frames in it are finished, so a batch is handed to the codec as it is and flushed once. While
//! a batch is being written nothing is read, and while a handler's queue is full nothing is read either; in both cases
//! the client is not held to its pong. A write that hangs ends with the session, or with the eviction of its outbox.
//!
//! What the task holds an idle connection holds, and that is nearly all connections. So what is rare has its state in a
//! box of its own while it lasts: a handler that is behind, a client that is slow to read, the end.

use std::future::poll_fn;
use std::mem;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use cepa_core::Result;
use cepa_hub::{Closed, Outbox};
use cepa_ws::{CloseCode, Message, WebSocket, WebSocketError, encode_text};
use futures_util::poll;
use tokio::time::{Instant, sleep, sleep_until};

use super::bells::Bell;
use super::ending::Ending;
use super::legacy;
use super::packet::Packet;
use super::session::Session;
use super::timer::Tick;
use crate::Reason;
use crate::client::Held;

/// How many bytes are taken from the outbox for one flush.
const BATCH: usize = 64 * 1024;

/// A write that takes longer than this was a wait for the client to read.
const SLOW: Duration = Duration::from_secs(1);

/// The delivery of what cannot be taken yet.
type Delivery = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Begins a session as a WebSocket, with its open packet; gives the outbox to [`serve`], unless the session is over.
pub(super) fn open(session: &Arc<Session>) -> Option<Outbox> {
    let outbox = session.state.lock().outbox.take();
    session.greet();
    session.begin();
    outbox.map(|outbox| *outbox)
}

/// What the task has to see to.
enum Turn {
    /// The client has sent something, or ended the connection.
    Received(Result<Option<Message>, WebSocketError>),
    /// What could not be taken has been.
    Delivered,
    /// There is something to be sent, or never will be.
    Taken(Result<Vec<Bytes>, Closed>),
    /// The session has changed; a deadline may have come nearer.
    Rung,
    /// A deadline has come.
    Due,
}

/// Serves a session until either side ends it.
#[expect(clippy::manual_async_fn, reason = "an async fn would hold its arguments twice")]
pub(super) fn serve(
    session: Arc<Session>,
    mut ws: WebSocket,
    mut outbox: Outbox,
) -> impl Future<Output = Result> + Send {
    async move {
        let _guard = Gone(&session);
        outbox.set_writable(true);
        let mut held: Option<Delivery> = None;
        let mut deadline = pin!(sleep_until(Instant::now()));
        let mut hangs = false;
        let mut sends_first = false;
        loop {
            if deadline.deadline() <= Instant::now() {
                match session.tick() {
                    Tick::Sleep(until) => deadline.as_mut().reset(until),
                    Tick::Ping => {}
                    Tick::Over => break,
                }
            }
            let (closed, beat) = {
                let mut state = session.state.lock();
                let ping = mem::take(&mut state.ping).then_some("2");
                (state.closed.is_some(), ping.or(mem::take(&mut state.pong).then_some("3")))
            };
            if closed {
                break;
            }
            if let Some(beat) = beat
                && ws.send_frames(encode_text(beat)).await.is_err()
            {
                session.close(Reason::TransportClose, Ending::Left);
                break;
            }
            let turn = poll_fn(|cx| {
                if session.bells.poll(Bell::Writer, cx).is_ready() {
                    return Poll::Ready(Turn::Rung);
                }
                // neither a client that floods nor a room that does may starve the other direction
                for sends in [sends_first, !sends_first] {
                    let turn = match sends {
                        true => poll_outbox(&mut outbox, cx),
                        false => poll_inbox(&mut ws, &mut held, cx),
                    };
                    if turn.is_ready() {
                        return turn;
                    }
                }
                deadline.as_mut().poll(cx).map(|()| Turn::Due)
            });
            let mut writing = match turn.await {
                Turn::Taken(Ok(batch)) => {
                    sends_first = false;
                    if let Some(watch) = session.server.outside.watching() {
                        watch.frames_out(&batch);
                    }
                    ws.send_batch(batch)
                }
                Turn::Taken(Err(closed)) => {
                    let reason = match closed {
                        Closed::Hub => Reason::ServerShuttingDown,
                        Closed::Evicted | Closed::Member => Reason::ForcedServerClose,
                    };
                    session.close(reason, Ending::Cut);
                    break;
                }
                Turn::Received(Ok(Some(message))) => {
                    sends_first = true;
                    match receive(&session, message) {
                        Ok(None) => {}
                        Ok(Some(waiting)) => {
                            held = Some(deliver(&session, waiting));
                            session.set_stalled(true);
                        }
                        Err(_) => break,
                    }
                    continue;
                }
                Turn::Received(ended) => {
                    session.close(reason(&ended, &session), Ending::Left);
                    break;
                }
                Turn::Delivered => {
                    held = None;
                    session.set_stalled(false);
                    continue;
                }
                Turn::Rung => {
                    deadline.as_mut().reset(Instant::now());
                    continue;
                }
                Turn::Due => continue,
            };
            let written = match poll!(&mut writing) {
                Poll::Ready(written) => Some(written),
                Poll::Pending => {
                    let written = Box::pin(patiently(&session, &outbox, writing)).await;
                    deadline.as_mut().reset(Instant::now());
                    written
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
        }
        Box::pin(end(&session, ws, outbox, hangs)).await;
        Ok(())
    }
}

fn poll_outbox(outbox: &mut Outbox, cx: &mut Context<'_>) -> Poll<Turn> {
    let mut batch = Vec::new();
    let taken = outbox.poll_recv_many(cx, &mut batch, BATCH);
    taken.map(|taken| Turn::Taken(taken.map(|_| batch)))
}

/// While something is held nothing is read.
fn poll_inbox(ws: &mut WebSocket, held: &mut Option<Delivery>, cx: &mut Context<'_>) -> Poll<Turn> {
    match held {
        Some(held) => held.as_mut().poll(cx).map(|()| Turn::Delivered),
        None => ws.poll_recv(cx).map(Turn::Received),
    }
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
        Message::Text(text) => {
            let text = text.into_bytes();
            let packet =
                if session.is_legacy() { legacy::text(&text) } else { Packet::decode(&text) };
            match packet {
                Ok(packet) => packet,
                Err(_) => {
                    session.close(Reason::ParseError, Ending::Cut);
                    return Err(Reason::ParseError);
                }
            }
        }
    };
    session.receive(packet)
}

fn deliver(session: &Arc<Session>, mut held: Held) -> Delivery {
    let session = Arc::clone(session);
    Box::pin(async move { held.deliver(&session).await })
}

/// Waits for a client that is slow to read; `None` when it is not waited for any more.
async fn patiently(
    session: &Session,
    outbox: &Outbox,
    mut writing: impl Future<Output = Result<(), WebSocketError>> + Unpin,
) -> Option<Result<(), WebSocketError>> {
    let started = Instant::now();
    loop {
        tokio::select! {
            biased;
            written = &mut writing => {
                if started.elapsed() > SLOW {
                    session.excuse();
                }
                return Some(written);
            }
            () = session.bells.rung(Bell::Writer) => {}
            () = sleep(SLOW) => {}
        }
        if outbox.closed() == Some(Closed::Evicted) {
            session.close(Reason::ForcedServerClose, Ending::Cut);
        }
        if session.closed().is_some_and(|closed| closed.ending != Ending::Farewell) {
            return None;
        }
    }
}

/// Says what is still to be said, unless the client hangs, and waits for the handlers that still run.
async fn end(session: &Session, mut ws: WebSocket, mut outbox: Outbox, mut hangs: bool) {
    if let Some(closed) = session.closed() {
        if closed.ending == Ending::Farewell {
            let farewell = async {
                let mut batch = Vec::new();
                while let Ok(1..) = outbox.try_recv_many(&mut batch, BATCH) {
                    if ws.send_batch(mem::take(&mut batch)).await.is_err() {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The size of the future that a function returns.
    fn size<A, B, C, F>(_: impl Fn(A, B, C) -> F) -> usize {
        size_of::<F>()
    }

    /// What an idle session holds; `examples/idle.rs` measures all of it.
    #[test]
    fn an_idle_session_is_small() {
        let sizes = [("serve", size(serve), 352), ("session", size_of::<Session>(), 424)];
        for (name, size, most) in sizes {
            assert!(size <= most, "{name} has {size} bytes, more than {most}");
        }
    }
}
