//! The acknowledgements that a socket waits for.
//!
//! Ids are the namespace's; each has one answer, later ones are ignored. A wait ends with the answer, with its deadline, or
//! with the socket ([`EmitError::Disconnected`]); one that is dropped is forgotten.

use std::collections::HashMap;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::args::Args;
use crate::error::EmitError;

#[derive(Debug)]
pub(crate) struct Acks(Mutex<Option<HashMap<u64, oneshot::Sender<Args>>>>);

/// A wait for one answer.
#[derive(Debug)]
pub(crate) struct Pending<'a> {
    acks: &'a Acks,
    id: u64,
    answer: oneshot::Receiver<Args>,
}

impl Acks {
    pub(crate) fn new() -> Acks {
        Acks(Mutex::new(Some(HashMap::new())))
    }

    /// Begins to wait; `None` once the socket is disconnected.
    pub(crate) fn expect(&self, id: u64) -> Option<Pending<'_>> {
        let (sender, answer) = oneshot::channel();
        self.0.lock().as_mut()?.insert(id, sender);
        Some(Pending { acks: self, id, answer })
    }

    /// An answer arrived. It is copied: a view would hold the whole body that it came in until all others have answered too.
    pub(crate) fn settle(&self, id: Option<u64>, mut args: Args) {
        let waiting = id.and_then(|id| self.0.lock().as_mut()?.remove(&id));
        if let Some(waiting) = waiting {
            args.detach();
            // nobody waits any more: the answer came too late
            let _ = waiting.send(args);
        }
    }

    /// The socket is disconnected: all waits end.
    pub(crate) fn close(&self) {
        let waiting = self.0.lock().take();
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
        if let Some(waiting) = self.acks.0.lock().as_mut() {
            waiting.remove(&self.id);
        }
    }
}
