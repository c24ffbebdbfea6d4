//! [`compress`]: answers in fewer bytes, as zstd, brotli, gzip or deflate.
//!
//! A small body is compressed at once and keeps a length; a large one while it is sent, 64 KiB at a time, and every
//! 256 KiB the task lets others run. A stream is flushed whenever its source has nothing more at the moment: an event
//! of server-sent events goes out when it comes, and a stream that runs at full speed loses nothing.
//!
//! Left alone are: what has no body or is a part of one (204, 205, 206, 304, `Content-Range`), what is encoded
//! already, `Cache-Control: no-transform`, types that do not shrink, and bodies below the threshold. `Vary:
//! Accept-Encoding` is on every answer. HEAD gets the headers of GET. Where it differs from koa-compress: a strong
//! `ETag` becomes weak, for the bytes are others, `Accept-Ranges` goes, for ranges would be of those; a body that does
//! not shrink is sent as it is; so is any to a client that refuses everything, `*;q=0`, where koa-compress fails with
//! 500; an `Accept-Encoding` that is empty refuses codings, as the standard says, and is not taken for none.
//!
//! Server-sent events say `no-transform`, so they are left alone unless the handler asks for it
//! ([`Compression::Always`]): each stream then costs an encoder, about 300 KiB, which ten thousand idle ones do not
//! pay for.
//!
//! A secret and text from outside in one compressed body can be told apart by its length (BREACH): give such answers
//! [`Compression::Never`], or mask the secret, as [`csrf`](crate::csrf) does with its tokens.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Poller, Poll, ready};

use bytes::Bytes;
use cepa_core::http::{HeaderValue, header};
use cepa_core::{Body, Context, Middleware, Next, Result};
use futures_util::Stream;

use crate::coding::{Coding, Encoder, preferred};
use crate::compressible::shrinks;

/// The size below which bodies are left alone unless told otherwise.
const THRESHOLD: u64 = 1024;
/// Bodies up to this size are compressed at once.
const AT_ONCE: usize = 64 * 1024;
/// How many bytes are given to an encoder at a time.
const SLICE: usize = 64 * 1024;
/// After how many bytes the task lets others run.
const TURN: usize = 256 * 1024;
/// How many finished bytes make a chunk worth sending while more are to come.
const CHUNK: usize = 16 * 1024;

/// Compresses answers for clients that say they can read it.
///
/// ```
/// use cepa_core::App;
/// use cepa_kit::compress;
///
/// App::new().plug(compress());
/// ```
pub fn compress() -> Compress {
    Compress {
        threshold: Arc::new(|_| THRESHOLD),
        codings: vec![Coding::Zstd, Coding::Brotli, Coding::Gzip, Coding::Deflate],
        levels: HashMap::new(),
        level_for: None,
        default_coding: None,
        wildcard_coding: Coding::Gzip,
        filter: Arc::new(shrinks),
    }
}

/// What a handler says about its own answer, in `ctx.state`; koa's `ctx.compress`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Compress it whatever its type, and although it says `no-transform`, which then is for those on the way.
    Always,
    /// Leave it alone.
    Never,
}

type ThresholdFor = dyn Fn(&Context) -> u64 + Send + Sync;
type LevelFor = dyn Fn(&Context, Coding) -> Option<u32> + Send + Sync;

/// The middleware of [`compress`].
///
/// | option | default |
/// |---|---|
/// | [`threshold`](Self::threshold), [`threshold_for`](Self::threshold_for) | 1024 bytes |
/// | [`codings`](Self::codings) | zstd, br, gzip, deflate, in this order |
/// | [`level`](Self::level), [`level_for`](Self::level_for) | zstd 3, br 4, gzip and deflate 6 |
/// | [`default_coding`](Self::default_coding) | none: sent as it is |
/// | [`wildcard_coding`](Self::wildcard_coding) | gzip |
/// | [`filter`](Self::filter) | text, JSON, XML, scripts, fonts and the like |
#[derive(Clone)]
#[must_use]
pub struct Compress {
    threshold: Arc<ThresholdFor>,
    codings: Vec<Coding>,
    levels: HashMap<Coding, u32>,
    level_for: Option<Arc<LevelFor>>,
    default_coding: Option<Coding>,
    wildcard_coding: Coding,
    filter: Arc<dyn Fn(&str) -> bool + Send + Sync>,
}

