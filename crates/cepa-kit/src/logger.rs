//! [`logger`]: a line for every request, when its answer is complete.
//!
//! In a terminal the lines are those of koa-logger, in colour; elsewhere each is an object of JSON, so that programs
//! read it. A streamed body is followed to its end: the line has the bytes that were sent, and says when the client
//! went away first. A client that goes away before there is an answer has its line too, without a status. An answer that the core makes up after the onion (the words `Not Found`) has no length here, as in
//! Koa.
//!
//! The sink is called on the task of the request. One that can block, such as a slow pipe, should hand the line to a
//! thread.

use std::fmt;
use std::io::{IsTerminal, Write};
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Poller, Poll};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use cepa_core::http::Method;
use cepa_core::{Body, Context, Middleware, Next, Result};
use futures_util::Stream;
use serde::Serialize;

type Sink = Arc<dyn Fn(&str) + Send + Sync>;

/// Logs every request to standard output: for people when that is a terminal, else as JSON.
pub fn logger() -> Logger {
    let is_terminal = std::io::stdout().is_terminal();
    let style = if is_terminal { Style::Pretty { coloured: true } } else { Style::Json };
    let print = |line: &str| {
        // A log that cannot be written must not fail the request.
        let _ = writeln!(std::io::stdout().lock(), "{line}");
    };
    Logger { style, sink: Arc::new(print) }
}

/// The middleware of [`logger`].
///
/// | option | default |
/// |---|---|
/// | [`pretty`](Self::pretty), [`json`](Self::json) | pretty in a terminal |
/// | [`sink`](Self::sink) | standard output |
#[derive(Clone)]
#[must_use]
pub struct Logger {
    style: Style,
    sink: Sink,
}

#[derive(Clone, Copy, Debug)]
enum Style {
    Pretty { coloured: bool },
    Json,
}

impl Logger {
    /// Lines for people: `<--` when a request comes, `-->` when it is answered, `xxx` for an error, `-x-` when the
    /// client went away.
    pub fn pretty(mut self, coloured: bool) -> Self {
        self.style = Style::Pretty { coloured };
        self
    }

    /// Lines for programs: `time` and `ms` in milliseconds, `method`, `url`, `status` (null when there was no answer),
    /// `bytes`, `ip`, and where they apply `id`, `error` and `closed`.
    pub fn json(mut self) -> Self {
        self.style = Style::Json;
        self
    }

    /// Where lines go, without their line end.
    pub fn sink(mut self, sink: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.sink = Arc::new(sink);
        self
    }
}

/// What is known about an exchange when it begins, and what it takes to write its line.
struct Entry {
    style: Style,
    sink: Sink,
    start: Instant,
    time: u64,
    method: Method,
    url: String,
    ip: Option<IpAddr>,
    id: Option<String>,
    /// None before there is an answer.
    status: Option<u16>,
    error: Option<String>,
}

#[derive(Serialize)]
struct Line<'a> {
    time: u64,
    method: &'a str,
    url: &'a str,
    status: Option<u16>,
    ms: f64,
    bytes: Option<u64>,
    ip: Option<IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    #[serde(skip_serializing_if = "is_false")]
    closed: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

impl Entry {
    fn new(logger: &Logger, ctx: &Context) -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            style: logger.style,
            sink: logger.sink.clone(),
            start: Instant::now(),
            time: u64::try_from(since.as_millis()).unwrap_or_default(),
            method: ctx.method().clone(),
            url: ctx.request.original_url().to_owned(),
            ip: ctx.ip(),
            id: None,
            status: None,
            error: None,
        }
    }

    fn announce(&self) {
        if let Style::Pretty { coloured } = self.style {
            let paint = Paint(coloured);
            let (arrow, method) = (paint.grey("<--"), paint.bold(self.method.as_str()));
            (self.sink)(&format!("  {arrow} {method} {}", paint.grey(&self.url)));
        }
    }

    fn finish(&self, bytes: Option<u64>, closed: bool) {
        let elapsed = self.start.elapsed();
        if let Style::Pretty { coloured } = self.style {
            let millis = elapsed.as_millis();
            let time = match millis {
                10_000.. => format!("{}s", (elapsed.as_secs_f64()).round()),
                _ => format!("{millis}ms"),
            };
            (self.sink)(&self.pretty(Paint(coloured), &time, bytes, closed));
            return;
        }
        let line = Line {
            time: self.time,
            method: self.method.as_str(),
            url: &self.url,
            status: self.status,
            ms: (elapsed.as_secs_f64() * 1e6).round() / 1e3,
            bytes,
            ip: self.ip,
            id: self.id.as_deref(),
            error: self.error.as_deref(),
            closed,
        };
        (self.sink)(&serde_json::to_string(&line).unwrap_or_default());
    }

    fn pretty(&self, paint: Paint, time: &str, bytes: Option<u64>, closed: bool) -> String {
        let arrow = match (&self.error, closed) {
            (Some(_), _) => paint.with("31", "xxx"),
            (None, true) => paint.with("33", "-x-"),
            (None, false) => paint.grey("-->"),
        };
        let colour = match self.status.map(|status| status / 100) {
            Some(5) => "31",
            Some(4) => "33",
            Some(3) => "36",
            Some(1 | 2) => "32",
            _ => "35",
        };
        let length = match (self.status, bytes) {
            (Some(204 | 205 | 304), _) => String::new(),
            (_, Some(bytes)) => size(bytes),
            (_, None) => "-".into(),
        };
        let method = paint.bold(self.method.as_str());
        let status = self.status.map_or_else(|| "-".into(), |status| status.to_string());
        let status = paint.with(colour, &status);
        let (url, time, length) = (paint.grey(&self.url), paint.grey(time), paint.grey(&length));
        format!("  {arrow} {method} {url} {status} {time} {length}")
    }
}

