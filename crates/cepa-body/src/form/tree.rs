//! From pairs to a tree: the bracket and dot rules of `qs`, which is what Koa's parsers use.
//!
//! The tree is a [`Value`] whose leaves are all text. Pairs are collected in a flat map first (equal
//! names become a list, in order), then every name is cut into segments and its value is merged into the
//! tree. While the tree grows, `Null` stands for a hole in a list (`a[2]=x` alone); holes are removed at the end.
//!
//! Invariants: a list never has more than [`Rules::index`] elements, an index at or above it is a key, so
//! nothing is allocated from a number in the input; a name nests at most [`Rules::depth`] + 2 levels, and
//! what is deeper stays one key. Both as in `qs`, and both an error instead when the rules are strict.
//! Where `qs` would drop pairs silently (more than [`Rules::keys`]) the whole form is refused, and so it is
//! where `qs` would nest without end (more than [`MIXTURES`]): a tree is dropped and read by recursion.
//! Names of JavaScript's object members are ordinary keys here: a map in Rust has no prototype to protect.

use serde_json::{Map, Value};

/// How often texts may meet objects under one name (`a[b]=1&a=2`) in a form: each time makes a list of both, so
/// in turns with what makes an object of it again, a level more.
const MIXTURES: usize = 100;

/// The bounds within which a tree grows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    /// Levels of nesting below the first name.
    pub(crate) depth: usize,
    /// Indices below this one make lists.
    pub(crate) index: usize,
    /// Pairs in one form.
    pub(crate) keys: usize,
    /// Whether a name beyond `depth` or `index` is an error.
    pub(crate) strict: bool,
}

/// What the rules do not allow.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Beyond {
    /// There were more pairs.
    Keys,
    /// This name nests deeper, and the rules are strict.
    Depth(String),
    /// This name has a larger index, and the rules are strict.
    Index(String),
    /// With this name, texts met objects more than [`MIXTURES`] times.
    Mixed(String),
}

/// A form that is being collected, pair by pair.
#[derive(Debug)]
pub(crate) struct Pairs {
    rules: Rules,
    count: usize,
    flat: Map<String, Value>,
}

impl Pairs {
    pub(crate) fn new(rules: Rules) -> Self {
        Self { rules, count: 0, flat: Map::new() }
    }

    /// Adds a pair whose name and value are decoded already. A pair without a name is ignored.
    pub(crate) fn push(&mut self, name: String, value: String) -> Result<(), Beyond> {
        self.count += 1;
        if self.count > self.rules.keys {
            return Err(Beyond::Keys);
        }
        if name.is_empty() {
            return Ok(());
        }
        let value = Value::String(value);
        match self.flat.get_mut(&name) {
            None => {
                self.flat.insert(name, value);
            }
            Some(Value::Array(list)) => list.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
        Ok(())
    }

    /// The tree, an object at its root.
    pub(crate) fn into_tree(self) -> Result<Value, Beyond> {
        let rules = self.rules;
        let mut root = Map::new();
        let mut growth = Growth { limit: rules.index, mixtures: 0 };
        for (name, leaf) in self.flat {
            let name = brackets_for_dots(&name);
            let segments = segments(&name, rules);
            if rules.strict {
                within(&name, &segments, rules)?;
            }
            match nest(&segments, leaf, rules.index) {
                Value::Object(branch) => merge_maps(&mut root, branch, &mut growth),
                Value::Array(branch) => merge_maps(&mut root, keyed(branch), &mut growth),
                _ => {}
            }
            if growth.mixtures > MIXTURES {
                return Err(Beyond::Mixed(name.into_owned()));
            }
        }
        let mut root = Value::Object(root);
        remove_holes(&mut root);
        Ok(root)
    }
}

/// Writes `a.b` as `a[b]`. A dot needs a name behind it: in `a..b` the first, in `a.` the only one stays.
fn brackets_for_dots(name: &str) -> std::borrow::Cow<'_, str> {
    if !name.contains('.') {
        return name.into();
    }
    let mut out = String::with_capacity(name.len() + 8);
    let mut rest = name;
    let mut open = 0_usize;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        match c {
            '.' if open == 0 => {
                // Only here: looked for at every character, the end would cost the square of the name.
                let (key, behind) = after.split_at(after.find(['.', '[']).unwrap_or(after.len()));
                if !key.is_empty() {
                    out.push('[');
                    out.push_str(key);
                    out.push(']');
                    rest = behind;
                    continue;
                }
            }
            '[' => open += 1,
            ']' => open = open.saturating_sub(1),
            _ => {}
        }
        out.push(c);
        rest = after;
    }
    out.into()
}

#[derive(Debug, PartialEq, Eq)]
enum Segment<'a> {
    Key(&'a str),
    Index(usize),
    Append,
}

/// Cuts a name into what its brackets say: `a[b][2][]` is `a`, `b`, 2, append.
///
/// Text between a closing bracket and the next opening one is ignored. A bracket that is never closed
/// makes the rest one key, and so does the depth limit.
fn segments(name: &str, rules: Rules) -> Vec<Segment<'_>> {
    let first = name.find('[').unwrap_or(name.len());
    let mut out = Vec::with_capacity(2);
    if first > 0 {
        out.push(Segment::Key(&name[..first]));
    }
    let mut rest = &name[first..];
    let mut levels = 0;
    while !rest.is_empty() {
        let Some(close) = matching_bracket(rest).filter(|_| levels < rules.depth) else {
            out.push(Segment::Key(rest));
            break;
        };
        out.push(segment(&rest[1..close], rules.index));
        levels += 1;
        let after = &rest[close + 1..];
        rest = &after[after.find('[').unwrap_or(after.len())..];
    }
    out
}

