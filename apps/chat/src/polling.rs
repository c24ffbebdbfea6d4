//! Short and long polling.
//!
//! A short poll reads what is there. A long poll becomes a member of the room like any stream, with an outbox whose wire
//! writes nothing: whatever happens in the room wakes it, and then it reads what a short poll would. It joins before it
//! looks, so nothing falls between looking and waiting.
//!
//! Bounds: a long poll is held for at most [`HOLD`] (less when the server shuts down), there is one for each client and room (a
//! newer one answers the older, which is told so by `"replaced": true`), and [`HELD`] at a time in all; one more is answered 503 with `Retry-After`.

use std::sync::atomic::{AtomicUsize, Ordering};

use cepa::http::{HeaderValue, header};
use cepa::hub::{OutboxOptions, Policy, Wire};
use cepa::prelude::*;
use tokio::time::timeout_at;

use crate::app::Chat;
use crate::messages::number;
use crate::rooms::News;
use crate::{RoomName, Who};

/// How long a long poll is held while nothing is new: shorter than what proxies cut.
pub const HOLD: Duration = Duration::from_secs(25);
/// The most long polls that are held at a time.
pub const HELD: usize = 10_000;
/// How soon a client that was refused may try again.
const RETRY_AFTER: &str = "5";

pub(crate) fn router() -> Router {
    Router::new().get("/rooms/:room/poll", poll).get("/rooms/:room/wait", wait)
}

async fn poll(ctx: &mut Context) -> Result<Json<News>> {
    let (name, who, since) = (RoomName::of(ctx)?, Who::of(ctx)?, number(ctx, "since")?);
    let rooms = ctx.shared::<Chat>().rooms();
    let room = rooms.room(&name)?;
    room.renew(&who, Instant::now())?;
    rooms.news(&room, &who.client, since).await.map(Json)
}

async fn wait(ctx: &mut Context) -> Result<Json<News>> {
    let (name, who, since) = (RoomName::of(ctx)?, Who::of(ctx)?, number(ctx, "since")?);
    let seen = number(ctx, "seen")?;
    let chat = ctx.shared::<Chat>();
    let (rooms, polls) = (chat.rooms(), chat.polls());
    let _held = polls.hold()?;
    let room = rooms.room(&name)?;
    room.renew(&who, Instant::now())?;

    let (member, mut outbox) = rooms.hub().outbox(polls.outbox.clone());
    let waiting = room.wait(&who.client, member);
    let deadline = tokio::time::Instant::now() + polls.hold;
    let news = loop {
        let news = rooms.news(&room, &who.client, since).await?;
        let is_new = !news.messages.is_empty() || seen != Some(news.version);
        if is_new || ctx.closing().is_cancelled() {
            break news;
        }
        let woken = tokio::select! {
            woken = timeout_at(deadline, outbox.recv()) => woken.is_ok_and(|woken| woken.is_ok()),
            () = ctx.closing().cancelled() => false,
        };
        if !woken {
            // the time is over, or a newer poll of this client has taken its place
            break rooms.news(&room, &who.client, since).await?;
        }
    };
    Ok(Json(News { replaced: waiting.is_replaced(), ..news }))
}

/// The long polls that are being held.
#[derive(Debug)]
pub struct Polls {
    held: Arc<AtomicUsize>,
    hold: Duration,
    most: usize,
    outbox: OutboxOptions,
}

impl Polls {
    /// Holds polls for as long as this, and as many at a time.
    pub fn new(hold: Duration, most: usize) -> Self {
        // one entry is enough to wake somebody, and what it says is looked up
        let nudge = Wire::new(|_| bytes::Bytes::new());
        let outbox = OutboxOptions::new(&nudge).limit_bytes(1).policy(Policy::DropNewest);
        Self { held: Arc::default(), hold, most, outbox }
    }

    /// How many are held now.
    pub fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    fn hold(&self) -> Result<Held> {
        let held = Held(Arc::clone(&self.held));
        if self.held.fetch_add(1, Ordering::Relaxed) < self.most {
            return Ok(held);
        }
        Err(Error::new(503, "Too many are waiting; please try again.")
            .with_code("too_many_waiting")
            .with_header(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER))
            .expose(true))
    }
}

impl Default for Polls {
    fn default() -> Self {
        Self::new(HOLD, HELD)
    }
}

/// A place among the long polls; dropping it makes room.
#[derive(Debug)]
struct Held(Arc<AtomicUsize>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