#[derive(Clone, Copy)]
struct Paint(bool);

impl Paint {
    fn with(self, code: &str, text: &str) -> String {
        if self.0 { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn grey(self, text: &str) -> String {
        self.with("90", text)
    }

    fn bold(self, text: &str) -> String {
        self.with("1", text)
    }
}

/// `1.46kb`: powers of 1024, at most two places, none that are zero.
fn size(bytes: u64) -> String {
    let (unit, name) = match bytes {
        0..1024 => return format!("{bytes}b"),
        1024..1_048_576 => (1024.0, "kb"),
        1_048_576..1_073_741_824 => (1_048_576.0, "mb"),
        _ => (1_073_741_824.0, "gb"),
    };
    format!("{}{name}", (bytes as f64 / unit * 100.0).round() / 100.0)
}

/// An exchange before there is an answer: when it is given up, by the client or a time limit further out, or a handler
/// panics, it ends here.
struct Unanswered(Option<Entry>);

impl Drop for Unanswered {
    fn drop(&mut self) {
        let Some(mut entry) = self.0.take() else { return };
        let has_panicked = std::thread::panicking();
        if has_panicked {
            (entry.status, entry.error) = (Some(500), Some("panicked".into()));
        }
        entry.finish(None, !has_panicked);
    }
}

/// A body that is followed to its end.
struct Followed {
    body: Body,
    entry: Option<Entry>,
    bytes: u64,
}

impl Stream for Followed {
    type Item = std::io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, poller: &mut Poller<'_>) -> Poll<Option<Self::Item>> {
        let polled = self.body.poll_chunk(poller);
        match &polled {
            Poll::Ready(Some(Ok(chunk))) => self.bytes += chunk.len() as u64,
            Poll::Ready(Some(Err(error))) => {
                let text = error.to_string();
                if let Some(entry) = &mut self.entry {
                    entry.error.get_or_insert(text);
                }
            }
            Poll::Ready(None) => {
                let bytes = self.bytes;
                if let Some(entry) = self.entry.take() {
                    entry.finish(Some(bytes), false);
                }
            }
            Poll::Pending => {}
        }
        polled
    }
}

impl Drop for Followed {
    fn drop(&mut self) {
        if let Some(entry) = self.entry.take() {
            // A body of a known size is not asked for its end.
            let is_whole = self.body.size() == Some(self.bytes);
            entry.finish(Some(self.bytes), !is_whole);
        }
    }
}

impl Middleware for Logger {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        let entry = Entry::new(self, ctx);
        entry.announce();
        let mut unanswered = Unanswered(Some(entry));
        let result = next.run(ctx).await;
        let Some(mut entry) = unanswered.0.take() else { return result };
        entry.status = Some(ctx.status().as_u16());
        #[cfg(feature = "request-id")]
        {
            entry.id = ctx.state.get::<crate::RequestId>().map(ToString::to_string);
        }
        if let Err(error) = &result {
            entry.status = Some(error.status().as_u16());
            entry.error = Some(error.to_string());
            entry.finish(None, false);
            return result;
        }
        let is_sent = ctx.request.method != Method::HEAD;
        if is_sent && ctx.response.body.is_stream() {
            let body = ctx.response.body.take();
            let size = body.size();
            let followed = Followed { body, entry: Some(entry), bytes: 0 };
            ctx.response.body = match size {
                Some(size) => Body::sized(followed, size),
                None => Body::stream(followed),
            };
        } else {
            let is_known = !ctx.response.body.is_unset();
            entry.finish(ctx.response.length().filter(|_| is_known), false);
        }
        result
    }
}

impl fmt::Debug for Logger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Logger").field("style", &self.style).finish_non_exhaustive()
    }
}
