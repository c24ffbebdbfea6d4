//! [`Sse`]: an answer of server-sent events in the making, and `ctx.sse()`.
//!
//! Shape: a builder that owns what it needs of the context (the shared hub, the closing token, `Last-Event-ID`), so that a
//! handler can return it. Rooms are joined when the builder becomes the body, not before.

use std::any::Any;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use cepa_core::http::{HeaderValue, header};
use cepa_core::{Body, CancellationToken, Context, Error, IntoBody, Result};
use cepa_hub::{Hub, Log, Member, Outbox, OutboxOptions, Policy};
use futures_core::Stream;
use futures_util::{StreamExt, TryStreamExt};

use crate::body::{Closing, Feed, Idle, SseBody};
use crate::events::{Driven, Events};
use crate::{SseEvent, wire};

/// Server-sent events on a context.
pub trait SseExt {
    /// Begins an answer of server-sent events.
    fn sse(&self) -> Sse;

    /// The id of the last event that a returning reader has seen.
    fn last_event_id(&self) -> Option<&str>;
}

impl SseExt for Context {
    fn sse(&self) -> Sse {
        Sse {
            hub: self.try_shared::<Hub>().cloned(),
            closing: self.closing().clone(),
            last_event_id: self.last_event_id().map(str::to_owned),
            rooms: Vec::new(),
            logs: Vec::new(),
            options: OutboxOptions::new(wire()),
            outbox: None,
            feed: None,
            retry: None,
            first: String::new(),
            kept: Vec::new(),
            keep_alive: Sse::KEEP_ALIVE,
        }
    }

    fn last_event_id(&self) -> Option<&str> {
        self.get("last-event-id").filter(|id| !id.is_empty())
    }
}

/// An answer of server-sent events: return it from a handler.
///
/// It takes events from rooms of a hub, from an outbox, from a closure or from a stream; rooms and a closure go together.
/// Without any of them it ends after the [`first`](Self::first) events.
#[must_use = "an answer is sent when the handler returns it"]
pub struct Sse {
    hub: Option<Hub>,
    closing: CancellationToken,
    last_event_id: Option<String>,
    rooms: Vec<String>,
    logs: Vec<Log>,
    options: OutboxOptions,
    outbox: Option<Outbox>,
    feed: Option<Feed>,
    retry: Option<Duration>,
    first: String,
    kept: Vec<Box<dyn Any + Send>>,
    keep_alive: Duration,
}

impl Sse {
    /// The default of [`Sse::keep_alive`]: 15 s, since proxies cut idle connections after 30 to 60 s.
    pub const KEEP_ALIVE: Duration = Duration::from_secs(15);

    /// The shortest keep-alive: 1 s.
    pub const MIN_KEEP_ALIVE: Duration = Duration::from_secs(1);

    /// The longest reconnection time: an hour.
    pub const MAX_RETRY: Duration = Duration::from_secs(3600);

    /// The default of [`Sse::retry`] when the server closes: 2 s.
    pub const RETRY: Duration = Duration::from_secs(2);

    /// Sends what is published to this room of the hub that the app shares, from now on. Several rooms are one stream, and
    /// an event for two of them comes once.
    ///
    /// The answer is 500 when the app shares no [`Hub`].
    pub fn subscribe(mut self, room: impl Into<String>) -> Self {
        self.rooms.push(room.into());
        self
    }

    /// Sends what came after `Last-Event-ID` from this log's memory, if the request has one, and then what is published.
    ///
    /// When the log's memory does not reach back so far, an event `gap` comes first (see [`Log::subscribe`]); an id that
    /// is no number counts as unknown. Make sure that the client may read the log before you call this.
    ///
    /// One log a stream: each counts its own ids, and a browser remembers one. The answer is 500 when there are two.
    pub fn follow(mut self, log: &Log) -> Self {
        self.logs.push(log.clone());
        self
    }

