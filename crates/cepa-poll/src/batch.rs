//! [`Batch`]: the answer to a poll of a log.
//!
//! `{"events":[{"id":8,"event":"item","data":..}],"last":8}`, not to be stored by caches. The next poll asks for what came
//! since `last`. When the log no longer reaches back to what was asked for, the first event is `gap`, as in a stream of
//! server-sent events ([`Log::subscribe`](cepa_hub::Log::subscribe)).

use std::sync::OnceLock;

use bytes::Bytes;
use cepa_core::http::HeaderValue;
use cepa_core::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use cepa_core::{Context, Error, IntoBody, Result};
use cepa_hub::{Event, EventId, Wire};
use serde::Deserialize;

/// Events of a log, and where to go on from.
#[derive(Clone, Debug)]
pub struct Batch {
    events: Vec<Bytes>,
    last: u64,
}

impl Batch {
    /// About how many bytes of events one answer has; what is beyond them comes with the next. 256 KiB.
    pub const LIMIT_BYTES: usize = 256 * 1024;

    pub(crate) fn empty(last: u64) -> Self {
        Self { events: Vec::new(), last }
    }

    /// A gap has no id of its own: what comes after it begins where it says.
    pub(crate) fn new(events: Vec<Bytes>, since: u64) -> Self {
        #[derive(Deserialize)]
        struct Numbered {
            id: u64,
        }
        #[derive(Deserialize)]
        struct Gap {
            data: From,
        }
        #[derive(Deserialize)]
        struct From {
            from: u64,
        }
        let numbered = |event| serde_json::from_slice(event).map(|Numbered { id }| id);
        let gap = |event| serde_json::from_slice(event).map(|gap: Gap| gap.data.from - 1);
        let last = events.last().and_then(|event| numbered(event).or_else(|_| gap(event)).ok());
        Self { events, last: last.unwrap_or(since) }
    }

    /// The id to ask for in the next poll.
    pub fn last(&self) -> u64 {
        self.last
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
        let mut text = b"{\"events\":[".to_vec();
        text.extend_from_slice(&self.events.join(&b","[..]));
        text.extend_from_slice(format!("],\"last\":{}}}", self.last).as_bytes());
        let headers = &mut ctx.response.headers;
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        ctx.set_body(text)
    }
}

/// The id that a poll has in its query.
pub(crate) fn since(ctx: &Context) -> Result<Option<u64>> {
    let Some(text) = ctx.query("since") else { return Ok(None) };
    let bad = |_| Error::new(400, "\"since\" is no number").with_code("bad_since");
    text.parse().map(Some).map_err(bad)
}

/// The wire format of events in a batch, one for the whole process, so that all polls share what is encoded.
pub(crate) fn wire() -> &'static Wire {
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
