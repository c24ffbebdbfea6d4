//! [`Table`]: a router's routes, compiled: which chain runs for a method and a path, and which methods
//! a path has.
//!
//! The table is made once and does not change. A *rank* is a shape of a registered pattern; the ranks
//! of a registration follow each other, those with optional parts first.
//!
//! `HEAD` is answered by the first of the routes that name it; when none does, by the first route for
//! `GET` or for every method.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use http::Method;

use crate::entry::{Entry, RouteInfo, Unreachable, Verb};
use crate::hook::Hook;
use crate::host;
use crate::pattern::Pattern;
use crate::run::Ranges;
use crate::shape::{Path, Shape};
use crate::tree::Tree;

#[derive(Debug)]
pub(crate) struct Table {
    tree: Tree,
    entries: Vec<(Entry, Arc<str>)>,
    /// The entry that each rank is a shape of.
    owners: Vec<usize>,
    /// The first entry of each name.
    names: HashMap<Arc<str>, usize>,
    /// The methods that some route names, and `None` when one takes all.
    methods: HashSet<Option<Method>>,
}

/// What a request matched.
pub(crate) struct Found<'t> {
    pub(crate) verb: &'t Verb,
    pub(crate) pattern: &'t Arc<str>,
    pub(crate) name: Option<&'t Arc<str>>,
    /// The names of the captures, and where their values stand in the path.
    pub(crate) names: &'t [Arc<str>],
    pub(crate) ranges: Ranges,
}

impl Table {
    pub(crate) fn new(mut entries: Vec<Entry>) -> Self {
        let mut owners = Vec::new();
        let mut shapes = Vec::new();
        let (mut names, mut methods) = (HashMap::new(), HashSet::new());
        for (index, entry) in entries.iter_mut().enumerate() {
            entry.pattern = entry.pattern.clone().settled(entry.strict);
            if let Some(name) = &entry.name {
                names.entry(name.clone()).or_insert(index);
            }
            let hooks = Hook::stack(&entry.hooks, &entry.pattern);
            for verb in &mut entry.verbs {
                verb.settle(&hooks);
                methods.insert(verb.method.clone());
            }
            for alternative in entry.pattern.alternatives() {
                shapes.extend(Shape::all(alternative, entry.strict));
                owners.resize(shapes.len(), index);
            }
        }
        let named = |entry: Entry| {
            let text = entry.pattern.as_str().into();
            (entry, text)
        };
        let entries = entries.into_iter().map(named).collect();
        Self { tree: Tree::new(shapes), entries, owners, names, methods }
    }

    /// What runs for a request; the first registered of those that match.
    pub(crate) fn find(&self, method: &Method, host: &str, path: &str) -> Option<Found<'_>> {
        let path = Path::new(path)?;
        let first = |wanted: &dyn Fn(&Option<Method>) -> bool| {
            let rank = self.tree.find(path, |rank| {
                self.verbs(rank, host).iter().any(|verb| wanted(&verb.method))
            })?;
            let at = self.verbs(rank, host).iter().position(|verb| wanted(&verb.method))?;
            Some((rank, at))
        };
        let first_of =
            |method: &Method| first(&|known| known.as_ref().is_none_or(|known| known == method));
        let (rank, at) = if *method == Method::HEAD {
            let explicit = first(&|known| *known == Some(Method::HEAD));
            explicit.or_else(|| first_of(&Method::GET))?
        } else {
            first_of(method)?
        };
        let (entry, pattern) = self.entries.get(*self.owners.get(rank)?)?;
        let (shape, ranges) = self.tree.captures(rank, path)?;
        let (verb, name) = (entry.verbs.get(at)?, entry.name.as_ref());
        Some(Found { verb, pattern, name, names: &shape.names, ranges })
    }

    /// The methods of all routes that match a path, in the order of registration; `GET` brings `HEAD`.
    pub(crate) fn methods(&self, host: &str, path: &str) -> Vec<Method> {
        let mut ranks = Vec::new();
        if let Some(path) = Path::new(path) {
            self.tree.find(path, |rank| {
                ranks.push(rank);
                false
            });
        }
        ranks.sort_unstable();
        let mut methods = Vec::new();
        for method in
            ranks.iter().flat_map(|rank| self.verbs(*rank, host)).filter_map(|v| v.method.as_ref())
        {
            if *method == Method::GET {
                add(&mut methods, &Method::HEAD);
            }
            add(&mut methods, method);
        }
        methods
    }

    /// Whether any route, on whatever path, takes this method.
    pub(crate) fn implements(&self, method: &Method) -> bool {
        self.methods.contains(&None) || self.methods.contains(&Some(method.clone()))
    }

    /// The pattern of the first route with this name.
    pub(crate) fn named(&self, name: &str) -> Option<&Pattern> {
        let (entry, _) = &self.entries[*self.names.get(name)?];
        Some(&entry.pattern)
    }

    /// Every route, in the order of registration.
    pub(crate) fn routes(&self) -> Vec<RouteInfo> {
        let each = |index: usize| (0..self.entries[index].0.verbs.len()).map(move |at| (index, at));
        (0..self.entries.len()).flat_map(each).map(|(index, at)| self.info(index, at)).collect()
    }

    /// The routes all of whose requests go to earlier ones.
    pub(crate) fn unreachable(&self) -> Vec<Unreachable> {
        let mut found = Vec::new();
        let mut ranks = (0..self.owners.len()).peekable();
        for (index, (entry, _)) in self.entries.iter().enumerate() {
            let own: Vec<usize> =
                std::iter::from_fn(|| ranks.next_if(|rank| self.owners[*rank] == index)).collect();
            for (at, verb) in entry.verbs.iter().enumerate() {
                let mut instead = None;
                let all = own.iter().all(|rank| {
                    let covering = self.covering(*rank, (index, at), &verb.method);
                    instead = instead.or(covering);
                    covering.is_some()
                });
                if let Some((other, verb)) = instead.filter(|_| all) {
                    let instead = self.info(other, verb);
                    found.push(Unreachable { route: self.info(index, at), instead });
                }
            }
        }
        found
    }

    /// The first verb before `own`, of any entry, that takes every request of this rank and method.
    fn covering(
        &self,
        rank: usize,
        own: (usize, usize),
        method: &Option<Method>,
    ) -> Option<(usize, usize)> {
        let mut first: Option<(usize, usize)> = None;
        self.tree.covering(rank, |other| {
            let index = self.owners[other];
            let takes = |verb: &Verb| {
                verb.method == *method || verb.method.is_none() && *method != Some(Method::HEAD)
            };
            let entry = &self.entries[index].0;
            if (entry.hosts.is_empty() || entry.hosts == self.entries[own.0].0.hosts)
                && let Some(at) = entry.verbs.iter().position(takes)
                && (index, at) < first.unwrap_or(own)
            {
                first = Some((index, at));
            }
        });
        first
    }

    /// What a rank has for a host.
    fn verbs(&self, rank: usize, host: &str) -> &[Verb] {
        let (entry, _) = &self.entries[self.owners[rank]];
        if entry.answers_for(host) { &entry.verbs } else { &[] }
    }

    fn info(&self, index: usize, verb: usize) -> RouteInfo {
        let (entry, pattern) = &self.entries[index];
        let method = entry.verbs[verb].method.clone();
        let (pattern, name) = (pattern.clone(), entry.name.clone());
        RouteInfo { method, pattern, name, host: host::listed(&entry.hosts), at: entry.at }
    }
}

fn add(methods: &mut Vec<Method>, method: &Method) {
    if !methods.contains(method) {
        methods.push(method.clone());
    }
}
