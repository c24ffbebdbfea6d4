//! [`Adapter`]: how the servers of a cluster speak with each other about a namespace.
//!
//! ```text
//! io.to("lobby").emit(..) ─ here, at once
//!              └─ Request ─► Adapter ─ ~ ~ ~ ─ Adapter ─ Request ─► Local::perform ─ there
//!                              ◄───────────── Answer ◄───────────────────┘
//! ```
//!
//! Shape: what a server wants of the others is a [`Request`], plain data that each wire format of Node's adapters has a
//! message for. An adapter writes, carries and reads it, and knows no sockets; what a request means is said once, in
//! [`Local::perform`].
//!
//! Invariants:
//! - Whoever asks has done its own part: an adapter gives no request back to the server that it came from, whatever its
//!   wire brings back.
//! - `send` never waits; `ask` ends with its deadline.
//! - An adapter holds namespaces weakly: they hold the adapter.
//!
//! Not here: bytes, which are [`message`]'s. And connection state recovery over several servers: each remembers for its
//! own clients what anybody emitted, and a client that returns to another server is a new one. Offsets that all servers know
//! are the adapter's to give, so an emission would go to the adapter first and come back with its offset, to its own server
//! too, before anybody gets it; and a state would be persisted where a socket ends, and asked of the adapter, with what was
//! missed, where one connects. That turns two steps that are done at once into waits, and is of use to an adapter with a
//! log alone; methods with defaults can add it without a change to other adapters.

pub mod message;

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use cepa_hub::{Hub, Selection};
use tokio::time::Instant;

use crate::args::Args;
use crate::deadline::after;
use crate::namespace::{Namespace, WeakNamespace};
use crate::packet::RESERVED;
use crate::questions::Questions;
use crate::{broadcast, server_side};

pub use crate::remote::SocketDetails;
use message::Event;

/// What carries requests between the servers of a cluster; see [`SocketIo::with_adapter`](crate::SocketIo::with_adapter).
pub trait Adapter: Send + Sync + 'static {
    /// A namespace has come into being: what others ask of it from now on is to be [performed](Local::perform).
    ///
    /// This, [`close`](Self::close) and [`hub`](Self::hub) are called one after the other, in the order in which namespaces
    /// come and go; they must not wait, nor make a namespace.
    fn open(&self, namespace: Local);

    /// A namespace has gone.
    fn close(&self, namespace: &str);

    /// The hub of a new namespace, before it is opened; an adapter that subscribes room by room makes it with a
    /// [hook](cepa_hub::HubOptions::on_membership). A namespace whose hub it is to be must not have another
    /// ([`with_hub`](crate::SocketIo::with_hub)). By default the adapter does not care.
    fn hub(&self, _namespace: &str) -> Option<Hub> {
        None
    }

    /// Sends a request that nobody answers to all other servers. It is called where the event is emitted, and must not
    /// wait.
    fn send(&self, namespace: &str, request: Request);

    /// Sends a request to all other servers and collects the answers, until all are there or the deadline has passed.
    fn ask<'a>(&'a self, namespace: &'a str, request: Request, deadline: Instant) -> Asked<'a>;
}

/// The answers to come.
pub type Asked<'a> = Pin<Box<dyn Future<Output = Answered> + Send + 'a>>;

/// What the other servers have answered.
#[derive(Debug, Default)]
pub struct Answered {
    /// What came.
    pub answers: Vec<Answer>,
    /// How many answers did not come in time: of servers, or of the clients that these have asked.
    pub missing: usize,
}

/// What a server wants of the others in a namespace.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// Emits an event to the selected sockets. No answer.
    Emit(Whom, Emission),
    /// Emits it and wants acknowledgements: [`Answer::Count`], then an [`Answer::Args`] for each that comes within the time.
    EmitWithAck(Whom, Emission, Duration),
    /// Makes the selected sockets join rooms. No answer.
    Join(Whom, Vec<Box<str>>),
    /// Makes the selected sockets leave rooms. No answer.
    Leave(Whom, Vec<Box<str>>),
    /// Disconnects the selected sockets; with `true`, their connections too. No answer.
    Disconnect(Whom, bool),
    /// Asks for the selected sockets: one [`Answer::Sockets`] from each server.
    Fetch(Whom),
    /// An event for the servers themselves. Asked for an answer, each that listens gives one [`Answer::Args`].
    ServerSide(Event),
}

/// An event to be emitted.
#[derive(Debug, Clone, PartialEq)]
pub struct Emission {
    /// Its name and arguments.
    pub event: Event,
    /// Whether clients whose transport is not ready are passed over.
    pub volatile: bool,
    /// Whether transports that compress may compress it.
    pub compress: bool,
}

/// Which sockets are meant: no room is everybody, else the union of the rooms; those in an excepted room are left out.
/// The id of a socket is a room.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whom {
    /// The rooms.
    pub rooms: Vec<Box<str>>,
    /// The rooms whose members are left out.
    pub except: Vec<Box<str>>,
}

/// One answer to a [`Request`].
#[derive(Debug, Clone)]
pub enum Answer {
    /// How many clients of the server were asked; the first of its answers to [`Request::EmitWithAck`].
    Count(usize),
    /// What a client, or a server itself, has answered.
    Args(Args),
    /// Sockets of the server.
    Sockets(Vec<SocketDetails>),
}

/// A namespace of this server, as an adapter holds it.
#[derive(Debug, Clone)]
pub struct Local {
    name: Box<str>,
    namespace: WeakNamespace,
}

/// The place for a server's adapter, which all its namespaces share.
#[derive(Default)]
pub(crate) struct Cluster(OnceLock<Arc<dyn Adapter>>);

