//! [`ReadBody`]: one reading of the request body, with its limits and what it may be.
//!
//! A stream is taken out of the request while it is read, and a body that only fails stays in its place:
//! whether the reading fails, is cut short, dropped or was an upload's, what is left never passes for a
//! whole body, nor for an empty one. Read in full, the bytes are put there: the same body can be read again,
//! for instance as raw bytes for a signature and then as JSON, without a second copy. A body that came in
//! one piece is never copied, and nothing is allocated on the word of `Content-Length` beyond [`FIRST_ALLOCATION`].
//!
//! A compressed body is gathered as it came and inflated within the same limit; what is left in the request is the
//! inflated body, and the header fields that spoke of the other one are gone.

use std::io;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use cepa_core::{Body, Context, Error, Result};
use futures_util::stream;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::media_type::MediaType;
use crate::text::Charset;
use crate::{BodyLimits, coding, form, json, refusal};

/// What a body in several pieces gets at first, unless it is known to be smaller.
const FIRST_ALLOCATION: usize = 64 * 1024;

/// A reading of the body with other limits or types than usual; see [`BodyExt::read_body`](crate::BodyExt::read_body).
#[derive(Debug)]
#[must_use = "nothing is read until `any`, `json`, `form`, `text` or `bytes` is called and awaited"]
pub struct ReadBody<'c> {
    ctx: &'c mut Context,
    limits: BodyLimits,
    limit: Option<usize>,
    any_type: bool,
    strict: bool,
}

impl<'c> ReadBody<'c> {
    pub(crate) fn new(ctx: &'c mut Context) -> Self {
        let limits = ctx.try_shared::<BodyLimits>().cloned().unwrap_or_default();
        Self { ctx, limits, limit: None, any_type: false, strict: false }
    }

    /// All limits, in place of those of the app.
    pub fn limits(mut self, limits: BodyLimits) -> Self {
        self.limits = limits;
        self
    }

    /// The most bytes that are read, whatever the kind of body.
    pub fn limit(mut self, bytes: usize) -> Self {
        self.limit = Some(bytes);
        self
    }

    /// How long the whole body may take to arrive.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.limits.deadline = deadline;
        self
    }

    /// Reads the body whatever the request says its content type is; [`any`](Self::any) goes by it all the same.
    pub fn any_type(mut self) -> Self {
        self.any_type = true;
        self
    }

    /// Accepts only an object or an array as JSON, as Koa's parsers do, with a 400 otherwise; and no form whose names
    /// nest deeper or have a larger index than the limits say, with a 413 in place of a plain key.
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// The body as JSON, a form or text, by its type; see [`BodyExt::body_any`](crate::BodyExt::body_any).
    ///
    /// # Errors
    /// 400, 408, 413, 415 or 422, as listed there.
    pub async fn any<T: DeserializeOwned>(self) -> Result<T> {
        let header = self.ctx.request.get("content-type");
        let found = header.and_then(MediaType::parse).unwrap_or_default();
        match Kind::ALL.into_iter().find(|kind| kind.fits(&found)) {
            Some(Kind::Json) => self.json().await,
            Some(Kind::Form) => self.form().await,
            Some(Kind::Text) => form::read(Value::String(self.text().await?)),
            None => Err(unread(header, &Kind::ALL)),
        }
    }

    /// The body as JSON; see [`BodyExt::body_json`](crate::BodyExt::body_json).
    ///
    /// # Errors
    /// 400, 408, 413, 415 or 422, as listed there.
    pub async fn json<T: DeserializeOwned>(self) -> Result<T> {
        let charset = self.check(Kind::Json)?;
        let strict = self.strict;
        let limit = self.limits.json;
        json::parse(&charset.decode(&self.read(limit).await?)?, strict)
    }

    /// The body as a form; see [`BodyExt::body_form`](crate::BodyExt::body_form).
    ///
    /// # Errors
    /// 400, 408, 413, 415 or 422, as listed there.
    pub async fn form<T: DeserializeOwned>(self) -> Result<T> {
        let charset = self.check(Kind::Form)?;
        let rules = self.limits.form_rules(self.strict);
        let limit = self.limits.form;
        form::parse(&charset.decode(&self.read(limit).await?)?, rules)
    }

    /// The body as text; see [`BodyExt::body_text`](crate::BodyExt::body_text).
    ///
    /// # Errors
    /// 400, 408, 413 or 415, as listed there.
    pub async fn text(self) -> Result<String> {
        let charset = self.check(Kind::Text)?;
        let limit = self.limits.text;
        Ok(charset.decode(&self.read(limit).await?)?.into_owned())
    }

    /// The body as it came; see [`BodyExt::body_bytes`](crate::BodyExt::body_bytes).
    ///
    /// # Errors
    /// 400, 408, 413 or 415, as listed there.
    pub async fn bytes(self) -> Result<Bytes> {
        let limit = self.limits.bytes;
        self.read(limit).await
    }

    /// Checks the content type and gives the charset.
    fn check(&self, wanted: Kind) -> Result<Charset> {
        let header = self.ctx.request.get("content-type");
        let kind = header.and_then(MediaType::parse);
        if !self.any_type && !kind.is_some_and(|kind| wanted.fits(&kind)) {
            return Err(unread(header, &[wanted]));
        }
        match kind.and_then(|kind| kind.parameter("charset")) {
            None => Ok(Charset::Utf8),
            Some(name) => Charset::named(&name).ok_or_else(|| refusal::unsupported_charset(&name)),
        }
    }

    async fn read(self, kind_limit: usize) -> Result<Bytes> {
        let limit = self.limit.unwrap_or(kind_limit);
        let undo = coding::of(self.ctx)?;
        // What does not shrink is larger compressed, by an eighth when the encoder is in a hurry.
        let most = if undo.is_some() { limit.saturating_add(limit / 8 + 1024) } else { limit };
        let declared = declared_length(self.ctx);
        if declared.is_some_and(|length| length > most as u64) {
            return Err(refusal::too_large(limit as u64));
        }
        let body = take(self.ctx);
        let deadline = self.limits.deadline;
        let bytes = if let Some(bytes) = body.as_bytes() {
            bytes.clone()
        } else if body.is_stream() {
            match tokio::time::timeout(deadline, collect(body, most, declared)).await {
                Ok(Ok(Some(collected))) => collected,
                Ok(Ok(None)) => return Err(refusal::too_large(limit as u64)),
                Ok(Err(error)) => return Err(error),
                Err(_) => return Err(refusal::timeout(deadline)),
            }
        } else {
            Bytes::new()
        };
        let bytes = match undo {
            Some(undo) if !bytes.is_empty() => Bytes::from(undo(&bytes, limit, &self.limits)?),
            _ => bytes,
        };
        if undo.is_some() {
            self.ctx.request.headers.remove(CONTENT_ENCODING);
            self.ctx.request.headers.remove(CONTENT_LENGTH);
        }
        self.ctx.request.body = Body::from(bytes.clone());
        Ok(bytes)
    }
}

