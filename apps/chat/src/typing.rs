//! Who is typing: a mark that fades.
//!
//! A page says "typing" again and again while somebody types; one event a second and client goes out. Those that poll get
//! the marks that have not faded. Plain data under the room's lock; time is an argument.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::{ClientId, Nick, Who};

/// How long a mark stays.
pub const TYPING_STAYS: Duration = Duration::from_secs(4);
/// The least time between two events of one client.
pub const TYPING_EVERY: Duration = Duration::from_secs(1);
/// The most marks in a room; further ones are not kept and not told.
pub const TYPING_MARKS: usize = 200;

#[derive(Debug, Default)]
pub(crate) struct Typing {
    marks: HashMap<ClientId, (Nick, Instant)>,
}

impl Typing {
    /// This client types. True when the others should be told.
    pub(crate) fn mark(&mut self, who: &Who, now: Instant) -> bool {
        self.fade(now);
        match self.marks.get(&who.client) {
            Some((_, at)) if now < *at + TYPING_EVERY => return false,
            None if self.marks.len() >= TYPING_MARKS => return false,
            _ => {}
        }
        self.marks.insert(who.client.clone(), (who.nick.clone(), now));
        true
    }

    /// This client has said what it typed, or left.
    pub(crate) fn clear(&mut self, client: &str) {
        self.marks.remove(client);
    }

    pub(crate) fn fade(&mut self, now: Instant) {
        self.marks.retain(|_, (_, at)| now < *at + TYPING_STAYS);
    }

    /// Who types, but for this client itself; sorted.
    pub(crate) fn nicks(&self, but: &ClientId, now: Instant) -> Vec<Nick> {
        let marks = self.marks.iter();
        let others = marks.filter(|(id, (_, at))| *id != but && now < *at + TYPING_STAYS);
        let mut nicks: Vec<Nick> = others.map(|(_, (nick, _))| nick.clone()).collect();
        nicks.sort_unstable();
        nicks.dedup();
        nicks
    }
}