impl Compress {
    /// The size below which a body is left alone, when its size is known.
    pub fn threshold(self, bytes: u64) -> Self {
        self.threshold_for(move |_| bytes)
    }

    /// Asks a function for the threshold of an answer, in bytes; its type and length stand in `ctx.response`.
    ///
    /// ```
    /// use cepa_kit::compress;
    ///
    /// let compress = compress().threshold_for(|ctx| match ctx.response.content_type() {
    ///     Some("application/json") => 256,
    ///     _ => 4096,
    /// });
    /// ```
    pub fn threshold_for(
        mut self,
        threshold: impl Fn(&Context) -> u64 + Send + Sync + 'static,
    ) -> Self {
        self.threshold = Arc::new(threshold);
        self
    }

    /// The codings to use, the best first; clients' weights come before this order. koa-compress's
    /// `encodingPreference`, and those that it is told not to use are left out.
    pub fn codings(mut self, codings: impl IntoIterator<Item = Coding>) -> Self {
        self.codings = codings.into_iter().collect();
        self
    }

    /// How hard to try; cut to the highest level that the coding has.
    pub fn level(mut self, coding: Coding, level: u32) -> Self {
        self.levels.insert(coding, level);
        self
    }

    /// Asks a function how hard to try with an answer, in place of all other levels; `None` is not to use this coding
    /// for it.
    pub fn level_for(
        mut self,
        level: impl Fn(&Context, Coding) -> Option<u32> + Send + Sync + 'static,
    ) -> Self {
        self.level_for = Some(Arc::new(level));
        self
    }

    /// The coding for clients that send no `Accept-Encoding`, when it is among [`codings`](Self::codings); koa-compress's
    /// `defaultEncoding`. The standard lets them be sent any, and few of them can read one.
    pub fn default_coding(mut self, coding: Coding) -> Self {
        self.default_coding = Some(coding);
        self
    }

    /// The coding for clients whose `Accept-Encoding` is `*`, else the first of [`codings`](Self::codings).
    pub fn wildcard_coding(mut self, coding: Coding) -> Self {
        self.wildcard_coding = coding;
        self
    }

    /// Which media types to compress, given without parameters.
    pub fn filter(mut self, filter: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        self.filter = Arc::new(filter);
        self
    }

    /// Whether an answer is one to compress, whoever asks.
    fn is_worth_it(&self, ctx: &Context, wish: Option<Compression>) -> bool {
        let response = &ctx.response;
        let headers = &response.headers;
        let says = |name: header::HeaderName, word: &str| {
            let text = headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
            text.split(',').any(|part| part.trim().eq_ignore_ascii_case(word))
        };
        let is_coded = headers.contains_key(header::CONTENT_ENCODING)
            && !says(header::CONTENT_ENCODING, "identity");
        let kind = response.content_type().unwrap_or_default();
        let is_wanted = wish == Some(Compression::Always);
        let is_of_kind = is_wanted || (self.filter)(kind);
        wish != Some(Compression::Never)
            && !response.body.is_empty()
            && !matches!(response.status().as_u16(), 204..=206 | 304)
            && !headers.contains_key(header::CONTENT_RANGE)
            && kind != "multipart/byteranges"
            && !is_coded
            && (is_wanted || !says(header::CACHE_CONTROL, "no-transform"))
            && is_of_kind
            && response.length().is_none_or(|length| length >= (self.threshold)(ctx))
    }

    /// The coding that this client wants of this answer, and how hard to try.
    fn coding(&self, ctx: &Context) -> Option<(Coding, u32)> {
        let is_offered = |coding: &Coding| self.level_of(ctx, *coding).is_some();
        let mut offers = self.codings.iter().copied().filter(is_offered);
        let coding = match ctx.get("accept-encoding").map(str::trim) {
            None => offers.find(|coding| Some(*coding) == self.default_coding),
            Some("*") => {
                let first = offers.clone().next();
                offers.find(|coding| *coding == self.wildcard_coding).or(first)
            }
            Some(field) => preferred(field, offers),
        }?;
        Some((coding, self.level_of(ctx, coding)?))
    }

