//! [`Run`]: captures with text before, between and after them, matched without backtracking.
//!
//! The captures of a run are found from its two ends towards one of them, the *pivot*, which takes
//! what is left:
//!
//! - Right of the pivot, each capture begins after the last occurrence of the text in front of it, so
//!   it does not contain that text: `/:from-:to` on `1-2-3` gives `1-2` and `3`. As in path-to-regexp, the
//!   text may not even begin in the value to end behind it; and a parameter with no wildcard before it in
//!   its segment may *be* that text (`x--`). A value that is alone in its segment is free.
//! - Left of the pivot, each capture ends before the first occurrence of the text behind it.
//!
//! The pivot is the first wildcard, or the first parameter when there is none. Each text is searched
//! for in what the searches before have left, so a match takes time linear in the path.
//!
//! A constraint is asked about the value that was so found; there is no search for another division in
//! which it would hold, so `/:a<u64>-:b` does not match `1-2-3`.
//!
//! Where a text overlaps itself (`--` in `a---b`) more than one division would do; the one taken
//! makes the captures on the left longest. With a second wildcard, path-to-regexp forbids the text since
//! the first instead of the text in front; that shows only where parameters stand between the two.

use std::ops::Range;
use std::sync::Arc;

use smallvec::{SmallVec, smallvec};

use crate::constraint::Constraint;
use crate::literal::Literal;
use crate::pattern::Piece;

/// Where captures stand in a path, in the order of the pattern; up to eight need no allocation.
pub(crate) type Ranges = SmallVec<[Range<usize>; 8]>;

/// Text and captures in turn, with at least one capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    lead: Literal,
    captures: Vec<Capture>,
    pivot: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Capture {
    wild: bool,
    /// Whether the value may be the very text in front of it.
    repeats: bool,
    fits: Option<Constraint>,
    /// The text behind this capture; empty only behind the last.
    after: Literal,
}

impl Run {
    /// `None` when the pieces hold no capture.
    pub(crate) fn new(pieces: &[Piece]) -> Option<Self> {
        let sensitive =
            pieces.iter().any(|piece| matches!(piece, Piece::Text { sensitive: true, .. }));
        let mut texts = vec![String::new()];
        let mut captures = Vec::new();
        let mut after_wild = false;
        for piece in pieces {
            match piece {
                Piece::Text { text, .. } => {
                    after_wild &= !text.contains('/');
                    if let Some(last) = texts.last_mut() {
                        last.push_str(text);
                    }
                }
                Piece::Capture { wild, fits, .. } => {
                    texts.push(String::new());
                    after_wild |= *wild;
                    captures.push((*wild, !after_wild, fits.clone()));
                }
            }
        }
        let pivot = captures.iter().position(|(wild, ..)| *wild).unwrap_or(0);
        let mut texts = texts.iter().map(|text| Literal::new(text, sensitive));
        let lead = texts.next()?;
        let capture = |((wild, repeats, fits), after)| Capture { wild, repeats, fits, after };
        let captures: Vec<_> = captures.into_iter().zip(texts).map(capture).collect();
        (!captures.is_empty()).then_some(Self { lead, captures, pivot })
    }

    /// The ranges of the captures when the run is the whole of `text`, which stands at `offset`.
    pub(crate) fn captures(&self, text: &str, offset: usize) -> Option<Ranges> {
        let bytes = text.as_bytes();
        let count = self.captures.len();
        let end = &self.captures.last()?.after;
        let mut low = self.lead.len();
        let mut high = bytes.len().checked_sub(end.len()).filter(|high| low <= *high)?;
        if !self.lead.begins(bytes) || !end.ends(bytes) {
            return None;
        }
        let mut ranges: Ranges = smallvec![0..0; count];
        for at in 0..self.pivot {
            let text = &self.captures[at].after;
            let found = low + text.first_in(&bytes[low..high])?;
            ranges[at] = low..found;
            low = found + text.len();
        }
        for at in (self.pivot + 1..count).rev() {
            let text = &self.captures[at - 1].after;
            let found = low + text.last_in(bytes.get(low..high.checked_sub(1)?)?)?;
            let value = found + text.len()..high;
            // The text must not begin within the value either, to end in what follows it.
            let near = (high + text.len() - 1).min(bytes.len());
            let free = self.captures[at].repeats && text.is(&bytes[value.clone()])
                || text.text().contains('/') && !bytes[value.clone()].contains(&b'/');
            if !free && text.first_in(&bytes[value.start..near]).is_some() {
                return None;
            }
            ranges[at] = value;
            high = found;
        }
        ranges[self.pivot] = low..high;
        for (range, capture) in ranges.iter_mut().zip(&self.captures) {
            if range.start == range.end || !capture.wild && bytes[range.clone()].contains(&b'/') {
                return None;
            }
            if capture.fits.as_ref().is_some_and(|fits| !fits.fits(&text[range.clone()])) {
                return None;
            }
            *range = range.start + offset..range.end + offset;
        }
        Some(ranges)
    }

    /// Whether this matches every text that `literal` matches.
    pub(crate) fn covers(&self, literal: &Literal) -> bool {
        let sensitive = self.lead.is_sensitive();
        (!sensitive || literal.is_sensitive())
            && literal.extremes().iter().all(|text| self.captures(text, 0).is_some())
    }

    /// Whether this is one wildcard and nothing else, which matches every text but the empty.
    pub(crate) fn takes_all(&self) -> bool {
        self.lead.len() == 0
            && matches!(&*self.captures, [Capture { wild: true, after, .. }] if after.len() == 0)
    }
}

/// The names of the captures among some pieces.
pub(crate) fn names(pieces: &[Piece]) -> Vec<Arc<str>> {
    let name = |piece: &Piece| match piece {
        Piece::Capture { name, .. } => Some(name.clone()),
        Piece::Text { .. } => None,
    };
    pieces.iter().filter_map(name).collect()
}
