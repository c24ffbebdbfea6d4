//! Which namespaces there are: those with a name, and those that come into being when a client asks for them.
//!
//! A *parent* is a condition on names with handlers. The first client that connects to a name which meets it makes a
//! *child*, an ordinary namespace that has the parent's handlers; parents are asked in the order of their registration.
//! Emitting to a parent is emitting to each of its children.
//!
//! A child goes with its last socket, where Node keeps it by default: otherwise clients could make the server keep names
//! for ever. So that none goes while somebody is on the way in, whoever connects has a [`Seat`] from the look-up on, and
//! seats are counted under the lock of the map. A child that was also named by [`of`](crate::SocketIo::of) stays.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use parking_lot::{Mutex, RwLock};
use serde_json::Value;

use crate::adapter::{Adapter, Cluster};
use crate::namespace::Namespace;
use crate::options::Options;
use crate::server::Server;

/// The longest name, in bytes, of a namespace that comes into being because a client asks for it.
const MAX_NAME: usize = 256;

/// What a client reads that asks for one namespace too many.
pub(crate) const TOO_MANY: &str = "Too many namespaces";

type Condition = Box<dyn Fn(&str, &Value) -> bool + Send + Sync>;

/// What a namespace is.
pub(crate) enum Kind {
    Named,
    Parent(Parent),
    Child(Child),
}

pub(crate) struct Parent {
    meets: Condition,
    server: Weak<Server>,
}

pub(crate) struct Child {
    pub(crate) parent: Namespace,
    server: Weak<Server>,
    /// Sockets, and clients on the way in; one more when the application has named it.
    seats: AtomicUsize,
}

/// All namespaces of a server.
#[derive(Debug)]
pub(crate) struct Namespaces {
    by_name: RwLock<HashMap<Box<str>, Namespace>>,
    /// How many of them are children; changed under the lock of the map.
    children: AtomicUsize,
    parents: RwLock<Vec<Namespace>>,
    /// Held while one is made or goes, until the adapter knows, so that it is told in that order.
    telling: Mutex<()>,
}

/// A client's place in a namespace, before and while it is a socket.
#[derive(Debug)]
pub(crate) struct Seat(Namespace);

impl Namespaces {
    pub(crate) fn new(root: &Namespace) -> Namespaces {
        Namespaces {
            by_name: RwLock::new(HashMap::from([(root.name().into(), root.clone())])),
            children: AtomicUsize::new(0),
            parents: RwLock::default(),
            telling: Mutex::default(),
        }
    }

    /// The namespace that an application names, new if need be.
    pub(crate) fn named(&self, server: &Arc<Server>, name: &str) -> Namespace {
        self.named_with(server, name, &server.options)
    }

    /// [`named`](Self::named), with options of its own if it is new.
    pub(crate) fn named_with(
        &self,
        server: &Arc<Server>,
        name: &str,
        options: &Options,
    ) -> Namespace {
        let name = slashed(name);
        if let Some(namespace) = self.kept(&name) {
            return namespace;
        }
        let parent = self.parent_of(&name, &Value::Null);
        let kind = parent.map_or(Kind::Named, |parent| child(server, parent));
        let new = Namespace::new(&name, kind, options, &server.outside);
        let _telling = self.telling.lock();
        if let Some(faster) = self.kept(&name) {
            return faster;
        }
        new.adopt_hub();
        if let Kind::Child(child) = new.kind() {
            child.seats.fetch_add(1, Ordering::Relaxed);
        }
        self.insert(&new);
        new.announce();
        new
    }

    /// The namespace of this name, whose seat is never given back.
    fn kept(&self, name: &str) -> Option<Namespace> {
        let by_name = self.by_name.read();
        let namespace = by_name.get(name)?;
        if let Kind::Child(child) = namespace.kind() {
            child.seats.fetch_add(1, Ordering::Relaxed);
        }
        Some(namespace.clone())
    }

    pub(crate) fn add_parent(
        &self,
        server: &Arc<Server>,
        meets: impl Fn(&str, &Value) -> bool + Send + Sync + 'static,
    ) -> Namespace {
        let mut parents = self.parents.write();
        let parent = Parent { meets: Box::new(meets), server: Arc::downgrade(server) };
        let name = format!("/_{}", parents.len());
        let parent = Namespace::new(&name, Kind::Parent(parent), &server.options, &server.outside);
        parents.push(parent.clone());
        parent
    }

