//! [`Polls`]: the requests that are being held, and one of them, [`Poll`].
//!
//! A held poll is a member of the hub whose outbox holds one entry of no bytes: whatever happens in the room wakes it,
//! and what has happened is looked up afterwards. A newer poll with the same client key takes its place among those that
//! are held and closes its member, which is how the older one learns of it.
//!
//! Invariant: what happens while a poll looks makes it look again; but once its time is over it ends, however busy the
//! room is.

use std::collections::HashMap;
use std::collections::hash_map::{Entry, RandomState};
use std::future::ready;
use std::hash::BuildHasher;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use cepa_core::http::{HeaderValue, header};
use cepa_core::{Context, Error, Result};
use cepa_hub::{Closed, Hub, Log, Member, Outbox, OutboxOptions, Policy, Wire};
use parking_lot::Mutex;
use tokio::time::sleep;

use crate::Batch;
use crate::batch::since;

/// How polls are held.
#[derive(Clone, Copy, Debug)]
pub struct PollOptions {
    hold: Duration,
    most: usize,
}

impl PollOptions {
    /// The default of [`PollOptions::hold`]: 25 s, less than what proxies cut.
    pub const HOLD: Duration = Duration::from_secs(25);
    /// The default of [`PollOptions::most`].
    pub const MOST: usize = 10_000;

    /// The defaults.
    pub fn new() -> Self {
        Self { hold: Self::HOLD, most: Self::MOST }
    }

    /// How long a poll is held while nothing is new; each one up to a tenth longer, so that those who came together do not
    /// return together.
    #[must_use]
    pub fn hold(mut self, hold: Duration) -> Self {
        self.hold = hold;
        self
    }

    /// How many are held at a time; one more is answered 503 with `Retry-After`.
    #[must_use]
    pub fn most(mut self, most: usize) -> Self {
        self.most = most;
        self
    }
}

impl Default for PollOptions {
    fn default() -> Self {
        Self::new()
    }
}

/// The polls of an application; a clone is the same.
#[derive(Clone, Debug, Default)]
pub struct Polls(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    options: PollOptions,
    held: Mutex<Held>,
}

/// Those that are held. One that was replaced or ended is not, though it may take a moment to go.
#[derive(Debug, Default)]
struct Held {
    nameless: usize,
    clients: HashMap<Box<str>, Member>,
}

impl Held {
    fn count(&self) -> usize {
        self.nameless + self.clients.len()
    }
}

/// How a poll ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Polled<T> {
    /// There was news.
    News(T),
    /// There was none for as long as it was held, or the server shuts down.
    Nothing,
    /// A newer poll of the same client has taken its place.
    Replaced,
}

impl Polls {
    /// Polls with these bounds.
    pub fn with(options: PollOptions) -> Self {
        Self(Arc::new(Inner { options, held: Mutex::default() }))
    }

    /// How many are held now.
    pub fn held(&self) -> usize {
        self.0.held.lock().count()
    }

    /// A poll that whatever happens in this room wakes.
    pub fn on<'a>(&'a self, hub: &'a Hub, room: &'a str) -> Poll<'a> {
        Poll { polls: self, hub, rooms: vec![room], client: None }
    }

    /// Ends the poll with this client key that is being held, as a newer one would: its client has said that it
    /// will not come back.
    pub fn end(&self, client: &str) {
        let member = self.0.held.lock().clients.remove(client);
        if let Some(member) = member {
            member.close();
        }
    }

    /// Answers with what the log has after the id in `?since=`: at once if there is something, else when there is.
    /// Without `since`, at once and with nothing but the newest id. `client` is as in [`Poll::client`].
    ///
    /// What is published to the log's room past the log has no id, and is not in the answer.
    ///
    /// Whoever polls must be allowed to read the log: the id proves nothing.
    ///
    /// # Errors
    /// 400 when `since` is no number; 503 when too many are held.
    pub async fn follow(&self, ctx: &Context, log: &Log, client: Option<&str>) -> Result<Batch> {
        let Some(since) = since(ctx)? else { return Ok(Batch::empty(log.last_id())) };
        let poll = Poll { client, ..self.on(log.hub(), log.room()) };
        let look = || {
            let missed = log.after(since, Batch::LIMIT_BYTES);
            ready(Ok(Some(missed).filter(|missed| !missed.messages.is_empty())))
        };
        Ok(match poll.wait(ctx, look).await? {
            Polled::News(missed) => Batch::new(&missed),
            Polled::Nothing => Batch::empty(since),
            Polled::Replaced => Batch::replaced(since),
        })
    }

    fn place(&self, member: Member, outbox: Outbox, client: Option<&str>) -> Result<Place<'_>> {
        let mut held = self.0.held.lock();
        let takes_a_place = client.is_none_or(|client| !held.clients.contains_key(client));
        if takes_a_place && held.count() >= self.0.options.most {
            drop(held);
            return Err(Error::new(503, "Too many are waiting; please try again.")
                .with_code("too_many_waiting")
                .with_header(header::RETRY_AFTER, HeaderValue::from_static("5"))
                .expose(true));
        }
        let older = match client {
            Some(client) => held.clients.insert(client.into(), member.clone()),
            None => {
                held.nameless += 1;
                None
            }
        };
        drop(held);
        if let Some(older) = older {
            older.close();
        }
        Ok(Place { polls: self, client: client.map(Into::into), member, outbox })
    }
}

