//! The acknowledgements that a socket waits for.
//!
//! Ids are the namespace's; each has one answer, later ones are ignored. A wait ends with the answer, with its deadline, or
//! with the socket ([`EmitError::Disconnected`]); one that is dropped is forgotten.

use std::collections::HashMap;
use std::mem;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::args::Args;
use crate::error::EmitError;

#[derive(Debug)]
pub(crate) struct Acks(Mutex<Waits>);

#[derive(Debug)]
enum Waits {
    /// Most sockets wait for none most of the time, so the table is made when it is needed.
    None,
    #[expect(clippy::box_collection, reason = "a pointer in each socket, where a table is six")]
    Some(Box<HashMap<u64, oneshot::Sender<Args>>>),
    /// The socket is disconnected.
    Over,
}

impl Waits {
    fn remove(&mut self, id: u64) -> Option<oneshot::Sender<Args>> {
        let Waits::Some(waits) = self else { return None };
        let answered = waits.remove(&id);
        if waits.is_empty() {
            *self = Waits::None;
        }
        answered
    }
}

/// A wait for one answer.
#[derive(Debug)]
pub(crate) struct Pending<'a> {
    acks: &'a Acks,
    id: u64,
    answer: oneshot::Receiver<Args>,
}

impl Acks {
    pub(crate) fn new() -> Acks {
        Acks(Mutex::new(Waits::None))
    }

    /// Begins to wait; `None` once the socket is disconnected.
    pub(crate) fn expect(&self, id: u64) -> Option<Pending<'_>> {
        let (sender, answer) = oneshot::channel();
        match &mut *self.0.lock() {
            Waits::Some(waits) => _ = waits.insert(id, sender),
            Waits::Over => return None,
            none => *none = Waits::Some(Box::new(HashMap::from([(id, sender)]))),
        }
        Some(Pending { acks: self, id, answer })
    }

    /// An answer arrived. It is copied: a view would hold the whole body that it came in until all others have answered too.
    pub(crate) fn settle(&self, id: Option<u64>, mut args: Args) {
        let waiting = id.and_then(|id| self.0.lock().remove(id));
        if let Some(waiting) = waiting {
            args.detach();
            // nobody waits any more: the answer came too late
            let _ = waiting.send(args);
        }
    }

    /// The socket is disconnected: all waits end.
    pub(crate) fn close(&self) {
        let waiting = mem::replace(&mut *self.0.lock(), Waits::Over);
        drop(waiting);
    }
}

impl Pending<'_> {
    pub(crate) async fn wait(self, within: Duration) -> Result<Args, EmitError> {
        timeout(within, self.answer()).await.unwrap_or(Err(EmitError::Timeout))
    }

    /// Waits without a deadline; whoever calls has one.
    pub(crate) async fn answer(mut self) -> Result<Args, EmitError> {
        (&mut self.answer).await.map_err(|_| EmitError::Disconnected)
    }
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        self.acks.0.lock().remove(self.id);
    }
}