    /// Sends what comes out of an outbox that exists already, whose member has joined what it should. Its wire should be
    /// [`wire()`](crate::wire).
    ///
    /// For a replay from a database without a hole: make the outbox, join, then read the database, and put what was found
    /// into [`first`](Self::first). What is published meanwhile comes twice, with the same id.
    ///
    /// ```
    /// # use cepa_core::{Context, Result};
    /// # use cepa_hub::{Hub, OutboxOptions};
    /// # use cepa_sse::{Sse, SseEvent, SseExt};
    /// # async fn since(_: u64) -> Result<Vec<(u64, String)>> { Ok(vec![]) }
    /// async fn events(ctx: &mut Context) -> Result<Sse> {
    ///     let seen = ctx.last_event_id().and_then(|id| id.parse().ok()).unwrap_or(0);
    ///     let (member, outbox) = ctx.shared::<Hub>().outbox(OutboxOptions::new(cepa_sse::wire()));
    ///     member.join("lobby");
    ///     let mut missed = Vec::new();
    ///     for (id, text) in since(seen).await? {
    ///         missed.push(SseEvent::text(text).event("message")?.id(id)?);
    ///     }
    ///     Ok(ctx.sse().first(missed).outbox(outbox))
    /// }
    /// ```
    pub fn outbox(mut self, outbox: Outbox) -> Self {
        self.outbox = Some(outbox);
        self
    }

    /// Sends what a closure sends. It runs as long as the client is there, and an error ends the stream; the connection is
    /// then cut, so that the client sees the difference and returns.
    ///
    /// ```
    /// # use cepa_core::Stack;
    /// # use cepa_sse::{SseEvent, SseExt};
    /// # use std::time::Duration;
    /// # let route = Stack::new();
    /// route.endpoint(async |ctx| {
    ///     ctx.sse().send(async |events| {
    ///         loop {
    ///             events.send("tick").await?;
    ///             tokio::time::sleep(Duration::from_secs(2)).await;
    ///         }
    ///     })
    /// });
    /// ```
    pub fn send<F, Fut>(mut self, closure: F) -> Self
    where
        F: AsyncFnOnce(Events) -> Result + FnOnce(Events) -> Fut,
        Fut: Future<Output = Result> + Send + 'static,
    {
        self.feed = Some(Feed::Driven(Driven::new(closure)));
        self
    }

    /// Sends the events of a stream, in place of those of a closure. An error ends it, as in [`send`](Self::send).
    pub fn stream(mut self, stream: impl Stream<Item = Result<SseEvent>> + Send + 'static) -> Self {
        self.feed = Some(Feed::Stream(stream.map_ok(|event| event.encode()).boxed()));
        self
    }

    /// Keeps a value until the stream ends or the client goes: a place in a list of people, a permit. It is dropped then.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use cepa_core::{Context, OrThrow, Result};
    /// # use cepa_sse::{Sse, SseExt};
    /// # use tokio::sync::Semaphore;
    /// async fn events(ctx: &mut Context) -> Result<Sse> {
    ///     let seats = ctx.shared_arc::<Semaphore>();
    ///     let seat = seats.try_acquire_owned().or_throw(503, "all seats are taken")?;
    ///     Ok(ctx.sse().subscribe("lobby").keep(seat))
    /// }
    /// ```
    pub fn keep(mut self, value: impl Send + 'static) -> Self {
        self.kept.push(Box::new(value));
        self
    }

    /// Sends these before anything else; can be called again. They are held in memory until the client has taken them.
    pub fn first(mut self, events: impl IntoIterator<Item = SseEvent>) -> Self {
        for event in events {
            event.write(&mut self.first);
        }
        self
    }

    /// Sends a comment when nothing was sent for this long; at least [`MIN_KEEP_ALIVE`](Self::MIN_KEEP_ALIVE), by default
    /// [`KEEP_ALIVE`](Self::KEEP_ALIVE).
    ///
    /// That is also how a client that has gone is noticed.
    pub fn keep_alive(mut self, idle: Duration) -> Self {
        self.keep_alive = idle.max(Self::MIN_KEEP_ALIVE);
        self
    }

