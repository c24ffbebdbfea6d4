//! HTTP long polling: GET brings packets, POST takes them.
//!
//! A pending GET owns the session's outbox ([`Poll`]); a second one finds none, and that ends the session, as a second
//! POST does. Dropping either before its end (the client gave the request up) ends the session too.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use cepa_core::{Body, Context, Result};
use cepa_hub::Outbox;
use tokio::time::{Instant, sleep_until};

use super::bells::Bell;
use super::ending::{Closed, Ending};
use super::packet::Packet;
use super::payload::push_text;
use super::session::{Session, Transport};
use super::{answer, legacy};
use crate::Reason;
use crate::client::Held;
use crate::wire::compressible;

/// How long a pending GET goes on after a WebSocket has been probed.
const PROBED_DELAY: Duration = Duration::from_millis(100);

/// After so many packets of one body others have their turn.
const TURN: usize = 64;

/// The handshake: 200 with the open packet alone.
pub(super) fn open(ctx: &mut Context, session: &Arc<Session>) -> Result {
    let mut body = Vec::new();
    Packet::Open(session.open_packet().into()).encode(&mut body);
    if let Some(cookie) = &session.server.options.cookie {
        ctx.append("set-cookie", cookie.line(session.sid(), session.request.secure))?;
    }
    session.begin();
    let minded = Arc::clone(session);
    ctx.spawn(async move {
        minded.mind().await;
        Ok(())
    });
    answer::packets(ctx, session, body, true)
}

/// GET with a sid: waits until there is something to be sent.
pub(super) async fn get(ctx: &mut Context, session: Arc<Session>) -> Result {
    let Some(mut poll) = Poll::begin(&session) else {
        if session.transport() == Transport::Polling {
            session.close(Reason::TransportError, Ending::Cut);
        }
        return refuse(ctx, 400);
    };
    let body = poll.collect().await;
    let compress = poll.compress;
    poll.done = true;
    drop(poll);
    answer::packets(ctx, &session, body, compress)
}

/// A pending GET.
struct Poll<'a> {
    session: &'a Arc<Session>,
    outbox: Option<Box<Outbox>>,
    /// The session was closed when this came: it carries the news.
    late: bool,
    /// The answer is on its way.
    done: bool,
    /// It says that the session is over.
    last: bool,
    /// Something in it may be compressed.
    compress: bool,
}

impl<'a> Poll<'a> {
    fn begin(session: &'a Arc<Session>) -> Option<Poll<'a>> {
        let mut state = session.state.lock();
        let mut outbox = state.outbox.take()?;
        outbox.set_writable(true);
        state.shows_itself();
        Some(Poll {
            session,
            outbox: Some(outbox),
            late: state.closed.is_some(),
            done: false,
            last: false,
            compress: false,
        })
    }

    async fn collect(&mut self) -> Vec<u8> {
        let mut body = Vec::new();
        let mut batch = Vec::new();
        let mut complete_at = None;
        let session = self.session;
        let late = self.late;
        loop {
            let Some(outbox) = self.outbox.as_mut() else { return body };
            let evicted = outbox.try_recv_many(&mut batch, usize::MAX).is_err();
            for entry in batch.drain(..) {
                let (entry, compress) = compressible(&entry);
                push_text(&mut body, entry);
                if let Some(watch) = session.server.outside.watching() {
                    watch.parts_out(entry);
                }
                self.compress |= compress;
            }
            let (closed, switched, probed) = {
                let mut state = session.state.lock();
                if std::mem::take(&mut state.ping) {
                    push_text(&mut body, b"2");
                }
                if std::mem::take(&mut state.pong) {
                    push_text(&mut body, b"3");
                }
                (state.closed, state.transport == Transport::WebSocket, state.probed)
            };
            if let Some(closed) = closed {
                // what waits goes first and alone: a client looks at it later than at the end of the session
                if closed.ending == Ending::Farewell && !body.is_empty() {
                    return body;
                }
                self.last = true;
                return finish(closed, late);
            }
            if evicted {
                session.close(Reason::ForcedServerClose, Ending::Cut);
                continue;
            }
            if !body.is_empty() {
                return body;
            }
            let now = Instant::now();
            if probed && complete_at.is_none() {
                complete_at = Some(now + PROBED_DELAY);
            }
            if switched || complete_at.is_some_and(|at| at <= now) {
                return b"6".to_vec();
            }
            tokio::select! {
                taken = outbox.recv_many(&mut batch, usize::MAX) => {
                    if taken.is_err() {
                        session.close(Reason::ForcedServerClose, Ending::Cut);
                    }
                }
                () = session.bells.rung(Bell::Writer) => {}
                () = sleep_until(complete_at.unwrap_or(now)), if complete_at.is_some() => {}
            }
        }
    }
}

/// The last body of a session.
fn finish(closed: Closed, late: bool) -> Vec<u8> {
    let body: &[u8] = match closed.ending {
        Ending::Left => b"6",
        Ending::Farewell if late => b"6\x1e1",
        Ending::Cut | Ending::Farewell => b"1",
    };
    body.to_vec()
}

impl Drop for Poll<'_> {
    fn drop(&mut self) {
        let (closed, polls) = {
            let mut state = self.session.state.lock();
            if let Some(mut outbox) = self.outbox.take() {
                outbox.flushed();
                outbox.set_writable(false);
                state.outbox = Some(outbox);
            }
            (state.closed.is_some(), state.transport == Transport::Polling)
        };
        self.session.bells.ring(Bell::Upgrade);
        if closed {
            if self.last || !self.done {
                self.session.forget();
            }
        } else if self.done {
            self.session.expect_return();
        } else if polls {
            self.session.close(Reason::TransportError, Ending::Cut);
        }
    }
}

