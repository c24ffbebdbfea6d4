//! Emitting to one client: [`Unicast`]. It is encoded for that client alone, in order with broadcasts. What is for one that
//! was lost and may return, or has, goes by the room of its id, which is what it returns to.

use std::time::Duration;

use cepa_hub::Outcome;

use crate::Socket;
use crate::args::{Args, Emit};
use crate::broadcast::{arguments, deliver, plain};
use crate::error::EmitError;
use crate::packet::write;

/// An emission to one client in the making.
#[derive(Debug, Clone)]
#[must_use = "nothing happens before `emit`"]
pub struct Unicast<'a> {
    socket: &'a Socket,
    volatile: bool,
    compress: bool,
    timeout: Duration,
}

impl<'a> Unicast<'a> {
    pub(crate) fn new(socket: &'a Socket) -> Unicast<'a> {
        let timeout = socket.session().server.options.ack_timeout;
        Unicast { socket, volatile: false, compress: true, timeout }
    }

    /// How long an acknowledgement may take.
    pub fn timeout(mut self, timeout: Duration) -> Unicast<'a> {
        self.timeout = timeout;
        self
    }

    /// Only if the transport is ready at that moment.
    pub fn volatile(mut self) -> Unicast<'a> {
        self.volatile = true;
        self
    }

    /// Says whether a transport that compresses may compress it; it may, by default.
    pub fn compress(mut self, compress: bool) -> Unicast<'a> {
        self.compress = compress;
        self
    }

    /// Emits.
    ///
    /// # Errors
    /// [`EmitError::Reserved`] or [`EmitError::Json`].
    pub fn emit<T: Emit + ?Sized>(self, event: &str, payload: &T) -> Result<(), EmitError> {
        let args = arguments(event, payload)?;
        // that nobody gets it is no error where no answer is wanted
        let _ = self.send(event, None, &args);
        Ok(())
    }

    /// Emits and waits for the acknowledgement.
    ///
    /// # Errors
    /// As [`emit`](Self::emit); [`EmitError::Timeout`] when no answer comes, [`EmitError::Disconnected`] when the socket
    /// goes before or is not connected, [`EmitError::Dropped`] when it was volatile and the transport busy.
    pub async fn emit_with_ack<T: Emit + ?Sized + Sync>(
        self,
        event: &str,
        payload: &T,
    ) -> Result<Args, EmitError> {
        let args = arguments(event, payload)?;
        let id = self.socket.namespace().next_ack();
        let pending = self.socket.acks().expect(id).ok_or(EmitError::Disconnected)?;
        self.send(event, Some(id), &args)?;
        let _asked = self.socket.session().client.ask();
        pending.wait(self.timeout).await
    }

    fn send(&self, event: &str, id: Option<u64>, args: &Args) -> Result<(), EmitError> {
        if !self.socket.is_connected() {
            if id.is_none() && !self.volatile && self.socket.may_return() {
                let namespace = self.socket.namespace();
                let itself = namespace.hub().everyone().to(self.socket.id());
                deliver(namespace, itself, event, args, self.compress);
            }
            return Err(EmitError::Disconnected);
        }
        if self.socket.namespace().is_overheard() {
            self.socket.overhear(event, args);
        }
        if let (Some(memory), None, false) = (self.socket.namespace().memory(), id, self.volatile) {
            let event = plain(event, args).with_compress(self.compress);
            return sent(memory.send(self.socket, event));
        }
        let text = write::event(self.socket.namespace().name(), id, event, args);
        let session = self.socket.session();
        let outcome = if self.volatile {
            session.send_volatile(text, args.attachments(), self.compress)
        } else {
            session.send_packet(text, args.attachments(), self.compress)
        };
        sent(outcome)
    }
}

fn sent(outcome: Outcome) -> Result<(), EmitError> {
    match outcome {
        Outcome::Queued | Outcome::Replaced => Ok(()),
        Outcome::Dropped => Err(EmitError::Dropped),
        Outcome::Evicted | Outcome::Closed => Err(EmitError::Disconnected),
    }
}
