//! [`Tree`]: all shapes of a router in one tree over segments, searched once a request.
//!
//! A node stands for the segments on the way to it. Below it are literals (a hash table), one child
//! for a whole-segment parameter whatever its name, one for each constraint on such a parameter, the
//! segments of text and captures, and the tails that hold a wildcard. At it and at its tails are *leaves*:
//! the shapes that end there.
//!
//! Shapes are ranked in the order of registration and the lowest rank that matches wins, so several
//! branches must be followed; but every node knows the lowest rank below it, and branches that cannot
//! win are left out. A node is visited at most once a search because there is one way to it: the
//! time of a match is bounded by the length of the path and by how many branches of the tree match the
//! same path, not by the number of routes. The captures are found afterwards, for the winner alone.
//!
//! Not done: constraints, segments with text and captures (`/:a-:b`), and wildcards, are tried one by one when
//! they differ and stand under the same node. Tables with hundreds of those in one place are not known.

use crate::constraint::Constraint;
use crate::literal::{Literal, Literals};
use crate::run::{Ranges, Run};
use crate::shape::{Path, Segment, Shape, Slash};

/// Every shape of a router; a shape's rank is its index.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    nodes: Vec<Node>,
    shapes: Vec<Shape>,
}

#[derive(Debug)]
struct Node {
    /// The lowest rank at or below this node.
    first: usize,
    literals: Literals,
    param: Option<usize>,
    typed: Vec<(Constraint, usize)>,
    mixed: Vec<(Run, usize)>,
    tails: Vec<(Run, Vec<Leaf>)>,
    leaves: Vec<Leaf>,
}

#[derive(Clone, Copy, Debug)]
struct Leaf {
    rank: usize,
    slash: Slash,
}

impl Tree {
    pub(crate) fn new(shapes: Vec<Shape>) -> Self {
        let mut tree = Self { nodes: vec![Node::new(0)], shapes: Vec::new() };
        for (rank, shape) in shapes.into_iter().enumerate() {
            let mut node = 0;
            for segment in &shape.segments {
                node = tree.child(node, segment, rank);
            }
            let leaf = Leaf { rank, slash: shape.slash };
            let Node { tails, leaves, .. } = &mut tree.nodes[node];
            match &shape.tail {
                None => leaves.push(leaf),
                Some(run) => match tails.iter_mut().find(|(known, _)| known == run) {
                    Some((_, leaves)) => leaves.push(leaf),
                    None => tails.push((run.clone(), vec![leaf])),
                },
            }
            tree.shapes.push(shape);
        }
        tree
    }

    fn child(&mut self, parent: usize, segment: &Segment, rank: usize) -> usize {
        let new = self.nodes.len();
        let node = &mut self.nodes[parent];
        let child = match segment {
            Segment::Literal(literal) => node.literals.child(literal, || new),
            Segment::Param => *node.param.get_or_insert(new),
            Segment::Typed(fits) => known(&mut node.typed, fits, new),
            Segment::Mixed(run) => known(&mut node.mixed, run, new),
        };
        if child == new {
            self.nodes.push(Node::new(rank));
        }
        child
    }

    /// The lowest rank whose shape matches the path and which `wanted` accepts; it is asked about no
    /// others than those that match and may win.
    pub(crate) fn find(&self, path: Path<'_>, wanted: impl FnMut(usize) -> bool) -> Option<usize> {
        let mut search = Search { tree: self, path, wanted, best: usize::MAX };
        search.visit(self.nodes.first()?, Path::START);
        (search.best != usize::MAX).then_some(search.best)
    }

    /// The names and places of the captures of a shape that matches the path.
    pub(crate) fn captures(&self, rank: usize, path: Path<'_>) -> Option<(&Shape, Ranges)> {
        let shape = self.shapes.get(rank)?;
        let ranges = if shape.names.is_empty() { Ranges::new() } else { shape.captures(path)? };
        Some((shape, ranges))
    }

    /// Tells `see` the ranks of shapes, this one's own among them, that match every path that it does.
    /// Some may be missed, none is told wrongly.
    pub(crate) fn covering(&self, rank: usize, mut see: impl FnMut(usize)) {
        if let (Some(root), Some(shape)) = (self.nodes.first(), self.shapes.get(rank)) {
            self.cover(root, &shape.segments, shape, &mut see);
        }
    }