/// POST with a sid: takes packets and answers `ok`.
pub(super) async fn post(ctx: &mut Context, session: Arc<Session>) -> Result {
    let Some(mut post) = Post::begin(&session) else {
        session.close(Reason::TransportError, Ending::Cut);
        return refuse(ctx, 400);
    };
    let binary = ctx.request.content_type() == Some("application/octet-stream");
    if binary && !session.is_legacy() {
        return refuse(ctx, 400);
    }
    let limit = session.server.options.max_payload;
    if ctx.request.length().is_some_and(|length| length > limit as u64) {
        post.done = true;
        return refuse(ctx, 413);
    }
    let mut body = ctx.request.take_body();
    let Ok(body) = read(&mut body, limit).await else { return Ok(()) };
    let Some(body) = body else {
        post.done = true;
        return refuse(ctx, 413);
    };
    if session.refuses_posts() {
        post.done = true;
        return refuse(ctx, 400);
    }
    // whether the session goes on or not, these packets have been taken
    let body = match &session.form().jsonp {
        Some(_) => answer::posted(&body).unwrap_or_default().into(),
        None => body,
    };
    let _ = take(&session, body, binary).await;
    post.done = true;
    if let Some(agent) = ctx.get("user-agent")
        && (agent.contains(";MSIE") || agent.contains("Trident/"))
    {
        ctx.set("x-xss-protection", "0")?;
    }
    ctx.set_status(200);
    // plain text would be offered as a download by old browsers
    ctx.set("content-type", "text/html")?;
    ctx.set("cache-control", "no-store")?;
    ctx.set_body(Body::from("ok"))
}

/// All of a body; `None` when it is larger than `limit`.
async fn read(body: &mut Body, limit: usize) -> std::io::Result<Option<Bytes>> {
    let mut whole = Bytes::new();
    let mut joined = Vec::new();
    while let Some(chunk) = body.chunk().await {
        let chunk = chunk?;
        if whole.len() + joined.len() + chunk.len() > limit {
            return Ok(None);
        }
        if whole.is_empty() && joined.is_empty() {
            whole = chunk;
        } else {
            joined.extend_from_slice(&std::mem::take(&mut whole));
            joined.extend_from_slice(&chunk);
        }
    }
    Ok(Some(if joined.is_empty() { whole } else { joined.into() }))
}

/// Hands the packets of a body to the session, and waits where a handler is behind.
async fn take(session: &Arc<Session>, body: Bytes, binary: bool) -> Result<(), Reason> {
    let body = match std::str::from_utf8(&body) {
        _ if binary => body,
        Ok(_) => body,
        Err(_) => Bytes::from(String::from_utf8_lossy(&body).into_owned()),
    };
    let packets = legacy::Body::new(body, session.is_legacy(), binary);
    for (index, packet) in packets.enumerate() {
        if index % TURN == TURN - 1 {
            tokio::task::yield_now().await;
        }
        let Ok(packet) = packet else {
            session.close(Reason::ParseError, Ending::Cut);
            return Err(Reason::ParseError);
        };
        if let Some(held) = session.receive(packet)? {
            wait(session, held).await;
        }
    }
    Ok(())
}

async fn wait(session: &Arc<Session>, mut held: Held) {
    session.set_stalled(true);
    held.deliver(session).await;
    session.set_stalled(false);
}

/// A POST that is being read.
struct Post<'a> {
    session: &'a Session,
    done: bool,
}

impl<'a> Post<'a> {
    fn begin(session: &'a Session) -> Option<Post<'a>> {
        let mut state = session.state.lock();
        if std::mem::replace(&mut state.posting, true) {
            return None;
        }
        state.shows_itself();
        Some(Post { session, done: false })
    }
}

impl Drop for Post<'_> {
    fn drop(&mut self) {
        self.session.state.lock().posting = false;
        if !self.done {
            self.session.close(Reason::TransportError, Ending::Cut);
        }
    }
}

fn refuse(ctx: &mut Context, status: u16) -> Result {
    ctx.set_status(status);
    ctx.set_body(Body::empty())
}
