//! [`Literal`]: text of a pattern, compared with text of a path, and [`Literals`], many of them at once.
//!
//! A literal is ASCII, because patterns are percent-encoded when they are parsed. It matches in any
//! case unless it is sensitive; the hex digits of an escape match in either case always, because
//! `%c3` and `%C3` are the same byte. A literal that is not sensitive is kept in lower case, so two
//! of them are equal when they match the same texts.
//!
//! `Literals` is a hash table rather than `std`'s because it is asked with text in any case, without
//! making a copy of it, and can hold `/Admin` (sensitive) beside `/admin`: one text may match both.
//! The keys come from the program and the table never grows while it serves, so its hash needs no secret.

/// A fixed text and whether its case matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Literal {
    text: Box<str>,
    sensitive: bool,
}

impl Literal {
    pub(crate) fn new(text: &str, sensitive: bool) -> Self {
        let text = if sensitive { text.to_owned() } else { text.to_ascii_lowercase() };
        Self { text: text.into(), sensitive }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether this is the whole of a text.
    pub(crate) fn is(&self, text: &[u8]) -> bool {
        let own = self.text.as_bytes();
        // Nearly all paths are written as the pattern is.
        if own == text {
            return true;
        } else if !self.sensitive {
            return own.eq_ignore_ascii_case(text);
        }
        let in_escape = |at: usize| own[at.saturating_sub(2)..at].contains(&b'%');
        own.len() == text.len()
            && own.iter().zip(text).enumerate().all(|(at, (own, other))| {
                own == other || own.eq_ignore_ascii_case(other) && in_escape(at)
            })
    }

    pub(crate) fn begins(&self, text: &[u8]) -> bool {
        text.get(..self.len()).is_some_and(|head| self.is(head))
    }

    pub(crate) fn ends(&self, text: &[u8]) -> bool {
        text.len().checked_sub(self.len()).is_some_and(|at| self.is(&text[at..]))
    }

    /// Where this occurs in a text for the first time. The literal must not be empty.
    pub(crate) fn first_in(&self, text: &[u8]) -> Option<usize> {
        text.windows(self.len()).position(|window| self.is(window))
    }

    /// Where this occurs in a text for the last time. The literal must not be empty.
    pub(crate) fn last_in(&self, text: &[u8]) -> Option<usize> {
        text.windows(self.len()).rposition(|window| self.is(window))
    }

    /// Whether this matches every text that `other` matches.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        (!self.sensitive || other.sensitive) && self.is(other.text.as_bytes())
    }

    /// The matching texts whose case is furthest apart: what holds for each character of both holds for
    /// every text that this matches.
    pub(crate) fn extremes(&self) -> Vec<String> {
        let upper = (!self.sensitive).then(|| self.text.to_ascii_uppercase());
        std::iter::once(self.text.to_string()).chain(upper).collect()
    }

    pub(crate) fn is_sensitive(&self) -> bool {
        self.sensitive
    }
}

/// Children by literal, found in time that does not depend on how many there are.
#[derive(Debug, Default)]
pub(crate) struct Literals {
    entries: Vec<(Literal, usize)>,
    /// One more than an index into `entries`, or 0; open addressing, at most half full.
    slots: Vec<usize>,
    longest: usize,
}

impl Literals {
    /// The child of exactly this literal, which `make` makes when there is none.
    pub(crate) fn child(&mut self, literal: &Literal, make: impl FnOnce() -> usize) -> usize {
        let known = self.matching(literal.text()).find(|(known, _)| *known == literal);
        if let Some((_, child)) = known {
            return child;
        }
        let child = make();
        self.longest = self.longest.max(literal.len());
        self.entries.push((literal.clone(), child));
        if self.entries.len() * 2 > self.slots.len() {
            self.slots = vec![0; (self.entries.len() * 4).next_power_of_two()];
            for at in 0..self.entries.len() {
                self.place(at);
            }
        } else {
            self.place(self.entries.len() - 1);
        }
        child
    }

    /// The literals that match a text, with their children.
    pub(crate) fn matching(&self, text: &str) -> impl Iterator<Item = (&Literal, usize)> {
        let mask = self.slots.len().wrapping_sub(1);
        let fits = !self.slots.is_empty() && text.len() <= self.longest;
        let mut slot = if fits { hash(text) & mask } else { 0 };
        std::iter::from_fn(move || {
            let at = self.slots.get(slot).filter(|_| fits)?.checked_sub(1)?;
            slot = (slot + 1) & mask;
            self.entries.get(at)
        })
        .filter(|(literal, _)| literal.is(text.as_bytes()))
        .map(|(literal, child)| (literal, *child))
    }

    fn place(&mut self, at: usize) {
        let mask = self.slots.len() - 1;
        let mut slot = hash(self.entries[at].0.text()) & mask;
        while self.slots[slot] != 0 {
            slot = (slot + 1) & mask;
        }
        self.slots[slot] = at + 1;
    }
}

/// A hash that is the same for both cases of a letter: eight bytes at a time, each without the bit that tells
/// them apart, multiplied by the golden ratio.
fn hash(text: &str) -> usize {
    let mix = |hash: u64, bytes: [u8; 8]| {
        let folded = u64::from_le_bytes(bytes) | 0x2020_2020_2020_2020;
        (hash ^ folded).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
    };
    let (eights, rest) = text.as_bytes().as_chunks::<8>();
    let hash = eights.iter().fold(text.len() as u64, |hash, bytes| mix(hash, *bytes));
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let hash = mix(hash, last);
    (hash ^ (hash >> 32)) as usize
}
