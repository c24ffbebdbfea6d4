//! [`Batch`]: the answer to a poll of a log.
//!
//! `{"events":[{"id":8,"event":"item","data":..}],"last":8}`, not to be stored by caches. The next poll asks for what came
//! since `last`. When the log no longer reaches back to what was asked for, the first event is `gap`, as in a stream of
//! server-sent events ([`Log::subscribe`](cepa_hub::Log::subscribe)).
//!
//! A poll that gave way to a newer one of the same client has no events, and `"replaced":true`. Whoever reads this has a
//! newer poll under way, or there are two with one key, as when a browser duplicates a tab: one of them takes another
//! key, or the two end each other's polls for ever.

use std::sync::OnceLock;

use bytes::Bytes;
use cepa_core::http::HeaderValue;
use cepa_core::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use cepa_core::{Context, Error, IntoBody, Result};
use cepa_hub::{Event, EventId, Missed, Wire};

/// Events of a log, and where to go on from.
#[derive(Clone, Debug)]
pub struct Batch {
    events: Vec<Bytes>,
    last: u64,
    replaced: bool,
}

impl Batch {
    /// About how many bytes of events one answer has; what is beyond them comes with the next. 256 KiB.
    pub const LIMIT_BYTES: usize = 256 * 1024;

    pub(crate) fn new(missed: &Missed) -> Self {
        let events = missed.messages.iter().map(|message| message.encoded(wire())).collect();
        Self { events, last: missed.last, replaced: false }
    }

    pub(crate) fn empty(last: u64) -> Self {
        Self { events: Vec::new(), last, replaced: false }
    }

    pub(crate) fn replaced(last: u64) -> Self {
        Self { replaced: true, ..Self::empty(last) }
    }

    /// The id to ask for in the next poll.
    pub fn last(&self) -> u64 {
        self.last
    }

    /// Whether a newer poll of the same client has taken the place of this one.
    pub fn is_replaced(&self) -> bool {
        self.replaced
    }

    /// How many events there are.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether there is nothing new.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
}

impl IntoBody for Batch {
    fn into_body(self, ctx: &mut Context) -> Result {
        let mut text =
            Vec::with_capacity(self.events.iter().map(|event| event.len() + 1).sum::<usize>() + 64);
        text.extend_from_slice(b"{\"events\":[");
        for (before, event) in self.events.iter().enumerate() {
            text.extend_from_slice(if before == 0 { b"" } else { b"," });
            text.extend_from_slice(event);
        }
        let replaced = if self.replaced { ",\"replaced\":true" } else { "" };
        text.extend_from_slice(format!("],\"last\":{}{replaced}}}", self.last).as_bytes());
        let headers = &mut ctx.response.headers;
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        ctx.set_body(text)
    }
}

/// The id that a poll has in its query.
pub(crate) fn since(ctx: &Context) -> Result<Option<u64>> {
    let Some(text) = ctx.request.query_value("since") else { return Ok(None) };
    let bad = |_| Error::new(400, "\"since\" is no number").with_code("bad_since");
    text.parse().map(Some).map_err(bad)
}

/// The wire format of events in a batch, one for the whole process, so that all polls share what is encoded.
fn wire() -> &'static Wire {
    static WIRE: OnceLock<Wire> = OnceLock::new();
    WIRE.get_or_init(|| Wire::new(encode))
}

fn encode(event: &Event) -> Bytes {
    // A text becomes JSON without fail.
    let quoted = |text: &str| serde_json::to_string(text).unwrap_or_default();
    let id = match event.id() {
        Some(EventId::Number(id)) => format!("\"id\":{id},"),
        Some(EventId::Text(id)) => format!("\"id\":{},", quoted(id)),
        None => String::new(),
    };
    format!("{{{id}\"event\":{},\"data\":{}}}", quoted(event.name()), event.data()).into()
}