impl Cluster {
    /// False when there is an adapter already.
    pub(crate) fn set(&self, adapter: Arc<dyn Adapter>) -> bool {
        self.0.set(adapter).is_ok()
    }

    pub(crate) fn adapter(&self) -> Option<&Arc<dyn Adapter>> {
        self.0.get()
    }
}

impl Namespace {
    /// Takes the adapter's hub, if it makes one. The caller sees that nobody asks for this one's hub at the same time.
    ///
    /// # Panics
    /// When there is one already: the adapter would not hear of its rooms.
    #[track_caller]
    pub(crate) fn adopt_hub(&self) {
        if let Some(adapter) = self.outside().cluster.adapter()
            && !self.is_parent()
            && let Some(hub) = adapter.hub(self.name())
        {
            let name = self.name();
            assert!(
                self.set_hub(hub),
                "namespace {name} has a hub already: its adapter comes first"
            );
        }
    }

    /// Tells the adapter that this namespace is there; a parent is not, its children are.
    pub(crate) fn announce(&self) {
        if let Some(adapter) = self.outside().cluster.adapter()
            && !self.is_parent()
        {
            let name = self.name().into();
            adapter.open(Local { name, namespace: self.downgrade() });
        }
    }

    /// Sends a request to the other servers, if there are any.
    pub(crate) fn tell(&self, selection: &Selection<'_>, request: impl FnOnce(Whom) -> Request) {
        if let Some(adapter) = self.outside().cluster.adapter()
            && !selection.is_local()
        {
            adapter.send(self.name(), request(self.whom(selection)));
        }
    }

    /// Asks the other servers, if there are any.
    pub(crate) fn ask(
        &self,
        selection: &Selection<'_>,
        deadline: Instant,
        request: impl FnOnce(Whom) -> Request,
    ) -> Option<Asked<'static>> {
        let adapter = Arc::clone(self.outside().cluster.adapter()?);
        if selection.is_local() {
            return None;
        }
        let (name, request): (Box<str>, _) = (self.name().into(), request(self.whom(selection)));
        Some(Box::pin(async move { adapter.ask(&name, request, deadline).await }))
    }

    fn whom(&self, selection: &Selection<'_>) -> Whom {
        let owned = |rooms: &[&str]| rooms.iter().map(|room| (*room).into()).collect::<Vec<_>>();
        let mut except = owned(selection.excepted_rooms());
        let members = selection.excepted_members().iter();
        except.extend(members.filter_map(|id| Some(self.socket(*id)?.id().into())));
        Whom { rooms: owned(selection.rooms()), except }
    }
}

impl Local {
    /// The name, with its leading slash.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The namespace, for as long as there is one.
    pub fn namespace(&self) -> Option<Namespace> {
        self.namespace.upgrade()
    }

    /// Does here what another server asks; `answer` gets each answer as it comes.
    pub async fn perform(&self, request: Request, mut answer: impl FnMut(Answer) + Send) {
        let Some(namespace) = self.namespace() else { return };
        match request {
            // another server could make clients take it for their own
            Request::Emit(_, emission) | Request::EmitWithAck(_, emission, _)
                if RESERVED.contains(&&*emission.event.name) => {}
            Request::Emit(whom, emission) => {
                let selection = whom.select(&namespace, emission.volatile);
                let Emission { event, compress, .. } = &emission;
                broadcast::deliver(&namespace, selection, &event.name, &event.args, *compress);
            }
            Request::EmitWithAck(whom, emission, timeout) => {
                let deadline = after(Instant::now(), timeout);
                let Emission { event: Event { name, args }, compress, volatile } = &emission;
                let mut questions = Questions::default();
                let selection = whom.select(&namespace, *volatile);
                questions.add(&namespace, selection, name, args, *compress);
                answer(Answer::Count(questions.len()));
                questions.ask(name, args, deadline, |args| answer(Answer::Args(args))).await;
            }
            Request::Join(whom, rooms) => {
                for socket in broadcast::sockets(&namespace, whom.select(&namespace, false)) {
                    rooms.iter().for_each(|room| socket.join(room));
                }
            }
            Request::Leave(whom, rooms) => {
                for socket in broadcast::sockets(&namespace, whom.select(&namespace, false)) {
                    rooms.iter().for_each(|room| socket.leave(room));
                }
            }
            Request::Disconnect(whom, close) => {
                for socket in broadcast::sockets(&namespace, whom.select(&namespace, false)) {
                    socket.disconnect(close);
                }
            }
            Request::Fetch(whom) => {
                let found = broadcast::sockets(&namespace, whom.select(&namespace, false));
                answer(Answer::Sockets(found.iter().map(SocketDetails::of).collect()));
            }
            Request::ServerSide(Event { name, args }) => {
                if let Some(args) = server_side::hear(&namespace, &name, args).await {
                    answer(Answer::Args(args));
                }
            }
        }
    }
}

impl Whom {
    fn select<'a>(&'a self, namespace: &'a Namespace, volatile: bool) -> cepa_hub::Broadcast<'a> {
        let everyone = namespace.hub().everyone().rooms(self.rooms.iter().map(|room| &**room));
        let selected = self.except.iter().fold(everyone, |chosen, room| chosen.except(room));
        if volatile { selected.volatile() } else { selected }
    }
}

impl Answered {
    /// The acknowledgements among the answers.
    pub(crate) fn args(self) -> impl Iterator<Item = Args> {
        self.answers.into_iter().filter_map(|answer| match answer {
            Answer::Args(args) => Some(args),
            Answer::Count(_) | Answer::Sockets(_) => None,
        })
    }
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Cluster").field(&self.adapter().is_some()).finish()
    }
}