/// What a body is read as, where its content type matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Json,
    Form,
    Text,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Json, Self::Form, Self::Text];

    fn fits(self, found: &MediaType<'_>) -> bool {
        match self {
            Self::Json => found.is_json(),
            Self::Form => found.is_form(),
            Self::Text => found.is_text(),
        }
    }

    /// The type to send, for people.
    fn name(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Form => "application/x-www-form-urlencoded",
            Self::Text => "text/plain",
        }
    }
}

/// The answer to a content type that is none of these.
fn unread(found: Option<&str>, wanted: &[Kind]) -> Error {
    let wanted = wanted.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(" or ");
    match found.filter(|found| !found.trim().is_empty()) {
        Some(found) => refusal::wrong_type(found, &wanted),
        None => refusal::missing_type(&wanted),
    }
}

/// Takes the body for one reading. Bytes that are at hand stay for the next; of a stream, only an error does.
pub(crate) fn take(ctx: &mut Context) -> Body {
    let body = &mut ctx.request.body;
    match body.as_bytes() {
        Some(bytes) => bytes.clone().into(),
        None if body.is_stream() => {
            let gone = io::Error::other(refusal::Gone);
            std::mem::replace(body, Body::stream(stream::iter([Err(gone)])))
        }
        None => Body::empty(),
    }
}

/// The length of the body as far as anybody has told: the body itself, or else the header.
pub(crate) fn declared_length(ctx: &Context) -> Option<u64> {
    ctx.request.body.size().or_else(|| ctx.request.length())
}

/// The whole of a stream; `None` when it is larger than the limit.
async fn collect(mut body: Body, limit: usize, declared: Option<u64>) -> Result<Option<Bytes>> {
    let Some(first) = next(&mut body).await? else { return Ok(Some(Bytes::new())) };
    if first.len() > limit {
        return Ok(None);
    }
    let Some(second) = next(&mut body).await? else { return Ok(Some(first)) };
    let expected = declared.map_or(FIRST_ALLOCATION, |length| length as usize);
    let mut whole = BytesMut::with_capacity(expected.min(FIRST_ALLOCATION));
    whole.extend_from_slice(&first);
    let mut chunk = Some(second);
    while let Some(bytes) = chunk {
        if bytes.len() > limit - whole.len() {
            return Ok(None);
        }
        whole.extend_from_slice(&bytes);
        chunk = next(&mut body).await?;
    }
    Ok(Some(whole.freeze()))
}

/// The next chunk that has bytes.
async fn next(body: &mut Body) -> Result<Option<Bytes>> {
    loop {
        match body.chunk().await {
            None => return Ok(None),
            Some(Ok(bytes)) if bytes.is_empty() => {}
            Some(Ok(bytes)) => return Ok(Some(bytes)),
            Some(Err(cause)) => return Err(refusal::aborted(cause)),
        }
    }
}