    /// Tells the client to reconnect after this time when the stream ends, at most [`MAX_RETRY`](Self::MAX_RETRY). Without
    /// it the client chooses, a few seconds in browsers.
    ///
    /// When the server closes, each client is told a time of its own, from this one (or [`RETRY`](Self::RETRY)) to twice
    /// that.
    pub fn retry(mut self, after: Duration) -> Self {
        self.retry = Some(after.min(Self::MAX_RETRY));
        self
    }

    /// How many bytes may wait for a slow client of [`subscribe`](Self::subscribe) and [`follow`](Self::follow); by
    /// default [`OutboxOptions::LIMIT_BYTES`].
    pub fn limit_bytes(mut self, bytes: usize) -> Self {
        self.options = self.options.limit_bytes(bytes);
        self
    }

    /// What happens to events beyond that; by default the stream ends and the client returns with its last id.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.options = self.options.policy(policy);
        self
    }

    /// The member and outbox over which rooms and logs are followed.
    fn join(&mut self) -> Result<Option<Outbox>> {
        let mut live: Option<(Member, Outbox)> = None;
        for room in &self.rooms {
            let Some(hub) = &self.hub else {
                return Err(Error::new(
                    500,
                    "ctx.sse().subscribe: the app shares no cepa_hub::Hub",
                ));
            };
            let (member, _) = live.get_or_insert_with(|| hub.outbox(self.options.clone()));
            member.join(room);
        }
        if self.logs.len() > 1 {
            return Err(Error::new(
                500,
                "ctx.sse().follow: two logs in one stream, whose ids a client cannot tell apart; use a stream for each",
            ));
        }
        for log in &self.logs {
            let (first, _) = live.get_or_insert_with(|| log.hub().outbox(self.options.clone()));
            let member = match first.hub() == log.hub() {
                true => first.clone(),
                false => log.hub().attach(first, wire()),
            };
            let since = self.last_event_id.as_ref().map(|id| id.parse().unwrap_or(u64::MAX));
            log.subscribe(&member, since);
        }
        match (live, self.outbox.take()) {
            (Some(_), Some(_)) => Err(Error::new(
                500,
                "ctx.sse(): an outbox of your own joins its rooms itself; use `outbox` or `subscribe`, not both",
            )),
            (live, own) => Ok(live.map(|(_, outbox)| outbox).or(own)),
        }
    }

    /// What is sent at once, so that headers leave and proxies pass them on.
    fn first_bytes(&self) -> Bytes {
        let mut first = String::with_capacity(self.first.len() + 24);
        match self.retry {
            Some(after) => SseEvent::new().retry(after).write(&mut first),
            None if self.first.is_empty() => SseEvent::comment("").write(&mut first),
            None => {}
        }
        first.push_str(&self.first);
        Bytes::from(first)
    }
}

impl IntoBody for Sse {
    fn into_body(mut self, ctx: &mut Context) -> Result {
        let outbox = self.join()?;
        let headers = &mut ctx.response.headers;
        for (name, value) in [
            (header::CONTENT_TYPE, "text/event-stream"),
            (header::CACHE_CONTROL, "no-cache, no-transform"),
            (header::HeaderName::from_static("x-accel-buffering"), "no"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        ctx.response.flush_headers();
        ctx.set_body(Body::stream(SseBody {
            first: Some(self.first_bytes()),
            outbox,
            feed: self.feed,
            feed_first: false,
            idle: Idle::new(self.keep_alive),
            closing: Closing::from_iter([self.closing.cancelled_owned()]),
            retry: self.retry.unwrap_or(Sse::RETRY),
            farewell: None,
            kept: self.kept,
        }))
    }
}

impl fmt::Debug for Sse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sse").field("rooms", &self.rooms).finish_non_exhaustive()
    }
}