    fn level_of(&self, ctx: &Context, coding: Coding) -> Option<u32> {
        let level = match &self.level_for {
            Some(level_for) => level_for(ctx, coding)?,
            None => self.levels.get(&coding).copied().unwrap_or(coding.usual_level()),
        };
        Some(level.min(coding.highest_level()))
    }
}

/// The compressed body; `None` when it would not be smaller.
fn compressed(coding: Coding, level: u32, body: &mut Body) -> io::Result<Option<Body>> {
    let mut encoder = Encoder::new(coding, level, body.size())?;
    if let Some(bytes) = body.as_bytes().filter(|bytes| bytes.len() <= AT_ONCE) {
        encoder.write(bytes)?;
        let compressed = encoder.finish()?;
        return Ok((compressed.len() < bytes.len()).then(|| Body::from(compressed)));
    }
    let stream = Compressed {
        body: body.take(),
        slice: Bytes::new(),
        encoder: Some(encoder),
        is_dirty: false,
        turn: 0,
    };
    Ok(Some(Body::stream(stream)))
}

impl Middleware for Compress {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        next.run(ctx).await?;
        ctx.vary("Accept-Encoding")?;
        let wish = ctx.state.get::<Compression>().copied();
        if !self.is_worth_it(ctx, wish) {
            return Ok(());
        }
        let Some((coding, level)) = self.coding(ctx) else { return Ok(()) };
        let is_at_hand = !ctx.response.body.is_stream();
        let Some(body) = compressed(coding, level, &mut ctx.response.body)? else { return Ok(()) };
        ctx.response.body = body;
        if is_at_hand {
            // It cannot fail: nothing is gained when the head waits for the first bytes.
            ctx.response.flush_headers();
        }
        let headers = &mut ctx.response.headers;
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
        headers.remove(header::CONTENT_LENGTH);
        headers.remove(header::ACCEPT_RANGES);
        let tag = headers.get(header::ETAG).filter(|tag| tag.as_bytes().starts_with(b"\""));
        let weak = tag.map(|tag| HeaderValue::from_bytes(&[b"W/", tag.as_bytes()].concat()));
        if let Some(Ok(weak)) = weak {
            headers.insert(header::ETAG, weak);
        }
        Ok(())
    }
}

/// A body that is compressed while it is sent.
struct Compressed {
    body: Body,
    /// What has been read and not yet given to the encoder.
    slice: Bytes,
    /// Absent once the stream has ended.
    encoder: Option<Encoder>,
    /// Whether the encoder holds something that was not flushed.
    is_dirty: bool,
    /// How many bytes were compressed since the task last let others run.
    turn: usize,
}

impl Compressed {
    fn advance(&mut self, poller: &mut Poller<'_>) -> Poll<Option<io::Result<Bytes>>> {
        loop {
            let Some(encoder) = &mut self.encoder else { return Poll::Ready(None) };
            if encoder.ready() >= CHUNK {
                return Poll::Ready(Some(Ok(encoder.take())));
            }
            if self.turn >= TURN {
                self.turn = 0;
                poller.waker().wake_by_ref();
                return Poll::Pending;
            }
            if !self.slice.is_empty() {
                let slice = self.slice.split_to(self.slice.len().min(SLICE));
                self.turn += slice.len();
                self.is_dirty = true;
                encoder.write(&slice)?;
                continue;
            }
            let polled = self.body.poll_chunk(poller);
            if polled.is_pending() && self.is_dirty {
                // The source waits, and so may the reader: what it has been given goes out.
                self.is_dirty = false;
                encoder.flush()?;
                if encoder.ready() > 0 {
                    return Poll::Ready(Some(Ok(encoder.take())));
                }
            }
            match ready!(polled) {
                Some(chunk) => self.slice = chunk?,
                None => {
                    let last = self.encoder.take().map(Encoder::finish);
                    return Poll::Ready(
                        last.filter(|last| !matches!(last, Ok(bytes) if bytes.is_empty())),
                    );
                }
            }
        }
    }
}

impl Stream for Compressed {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, poller: &mut Poller<'_>) -> Poll<Option<Self::Item>> {
        let polled = self.advance(poller);
        if matches!(polled, Poll::Ready(Some(Err(_)))) {
            self.encoder = None;
        }
        polled
    }
}

impl fmt::Debug for Compress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compress").field("codings", &self.codings).finish_non_exhaustive()
    }
}