/// Whether a name, cut into its segments, is nowhere beyond the rules.
fn within(name: &str, segments: &[Segment<'_>], rules: Rules) -> Result<(), Beyond> {
    let is_index = |key: &str| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit());
    for (at, segment) in segments.iter().enumerate() {
        match segment {
            Segment::Key(rest) if rest.starts_with('[') && at >= rules.depth => {
                return Err(Beyond::Depth(name.to_owned()));
            }
            Segment::Key(key) if at > 0 && is_index(key) => {
                return Err(Beyond::Index(name.to_owned()));
            }
            _ => {}
        }
    }
    Ok(())
}

fn segment(inside: &str, limit: usize) -> Segment<'_> {
    if inside.is_empty() {
        return Segment::Append;
    }
    let canonical = inside == "0" || !inside.starts_with('0');
    if canonical && inside.bytes().all(|byte| byte.is_ascii_digit()) {
        match inside.parse::<usize>() {
            Ok(index) if index < limit => return Segment::Index(index),
            _ => {}
        }
    }
    Segment::Key(inside)
}

/// Where the bracket that opens `text` is closed, counting nested ones.
fn matching_bracket(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'[' => open += 1,
            b']' if open == 1 => return Some(at),
            b']' => open -= 1,
            _ => {}
        }
    }
    None
}

/// Wraps a leaf into the objects and lists its segments ask for, from the inside out.
fn nest(segments: &[Segment<'_>], leaf: Value, limit: usize) -> Value {
    let nested = segments.iter().rev().fold(leaf, |inner, segment| match segment {
        Segment::Append if inner.is_array() => inner,
        Segment::Append => Value::Array(vec![inner]),
        Segment::Index(index) => {
            let mut list = vec![Value::Null; *index];
            list.push(bounded(inner, limit));
            Value::Array(list)
        }
        Segment::Key(key) => {
            Value::Object(Map::from_iter([((*key).to_owned(), bounded(inner, limit))]))
        }
    });
    bounded(nested, limit)
}

/// What merging is bounded by, and what it counts.
struct Growth {
    /// As [`Rules::index`].
    limit: usize,
    /// How often a text has met an object.
    mixtures: usize,
}

fn merge(target: &mut Value, source: Value, growth: &mut Growth) {
    let merged = match (target.take(), source) {
        (Value::Null, source) => source,
        (kept, Value::Null) => kept,
        (kept, Value::String(nothing)) if nothing.is_empty() => kept,
        (Value::Object(mut map), Value::Object(branch)) => {
            merge_maps(&mut map, branch, growth);
            Value::Object(map)
        }
        (Value::Object(mut map), Value::Array(branch)) => {
            merge_maps(&mut map, keyed(branch), growth);
            Value::Object(map)
        }
        (Value::Array(list), Value::Object(branch)) => {
            let mut map = keyed(list);
            merge_maps(&mut map, branch, growth);
            Value::Object(map)
        }
        (Value::Array(list), Value::Array(branch)) => merge_lists(list, branch, growth),
        (Value::Array(mut list), leaf) => {
            list.push(leaf);
            bounded_without_holes(list, growth.limit)
        }
        (leaf, Value::Array(mut branch)) => {
            branch.insert(0, leaf);
            bounded(Value::Array(branch), growth.limit)
        }
        (first, second) => {
            growth.mixtures += usize::from(first.is_object());
            bounded(Value::Array(vec![first, second]), growth.limit)
        }
    };
    *target = merged;
}

fn merge_maps(map: &mut Map<String, Value>, branch: Map<String, Value>, growth: &mut Growth) {
    for (key, value) in branch {
        match map.get_mut(&key) {
            Some(target) => merge(target, value, growth),
            None => {
                map.insert(key, value);
            }
        }
    }
}

fn merge_lists(mut list: Vec<Value>, branch: Vec<Value>, growth: &mut Growth) -> Value {
    for (index, item) in branch.into_iter().enumerate() {
        if item.is_null() {
            continue;
        }
        let container = item.is_array() || item.is_object();
        match list.get_mut(index) {
            Some(slot) if slot.is_null() => *slot = item,
            Some(slot) if container && (slot.is_array() || slot.is_object()) => {
                merge(slot, item, growth);
            }
            Some(_) => list.push(item),
            None => {
                list.resize(index, Value::Null);
                list.push(item);
            }
        }
    }
    bounded_without_holes(list, growth.limit)
}

fn bounded_without_holes(list: Vec<Value>, limit: usize) -> Value {
    let present = list.iter().filter(|item| !item.is_null()).count();
    if present > limit { Value::Object(keyed(list)) } else { Value::Array(list) }
}

/// A list that outgrew the limit becomes an object keyed by index.
fn bounded(value: Value, limit: usize) -> Value {
    match value {
        Value::Array(list) if list.len() > limit => Value::Object(keyed(list)),
        value => value,
    }
}

fn keyed(list: Vec<Value>) -> Map<String, Value> {
    let present = list.into_iter().enumerate().filter(|(_, value)| !value.is_null());
    present.map(|(index, value)| (index.to_string(), value)).collect()
}

fn remove_holes(value: &mut Value) {
    match value {
        Value::Array(list) => {
            list.retain(|item| !item.is_null());
            list.iter_mut().for_each(remove_holes);
        }
        Value::Object(map) => map.values_mut().for_each(remove_holes),
        _ => {}
    }
}
