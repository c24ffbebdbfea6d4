//! [`Shape`]: an alternative of a pattern, compiled: segments, perhaps a tail, and a rule for the slash.
//!
//! A path is cut at its slashes. Each [`Segment`] of a shape stands for one part of it; from the
//! segment on that holds a wildcard, the rest of the path is one text, the *tail*, matched as a
//! [`Run`]. So `/a/:b/x-*c/d` has the segments `a` and `:b` and the tail `x-*c/d`.
//!
//! The slash at the end of a path is not part of its segments: [`Slash`] says whether a shape takes
//! paths with it, without it, or both. The root, `/`, is a slash after no segments. A pattern that ends
//! in a slash demands it, and unless it is strict tolerates another one, as path-to-regexp does.

use std::sync::Arc;

use crate::constraint::Constraint;
use crate::literal::Literal;
use crate::pattern::{Alternative, Piece};
use crate::run::{self, Ranges, Run};

/// One alternative of a pattern, ready to match.
#[derive(Debug)]
pub(crate) struct Shape {
    pub(crate) segments: Vec<Segment>,
    pub(crate) tail: Option<Run>,
    pub(crate) slash: Slash,
    /// The names of the captures, in the order of the path.
    pub(crate) names: Vec<Arc<str>>,
}

/// What one part of a path between slashes must be.
#[derive(Debug)]
pub(crate) enum Segment {
    /// This text.
    Literal(Literal),
    /// Anything that is not empty; captured whole.
    Param,
    /// What fits a constraint; captured whole.
    Typed(Constraint),
    /// Text and one or more captures.
    Mixed(Run),
}

/// Which paths a shape takes: with a slash at their end, without, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slash {
    Tolerated,
    Absent,
    Required,
}

impl Slash {
    pub(crate) fn accepts(self, slash: bool) -> bool {
        match self {
            Self::Tolerated => true,
            Self::Absent => !slash,
            Self::Required => slash,
        }
    }

    /// Whether this accepts whatever `other` does.
    pub(crate) fn covers(self, other: Self) -> bool {
        self == Self::Tolerated || self == other
    }
}

impl Shape {
    /// The shapes of an alternative: one, or two when its own slash at the end may be doubled.
    pub(crate) fn all(mut alternative: Alternative, strict: bool) -> Vec<Self> {
        let mut shapes = Vec::new();
        let wild =
            alternative.iter().any(|piece| matches!(piece, Piece::Capture { wild: true, .. }));
        let mut slash = if strict { Slash::Absent } else { Slash::Tolerated };
        // A tail is matched as text, with its slash.
        let ends = |piece: &Piece| matches!(piece, Piece::Text { text, .. } if text.ends_with('/'));
        if !wild && alternative.last().is_some_and(ends) {
            slash = Slash::Required;
            if !strict {
                shapes.push(Self::new(alternative.clone(), slash));
            }
            if let Some(Piece::Text { text, .. }) = alternative.last_mut() {
                text.pop();
            }
        }
        shapes.push(Self::new(alternative, slash));
        shapes
    }

    fn new(alternative: Alternative, slash: Slash) -> Self {
        let names = run::names(&alternative);
        let mut shape = Self { segments: Vec::new(), tail: None, slash, names };
        let mut open: Option<Vec<Piece>> = None;
        let mut pieces = alternative.into_iter();
        while let Some(piece) = pieces.next() {
            match piece {
                Piece::Text { text, sensitive } => {
                    for (at, part) in text.split('/').enumerate() {
                        if at > 0 {
                            shape.segments.extend(open.replace(Vec::new()).map(Segment::new));
                        }
                        if let Some(open) = open.as_mut().filter(|_| !part.is_empty()) {
                            open.push(Piece::Text { text: part.to_owned(), sensitive });
                        }
                    }
                }
                Piece::Capture { wild: true, .. } => {
                    let mut rest = open.take().unwrap_or_default();
                    rest.push(piece);
                    rest.extend(pieces.by_ref());
                    shape.tail = Run::new(&rest);
                }
                Piece::Capture { .. } => open.get_or_insert_default().push(piece),
            }
        }
        shape.segments.extend(open.map(Segment::new));
        shape
    }

    /// Where the captures stand in a path that this matches; its text is not compared again.
    pub(crate) fn captures(&self, path: Path<'_>) -> Option<Ranges> {
        let mut ranges = Ranges::new();
        let mut at = Path::START;
        for segment in &self.segments {
            let (text, next) = path.segment(at)?;
            match segment {
                Segment::Literal(_) => {}
                Segment::Param | Segment::Typed(_) => ranges.push(at..at + text.len()),
                Segment::Mixed(run) => ranges.extend(run.captures(text, at)?),
            }
            at = next;
        }
        if let Some(run) = &self.tail {
            ranges.extend(path.tail(run, at, self.slash)?);
        }
        Some(ranges)
    }
}

impl Segment {
    fn new(pieces: Vec<Piece>) -> Self {
        match &*pieces {
            [] => Self::Literal(Literal::new("", false)),
            [Piece::Text { text, sensitive }] => Self::Literal(Literal::new(text, *sensitive)),
            [Piece::Capture { fits: Some(fits), .. }] => Self::Typed(fits.clone()),
            [Piece::Capture { .. }] => Self::Param,
            _ => Run::new(&pieces).map_or(Self::Param, Self::Mixed),
        }
    }
}

/// The path of a request, cut at its slashes as it is walked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Path<'a> {
    text: &'a str,
    /// The end of the last segment.
    end: usize,
    /// Whether a slash follows it.
    slash: bool,
}

impl<'a> Path<'a> {
    /// Where the first segment begins.
    pub(crate) const START: usize = 1;

    /// `None` for what is no path: the `*` of `OPTIONS *`, and the nothing of `CONNECT example.com:80`.
    pub(crate) fn new(text: &'a str) -> Option<Self> {
        let slash = text.ends_with('/');
        let end = text.len() - usize::from(slash);
        text.starts_with('/').then_some(Self { text, end, slash })
    }

    /// The segment that begins here, and where the next one does; `None` when there are no more.
    pub(crate) fn segment(self, at: usize) -> Option<(&'a str, usize)> {
        let rest = self.text.get(at..self.end)?;
        let len = rest.bytes().position(|byte| byte == b'/').unwrap_or(rest.len());
        Some((&rest[..len], at + len + 1))
    }

    /// Whether the segment before this position was the last one.
    pub(crate) fn is_over(self, at: usize) -> bool {
        at > self.end
    }

    pub(crate) fn slash(self) -> bool {
        self.slash
    }

    /// Matches a run against everything from here on, if need be without the slash at the end.
    pub(crate) fn tail(self, run: &Run, at: usize, slash: Slash) -> Option<Ranges> {
        let whole = run.captures(self.text.get(at..)?, at);
        if whole.is_some() || slash != Slash::Tolerated || !self.slash {
            return whole;
        }
        run.captures(self.text.get(at..self.end)?, at)
    }
}