/// A number from 0 to 1 that nobody needs to be unable to guess.
fn fraction() -> f64 {
    RandomState::new().hash_one(0) as f64 / u64::MAX as f64
}

/// A poll that is about to be held.
#[derive(Clone, Debug)]
#[must_use = "nothing waits until `.wait(..).await`"]
pub struct Poll<'a> {
    polls: &'a Polls,
    hub: &'a Hub,
    rooms: Vec<&'a str>,
    client: Option<&'a str>,
}

impl<'a> Poll<'a> {
    /// Is also woken by what happens in this room.
    pub fn and(mut self, room: &'a str) -> Self {
        self.rooms.push(room);
        self
    }

    /// Whose poll it is: one with the same key that is being held ends, [`Polled::Replaced`]. The key should be one that
    /// others cannot guess, or begin with what the server knows of the user.
    pub fn client(mut self, key: &'a str) -> Self {
        self.client = Some(key);
        self
    }

    /// Looks for news now and whenever the room stirs, until there is some or the time is over.
    ///
    /// # Errors
    /// What `look` fails with; 503 when too many are held.
    ///
    /// ```
    /// # use std::sync::atomic::{AtomicU64, Ordering};
    /// # use cepa_core::{Context, Result};
    /// # use cepa_hub::Hub;
    /// # use cepa_poll::{Polled, Polls};
    /// # async fn example(ctx: &Context, polls: &Polls, hub: &Hub, version: &AtomicU64, seen: u64) -> Result {
    /// let look = || async { Ok(Some(version.load(Ordering::Acquire)).filter(|now| *now > seen)) };
    /// let polled = polls.on(hub, "state").wait(ctx, look).await?;
    /// # Ok(()) }
    /// ```
    pub async fn wait<T, F>(self, ctx: &Context, mut look: impl FnMut() -> F) -> Result<Polled<T>>
    where
        F: Future<Output = Result<Option<T>>>,
    {
        let (member, outbox) = self.hub.outbox(nudges().clone());
        let mut place = self.polls.place(member, outbox, self.client)?;
        for room in self.rooms {
            place.member.join(room);
        }
        let hold = self.polls.0.options.hold;
        let mut over = pin!(sleep(hold.saturating_add(hold.mul_f64(fraction() / 10.0))));
        loop {
            if let Some(news) = look().await? {
                return Ok(Polled::News(news));
            }
            tokio::select! {
                // first of all the end: nudges may always be there
                biased;
                () = &mut over => return Ok(Polled::Nothing),
                () = ctx.closing().cancelled() => return Ok(Polled::Nothing),
                nudged = place.outbox.recv() => match nudged {
                    Ok(_) => {}
                    Err(Closed::Member) => return Ok(Polled::Replaced),
                    Err(_) => return Ok(Polled::Nothing),
                },
            }
        }
    }
}

/// An outbox that says only that something has happened since it was last asked.
fn nudges() -> &'static OutboxOptions {
    static NUDGES: OnceLock<OutboxOptions> = OnceLock::new();
    NUDGES.get_or_init(|| {
        let nudge = Wire::new(|_| Bytes::new());
        OutboxOptions::new(&nudge).policy(Policy::KeepNewest)
    })
}

/// A place among those that are held; dropping it makes room.
struct Place<'a> {
    polls: &'a Polls,
    client: Option<Box<str>>,
    member: Member,
    outbox: Outbox,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut held = self.polls.0.held.lock();
        let Some(client) = self.client.take() else {
            held.nameless -= 1;
            return;
        };
        if let Entry::Occupied(entry) = held.clients.entry(client)
            && *entry.get() == self.member
        {
            entry.remove();
        }
    }
}
