//! A wire format: a function from an event to the bytes a transport writes, and an identity.
//!
//! Two clones of a `Wire` are the same wire and share encoded bytes; two calls of [`Wire::new`] are two wires, even of
//! the same function. So make a wire once (a `static` or a field of the shared application) and clone it a connection.
//! The function cannot fail: an event that a format has no words for is written as best it can be. It runs outside every
//! lock but that of the message's own slot.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;

use crate::Event;

static NEXT: AtomicU64 = AtomicU64::new(1);

/// A wire format; cheap to clone.
///
/// ```
/// use cepa_hub::{Event, Wire};
///
/// let lines = Wire::new(|event| format!("{} {}\n", event.name(), event.data()).into());
/// assert_eq!(&lines.encode(&Event::new("n", &1).unwrap())[..], b"n 1\n");
/// ```
#[derive(Clone)]
pub struct Wire(Arc<Format>);

// one thin pointer, because every outbox holds one or two
struct Format {
    id: u64,
    encode: Box<dyn Fn(&Event) -> Bytes + Send + Sync>,
}

impl Wire {
    /// A new wire format, different from all others.
    pub fn new(encode: impl Fn(&Event) -> Bytes + Send + Sync + 'static) -> Self {
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        Self(Arc::new(Format { id, encode: Box::new(encode) }))
    }

    /// The identity: equal for clones, unique in the process otherwise.
    pub fn id(&self) -> u64 {
        self.0.id
    }

    /// Encodes; no cache is looked at (see [`Message::encoded`](crate::Message::encoded)).
    pub fn encode(&self, event: &Event) -> Bytes {
        (self.0.encode)(event)
    }
}

impl PartialEq for Wire {
    fn eq(&self, other: &Self) -> bool {
        self.id() == other.id()
    }
}

impl Eq for Wire {}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Wire").field(&self.id()).finish()
    }
}
