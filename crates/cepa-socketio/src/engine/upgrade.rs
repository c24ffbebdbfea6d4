//! From polling to WebSocket, without loss and in order.
//!
//! The client sends `2probe` and gets `3probe`; from then on a pending GET is completed with `6` after 100 ms. The client,
//! its GET returned, sends `5`; only then the outbox changes hands, so that nothing is written to the WebSocket before.
//! Anything else, a second WebSocket, its death or the deadline end the WebSocket alone: polling goes on.
//!
//! A session that the server ends meanwhile may have a client that has stopped polling for the sake of its `5`. The
//! WebSocket is left open to it, and whichever comes first, `5` or a GET, gets what waits and the end.
//!
//! If it does: a page that is closed just then has no GET that could be seen to break off, since the last one was
//! completed for the upgrade, and the loss of the WebSocket is the one sign that it leaves. So after such a loss a client
//! without a GET has [`Options::return_timeout`](crate::Options::return_timeout) to show itself, where Node waits for the
//! heartbeat. (The official client whose WebSocket dies there, but not its page, does not poll again either.)

use std::sync::Arc;

use cepa_core::Result;
use cepa_hub::Outbox;
use cepa_ws::{CloseCode, Message, WebSocket};
use tokio::time::timeout;

use super::bells::Bell;
use super::packet::Packet;
use super::session::{Session, Transport};
use super::websocket;
use crate::wire::Carrier;

/// Serves a WebSocket that names the sid of a session; without an attempt it comes too late or is one too many.
#[expect(clippy::manual_async_fn, reason = "an async fn would hold its arguments twice")]
pub(super) fn serve(
    attempt: Option<Attempt>,
    ws: WebSocket,
) -> impl Future<Output = Result> + Send {
    async move {
        // in a box of its own, which is not there any more when the connection idles
        match Box::pin(take_over(attempt, ws)).await {
            Some((session, ws, outbox)) => websocket::serve(session, ws, outbox).await,
            None => Ok(()),
        }
    }
}

/// Agrees with the client on the upgrade, and waits for the outbox. `None`: the WebSocket is closed.
async fn take_over(
    attempt: Option<Attempt>,
    mut ws: WebSocket,
) -> Option<(Arc<Session>, WebSocket, Outbox)> {
    let Some(attempt) = attempt else {
        let _ = ws.close(CloseCode::NO_STATUS, "").await;
        return None;
    };
    let session = Arc::clone(&attempt.0);
    let agreed = tokio::select! {
        agreed = timeout(session.server.options.upgrade_timeout, probe(&attempt, &mut ws)) => agreed.unwrap_or(false),
        () = attempt.ended() => false,
    };
    if !agreed || !session.switch() {
        drop(attempt);
        let _ = ws.close(CloseCode::NO_STATUS, "").await;
        return None;
    }
    let outbox = loop {
        let outbox = session.state.lock().outbox.take();
        match outbox {
            Some(outbox) => break *outbox,
            None if session.owes_nothing() => {
                let _ = ws.close(CloseCode::NO_STATUS, "").await;
                session.client.drained().await;
                return None;
            }
            None => session.bells.rung(Bell::Upgrade).await,
        }
    };
    session.frame(Carrier::Frames { deflate: ws.shared_deflate(), only_text: attempt.1 });
    drop(attempt);
    if session.is_closed() {
        // the farewell is in good hands
        session.forget();
    }
    Some((session, ws, outbox))
}

/// The exchange up to the client's `5`; `5` without a probe will do, as in Node.
async fn probe(attempt: &Attempt, ws: &mut WebSocket) -> bool {
    let mut probed = false;
    while let Ok(Some(Message::Text(text))) = ws.recv().await {
        match Packet::decode(&text.into_bytes()) {
            Ok(Packet::Ping(text)) if text == "probe" && !probed => {
                probed = true;
                if ws.send("3probe").await.is_err() {
                    return false;
                }
                attempt.probed();
            }
            Ok(Packet::Upgrade) => return true,
            _ => return false,
        }
    }
    false
}

/// A session's one attempt at a time, and whether it is by a client that takes no binary frames.
pub(super) struct Attempt(Arc<Session>, bool);

impl Attempt {
    pub(super) fn begin(session: &Arc<Session>, only_text: bool) -> Option<Attempt> {
        let mut state = session.state.lock();
        let ready =
            state.transport == Transport::Polling && !state.upgrading && state.closed.is_none();
        if !ready {
            return None;
        }
        state.upgrading = true;
        Some(Attempt(Arc::clone(session), only_text))
    }

    fn probed(&self) {
        self.0.state.lock().probed = true;
        self.0.bells.ring(Bell::Writer);
    }

    /// Waits until the session is over and its client has nothing more to hear.
    async fn ended(&self) {
        while !self.0.owes_nothing() {
            self.0.bells.rung(Bell::Upgrade).await;
        }
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        let mut state = self.0.state.lock();
        state.upgrading = false;
        state.probed = false;
        if state.transport == Transport::Polling && state.closed.is_none() {
            state.lost = true;
            drop(state);
            self.0.expect_return();
        }
    }
}