    /// A seat in the namespace that a client asks for, if there is or may be one.
    ///
    /// # Errors
    /// What the client reads when there is none, and may be none.
    pub(crate) fn enter(
        &self,
        server: &Arc<Server>,
        name: &str,
        auth: &Value,
    ) -> Result<Seat, &'static str> {
        if let Some(namespace) = self.by_name.read().get(name) {
            return Ok(Seat::take(namespace));
        }
        let parent = Some(name).filter(|name| name.len() <= MAX_NAME);
        let parent =
            parent.and_then(|name| self.parent_of(name, auth)).ok_or("Invalid namespace")?;
        let full = || self.children.load(Ordering::Relaxed) >= server.options.max_children;
        if full() {
            return Err(TOO_MANY);
        }
        let new = Namespace::new(name, child(server, parent), &server.options, &server.outside);
        let _telling = self.telling.lock();
        if let Some(faster) = self.by_name.read().get(name) {
            return Ok(Seat::take(faster));
        }
        if full() {
            return Err(TOO_MANY);
        }
        new.adopt_hub();
        let seat = Seat::take(&new);
        self.insert(&new);
        new.announce();
        Ok(seat)
    }

    /// Puts a new namespace into the map; the caller holds `telling`, so that there is none of its name.
    fn insert(&self, new: &Namespace) {
        if matches!(new.kind(), Kind::Child(_)) {
            self.children.fetch_add(1, Ordering::Relaxed);
        }
        self.by_name.write().insert(new.name().into(), new.clone());
    }

    /// Makes the server one of a cluster; false when it is in one already.
    pub(crate) fn join(&self, cluster: &Cluster, adapter: Arc<dyn Adapter>) -> bool {
        let _telling = self.telling.lock();
        let joined = cluster.set(adapter);
        if joined {
            for namespace in self.all() {
                namespace.adopt_hub();
                namespace.announce();
            }
        }
        joined
    }

    /// The namespace of this name, if there is one.
    pub(crate) fn find(&self, name: &str) -> Option<Namespace> {
        self.by_name.read().get(name).cloned()
    }

    /// Those that there are, parents aside.
    pub(crate) fn all(&self) -> Vec<Namespace> {
        self.by_name.read().values().cloned().collect()
    }

    /// The first parent whose condition is met; conditions are the application's and run under no lock of the map.
    fn parent_of(&self, name: &str, auth: &Value) -> Option<Namespace> {
        let parents = self.parents.read().clone();
        parents.into_iter().find(|parent| match parent.kind() {
            Kind::Parent(parent) => (parent.meets)(name, auth),
            Kind::Named | Kind::Child(_) => false,
        })
    }

    fn children(&self, of: &Namespace) -> Vec<Namespace> {
        let by_name = self.by_name.read();
        let children = by_name.values().filter(
            |namespace| matches!(namespace.kind(), Kind::Child(child) if child.parent == *of),
        );
        children.cloned().collect()
    }

    fn remove_if_empty(&self, namespace: &Namespace) {
        let Kind::Child(child) = namespace.kind() else { return };
        let _telling = self.telling.lock();
        let mut by_name = self.by_name.write();
        let here = by_name.get(namespace.name()).is_some_and(|here| here == namespace);
        if here && child.seats.load(Ordering::Relaxed) == 0 {
            by_name.remove(namespace.name());
            self.children.fetch_sub(1, Ordering::Relaxed);
            drop(by_name);
            if let Some(adapter) = namespace.outside().cluster.adapter() {
                adapter.close(namespace.name());
            }
        }
    }
}

impl Namespace {
    /// Whether it stands for others.
    pub(crate) fn is_parent(&self) -> bool {
        matches!(self.kind(), Kind::Parent(_))
    }

    /// The namespaces that a parent stands for; `None` when this is no parent.
    pub(crate) fn children(&self) -> Option<Vec<Namespace>> {
        let Kind::Parent(parent) = self.kind() else { return None };
        let server = parent.server.upgrade();
        Some(server.map(|server| server.namespaces.children(self)).unwrap_or_default())
    }
}

impl Seat {
    /// The caller holds the lock of the map.
    fn take(namespace: &Namespace) -> Seat {
        if let Kind::Child(child) = namespace.kind() {
            child.seats.fetch_add(1, Ordering::Relaxed);
        }
        Seat(namespace.clone())
    }

    pub(crate) fn namespace(&self) -> &Namespace {
        &self.0
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if let Kind::Child(child) = self.0.kind()
            && child.seats.fetch_sub(1, Ordering::Relaxed) == 1
            && let Some(server) = child.server.upgrade()
        {
            server.namespaces.remove_if_empty(&self.0);
        }
    }
}

fn child(server: &Arc<Server>, parent: Namespace) -> Kind {
    Kind::Child(Child { parent, server: Arc::downgrade(server), seats: AtomicUsize::new(0) })
}

fn slashed(name: &str) -> Box<str> {
    if name.starts_with('/') { name.into() } else { format!("/{name}").into() }
}

/// Whether a name meets a pattern: a `*` in a segment stands for one character or more.
pub(crate) fn meets(pattern: &str, name: &str) -> bool {
    let (mut patterns, mut names) = (pattern.split('/'), name.split('/'));
    loop {
        match (patterns.next(), names.next()) {
            (None, None) => return true,
            (Some(pattern), Some(name)) if segment_meets(pattern, name) => {}
            _ => return false,
        }
    }
}

fn segment_meets(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        Some((head, tail)) => {
            name.len() > head.len() + tail.len() && name.starts_with(head) && name.ends_with(tail)
        }
        None => pattern == name,
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Named => "Named",
            Kind::Parent(_) => "Parent",
            Kind::Child(_) => "Child",
        })
    }
}