    fn cover(&self, node: &Node, rest: &[Segment], shape: &Shape, see: &mut impl FnMut(usize)) {
        let some_text = match rest {
            [] => shape.tail.is_some(),
            [Segment::Literal(only)] => only.len() > 0 || shape.tail.is_some(),
            _ => true,
        };
        for (run, leaves) in &node.tails {
            let same = rest.is_empty() && shape.tail.as_ref() == Some(run);
            if run.takes_all() && some_text || same {
                let covers = |leaf: &&Leaf| run.takes_all() || leaf.slash.covers(shape.slash);
                leaves.iter().filter(covers).for_each(|leaf| see(leaf.rank));
            }
        }
        let Some((segment, rest)) = rest.split_first() else {
            if shape.tail.is_none() {
                let covers = |leaf: &&Leaf| leaf.slash.covers(shape.slash);
                node.leaves.iter().filter(covers).for_each(|leaf| see(leaf.rank));
            }
            return;
        };
        let mut children = Vec::new();
        let is_text = !matches!(segment, Segment::Literal(literal) if literal.len() == 0);
        children.extend(node.param.filter(|_| is_text));
        match segment {
            Segment::Param => {}
            Segment::Typed(own) => {
                let typed = node.typed.iter().filter(|(fits, _)| fits == own);
                children.extend(typed.map(|(_, child)| *child));
            }
            Segment::Literal(literal) => {
                let covers = |known: &Literal| known.covers(literal);
                let literals = node.literals.matching(literal.text());
                children.extend(literals.filter(|(known, _)| covers(known)).map(|(_, at)| at));
                let typed = node.typed.iter().filter(|(fits, _)| fits.covers(literal));
                children.extend(typed.map(|(_, child)| *child));
                let mixed = node.mixed.iter().filter(|(run, _)| run.covers(literal));
                children.extend(mixed.map(|(_, child)| *child));
            }
            Segment::Mixed(own) => {
                let mixed = node.mixed.iter().filter(|(run, _)| run == own);
                children.extend(mixed.map(|(_, child)| *child));
            }
        }
        for child in children {
            self.cover(&self.nodes[child], rest, shape, see);
        }
    }
}

impl Node {
    fn new(first: usize) -> Self {
        Self {
            first,
            literals: Literals::default(),
            param: None,
            typed: Vec::new(),
            mixed: Vec::new(),
            tails: Vec::new(),
            leaves: Vec::new(),
        }
    }
}

/// The child that stands behind a key, or a new one.
fn known<K: Clone + PartialEq>(children: &mut Vec<(K, usize)>, key: &K, new: usize) -> usize {
    if let Some((_, child)) = children.iter().find(|(known, _)| known == key) {
        return *child;
    }
    children.push((key.clone(), new));
    new
}

struct Search<'t, W> {
    tree: &'t Tree,
    path: Path<'t>,
    wanted: W,
    best: usize,
}

impl<'t, W: FnMut(usize) -> bool> Search<'t, W> {
    fn visit(&mut self, node: &'t Node, at: usize) {
        if node.first >= self.best {
            return;
        }
        if self.path.is_over(at) {
            self.take(&node.leaves, |leaf, path| leaf.slash.accepts(path.slash()));
        }
        if let Some((text, next)) = self.path.segment(at) {
            for (_, child) in node.literals.matching(text) {
                self.visit(&self.tree.nodes[child], next);
            }
            if let Some(child) = node.param.filter(|_| !text.is_empty()) {
                self.visit(&self.tree.nodes[child], next);
            }
            for (fits, child) in &node.typed {
                let child = &self.tree.nodes[*child];
                if child.first < self.best && fits.fits(text) {
                    self.visit(child, next);
                }
            }
            for (run, child) in &node.mixed {
                let child = &self.tree.nodes[*child];
                if child.first < self.best && run.captures(text, at).is_some() {
                    self.visit(child, next);
                }
            }
        }
        for (run, leaves) in &node.tails {
            self.take(leaves, |leaf, path| path.tail(run, at, leaf.slash).is_some());
        }
    }

    fn take(&mut self, leaves: &[Leaf], matches: impl Fn(&Leaf, Path<'_>) -> bool) {
        for leaf in leaves {
            if leaf.rank >= self.best {
                return;
            }
            if matches(leaf, self.path) && (self.wanted)(leaf.rank) {
                self.best = leaf.rank;
            }
        }
    }
}
