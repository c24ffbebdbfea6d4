//! The listeners that one socket has beside its namespace's: `on`, `once`, `off`, and for every event, both ways.
//!
//! Most sockets have none, and then there is nothing but the place for them. They end with the socket, which also
//! parts what a closure holds from the socket that holds it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cepa_core::Result;
use parking_lot::Mutex;

use crate::Socket;
use crate::args::{Acknowledge, Args, FromArgs};
use crate::handlers::{self, AnyListener, Listener, OutgoingListener};

static NEXT: AtomicU64 = AtomicU64::new(0);

/// A listener of one socket, for [`Socket::off`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ListenerId(u64);

#[derive(Default)]
pub(crate) struct Own(Mutex<State>);

#[derive(Default)]
enum State {
    #[default]
    None,
    Some(Vec<Entry>),
    /// The socket has gone.
    Over,
}

#[derive(Clone)]
struct Entry {
    id: ListenerId,
    once: bool,
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    On(Box<str>, Listener),
    Any(AnyListener),
    Outgoing(OutgoingListener),
}

impl Own {
    /// False when the socket has gone, and it was not added.
    fn add(&self, kind: Kind, once: bool) -> (ListenerId, bool) {
        let id = ListenerId(NEXT.fetch_add(1, Ordering::Relaxed));
        let entry = Entry { id, once, kind };
        let mut state = self.0.lock();
        match &mut *state {
            State::None => *state = State::Some(vec![entry]),
            State::Some(entries) => entries.push(entry),
            State::Over => return (id, false),
        }
        (id, true)
    }

    /// Takes out those that `which` says; how many of them saw what is emitted.
    fn remove(&self, which: impl Fn(&Entry) -> bool) -> (usize, isize) {
        let mut state = self.0.lock();
        let State::Some(entries) = &mut *state else { return (0, 0) };
        let (removed, kept): (Vec<_>, Vec<_>) =
            std::mem::take(entries).into_iter().partition(which);
        *entries = kept;
        drop(state);
        (removed.len(), outgoing(&removed))
    }

    /// Who handles an event, and runs now; who is there for one event only is taken out.
    pub(crate) fn take(&self, name: &str) -> Vec<Listener> {
        let mut found = Vec::new();
        let mut state = self.0.lock();
        let State::Some(entries) = &mut *state else { return found };
        entries.retain(|entry| match &entry.kind {
            Kind::On(event, listener) if **event == *name => {
                found.push(listener.clone());
                !entry.once
            }
            _ => true,
        });
        found
    }

    /// Who sees every event that comes in.
    pub(crate) fn any(&self) -> Vec<AnyListener> {
        self.all(|kind| match kind {
            Kind::Any(listener) => Some(listener.clone()),
            _ => None,
        })
    }

    fn outgoing(&self) -> Vec<OutgoingListener> {
        self.all(|kind| match kind {
            Kind::Outgoing(listener) => Some(listener.clone()),
            _ => None,
        })
    }

    fn all<T>(&self, which: impl Fn(&Kind) -> Option<T>) -> Vec<T> {
        let state = self.0.lock();
        let State::Some(entries) = &*state else { return Vec::new() };
        entries.iter().filter_map(|entry| which(&entry.kind)).collect()
    }

    /// The socket has gone; how many listeners saw what was emitted.
    pub(crate) fn close(&self) -> isize {
        let state = std::mem::replace(&mut *self.0.lock(), State::Over);
        let State::Some(entries) = state else { return 0 };
        outgoing(&entries)
    }
}

fn outgoing(entries: &[Entry]) -> isize {
    entries.iter().filter(|entry| matches!(entry.kind, Kind::Outgoing(_))).count().cast_signed()
}

impl Socket {
    /// Handles an event of this socket, after the handlers of its namespace; see [`SocketIo::on`](crate::SocketIo::on).
    ///
    /// ```
    /// # use cepa_socketio::SocketIo;
    /// let io = SocketIo::new().on_connect(async |socket| {
    ///     socket.once("hello", async |socket, name: String| {
    ///         socket.on("say", async move |socket, text: String| {
    ///             socket.broadcast().emit("said", &(&name, &text))?;
    ///             Ok(())
    ///         });
    ///     });
    ///     Ok(())
    /// });
    /// ```
    pub fn on<F, Fut, D, R>(&self, event: &str, handler: F) -> ListenerId
    where
        F: AsyncFnOnce(Socket, D) -> R + FnOnce(Socket, D) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = R> + Send + 'static,
        D: FromArgs + Send + 'static,
        R: Acknowledge + Send + 'static,
    {
        self.own().add(Kind::On(event.into(), handlers::listener(handler)), false).0
    }

    /// As [`on`](Self::on), for the next such event only.
    pub fn once<F, Fut, D, R>(&self, event: &str, handler: F) -> ListenerId
    where
        F: AsyncFnOnce(Socket, D) -> R + FnOnce(Socket, D) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = R> + Send + 'static,
        D: FromArgs + Send + 'static,
        R: Acknowledge + Send + 'static,
    {
        self.own().add(Kind::On(event.into(), handlers::listener(handler)), true).0
    }

    /// Sees every event of this socket before its handlers; an error keeps it from them.
    pub fn on_any<F, Fut>(&self, handler: F) -> ListenerId
    where
        F: AsyncFnOnce(Socket, String, Args) -> Result
            + FnOnce(Socket, String, Args) -> Fut
            + Clone
            + Send
            + Sync
            + 'static,
        Fut: Future<Output = Result> + Send + 'static,
    {
        self.own().add(Kind::Any(handlers::any_listener(handler)), false).0
    }

    /// Sees every event that is emitted to this socket, broadcasts included; acknowledgements are none. It runs where the
    /// event is emitted, and has to be quick.
    pub fn on_any_outgoing(
        &self,
        listener: impl Fn(&Socket, &str, &Args) + Send + Sync + 'static,
    ) -> ListenerId {
        let namespace = self.namespace();
        // before it can be called, so that no emission passes it by
        namespace.count_outgoing(1);
        let (id, added) = self.own().add(Kind::Outgoing(Arc::new(listener)), false);
        if !added {
            namespace.count_outgoing(-1);
        }
        id
    }

    /// Ends a listener; false when it had ended before.
    pub fn off(&self, listener: ListenerId) -> bool {
        let (removed, outgoing) = self.own().remove(|entry| entry.id == listener);
        self.namespace().count_outgoing(-outgoing);
        removed > 0
    }

    /// Ends all listeners of this socket for an event; how many there were. Those of the namespace stay.
    pub fn off_all(&self, event: &str) -> usize {
        self.own().remove(|entry| matches!(&entry.kind, Kind::On(name, _) if **name == *event)).0
    }

    /// Ends them all, after the last event.
    pub(crate) fn close_own(&self) {
        self.namespace().count_outgoing(-self.own().close());
    }

    /// Shows an event to those who see what is emitted to this socket.
    pub(crate) fn overhear(&self, event: &str, args: &Args) {
        for listener in self.handlers().outgoing.iter().chain(&self.own().outgoing()) {
            listener(self, event, args);
        }
        self.watched(|watch, socket| watch.sent(socket, event, args));
    }
}

impl fmt::Debug for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Own").finish_non_exhaustive()
    }
}
