//! Who is typing: a mark that fades.
//!
//! A page says "typing" again and again while somebody types; one event a second and client goes out. Those that poll get
//! the marks that have not faded, by the time or because the room was swept. Plain data under the room's lock; time is an argument.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::{ClientId, Nick, Tab, Who};

/// How long a mark stays.
pub const TYPING_STAYS: Duration = Duration::from_secs(4);
/// The least time between two events of one client.
pub const TYPING_EVERY: Duration = Duration::from_secs(1);
/// The most marks in a room; further ones are not kept and not told.
pub const TYPING_MARKS: usize = 200;

#[derive(Debug, Default)]
pub(crate) struct Typing {
    marks: HashMap<Tab, (Nick, Instant)>,
}

impl Typing {
    /// This client types. True when the others should be told.
    pub(crate) fn mark(&mut self, who: &Who, now: Instant) -> bool {
        let tab = who.client.tab();
        match self.marks.get(&tab) {
            Some((_, at)) if now < *at + TYPING_EVERY => return false,
            None if self.marks.len() >= TYPING_MARKS => return false,
            _ => {}
        }
        self.marks.insert(tab, (who.nick.clone(), now));
        true
    }

    /// This tab has said what it typed, or left. True when there was a mark.
    pub(crate) fn clear(&mut self, tab: &str) -> bool {
        self.marks.remove(tab).is_some()
    }

    /// Forgets the marks that are over. True when there was one.
    pub(crate) fn fade(&mut self, now: Instant) -> bool {
        let before = self.marks.len();
        self.marks.retain(|_, (_, at)| now < *at + TYPING_STAYS);
        self.marks.len() < before
    }

    /// Who types, but for this client itself; sorted.
    pub(crate) fn nicks(&self, but: &ClientId, now: Instant) -> Vec<Nick> {
        let (marks, but) = (self.marks.iter(), but.tab());
        let others = marks.filter(|(tab, (_, at))| **tab != but && now < *at + TYPING_STAYS);
        let mut nicks: Vec<Nick> = others.map(|(_, (nick, _))| nick.clone()).collect();
        nicks.sort_unstable();
        nicks.dedup();
        nicks
    }
}
