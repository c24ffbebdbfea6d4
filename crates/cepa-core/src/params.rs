//! [`Params`]: what a route captured, as ranges of the path.
//!
//! A match allocates one list and copies no text; values are percent-decoded when they are asked
//! for, and a malformed escape is found then. When middleware rewrites the path, the values
//! become texts of their own.

use std::ops::Range;
use std::sync::Arc;

/// The parameters of the matched route, in the order of the path.
#[derive(Clone, Debug, Default)]
pub struct Params {
    list: Vec<(Arc<str>, Value)>,
}

#[derive(Clone, Debug)]
enum Value {
    /// A range of the request's path.
    Range(Range<usize>),
    /// The text, once the request's path has been replaced.
    Text(Box<str>),
}

impl Params {
    /// Adds a parameter whose value is this range of the request's path.
    ///
    /// A name that is there already keeps its place and takes the new value.
    pub fn push(&mut self, name: Arc<str>, range: Range<usize>) {
        match self.list.iter_mut().find(|(known, _)| *known == name) {
            Some((_, value)) => *value = Value::Range(range),
            None => self.list.push((name, Value::Range(range))),
        }
    }

    /// Forgets all of them.
    pub fn clear(&mut self) {
        self.list.clear();
    }

    /// The still encoded value of a parameter, given the path of the request.
    pub(crate) fn raw<'a>(&'a self, path: &'a str, name: &str) -> Option<&'a str> {
        match self.list.iter().find(|(known, _)| **known == *name)? {
            (_, Value::Range(range)) => path.get(range.clone()),
            (_, Value::Text(text)) => Some(text),
        }
    }

    /// Keeps the values readable although the request is about to lose this path.
    pub(crate) fn keep(&mut self, path: &str) {
        for (_, value) in &mut self.list {
            if let Value::Range(range) = value {
                *value = Value::Text(path.get(range.clone()).unwrap_or_default().into());
            }
        }
    }
}
