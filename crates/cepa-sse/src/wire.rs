//! How an event of the hub is written: `event:`, `id:`, `data:`.
//!
//! The data is the argument when there is one, else the list of them ([`cepa_hub::Event::data`]). A stream of text has no
//! place for binary arguments: their placeholders stay in the data and the bytes are left out.
//!
//! A hub event may have any name and id, because other wires can write them. Here a line end in a name is left out, and an
//! id that cannot be written is no id.

use std::sync::OnceLock;

use bytes::Bytes;
use cepa_hub::{Event, EventId, Wire};

use crate::event::{line, lines};

/// The wire format of server-sent events, one for the whole process, so that all streams share what is encoded.
///
/// ```
/// use cepa_hub::Event;
///
/// let event = Event::new("message", &"hi")?.with_id(3);
/// let bytes = cepa_sse::wire().encode(&event);
/// assert_eq!(&bytes[..], b"event: message\nid: 3\ndata: \"hi\"\n\n");
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn wire() -> &'static Wire {
    static WIRE: OnceLock<Wire> = OnceLock::new();
    WIRE.get_or_init(|| Wire::new(encode))
}

fn encode(event: &Event) -> Bytes {
    let data = event.data();
    let mut out = String::with_capacity(event.name().len() + data.len() + 48);
    if event.name().contains(['\r', '\n']) {
        line(&mut out, "event: ", &event.name().replace(['\r', '\n'], ""));
    } else if !event.name().is_empty() {
        line(&mut out, "event: ", event.name());
    }
    match event.id() {
        Some(EventId::Number(id)) => line(&mut out, "id: ", &id.to_string()),
        Some(EventId::Text(id)) if !id.contains(['\r', '\n', '\0']) => line(&mut out, "id: ", id),
        _ => {}
    }
    lines(&mut out, "data: ", &data);
    out.push('\n');
    Bytes::from(out)
}
