//! What was compared and what came of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::compare::{Pair, Verdict};
use crate::normalise::{lines, normalise};
use crate::requests::Listed;
use crate::wire::Request;

/// The counts of one kind of requests.
#[derive(Default)]
struct Counts {
    equal: u64,
    declared: u64,
    unexplained: u64,
}

/// A run.
pub(crate) struct Report {
    programs: usize,
    /// The names of the page, with how many requests differ so.
    names: BTreeMap<String, u64>,
    unknown: BTreeSet<String>,
    listed: Counts,
    generated: Counts,
    seed: Option<u64>,
    /// Only some requests were asked for: they are shown in full, and nothing is said of the rest.
    partial: bool,
}

impl Report {
    /// A report on this many programs, with the names that the page explains.
    pub(crate) fn new(programs: usize, known: BTreeSet<String>, partial: bool) -> Self {
        Self {
            programs,
            names: known.into_iter().map(|name| (name, 0)).collect(),
            unknown: BTreeSet::new(),
            listed: Counts::default(),
            generated: Counts::default(),
            seed: None,
            partial,
        }
    }

    /// Adds a request of a list.
    pub(crate) fn listed(&mut self, one: &Listed, pair: &Pair, verdict: Verdict) {
        let place = format!("{} ({})", one.place, one.program);
        if let Some(lines) = self.add(&place, &one.request, pair, &verdict) {
            let wanted = one.declared.iter().flat_map(|declared| &declared.lines);
            let gone: Vec<_> = wanted.filter(|line| !lines.contains(line)).collect();
            if one.declared.is_some() {
                println!("  declared, and not so: {gone:?}");
            }
        }
        self.listed.add(&verdict);
    }

    /// Adds a generated request.
    pub(crate) fn generated(
        &mut self,
        place: &str,
        request: &Request,
        pair: &Pair,
        verdict: &Verdict,
    ) {
        self.add(place, request, pair, verdict);
        self.generated.add(verdict);
    }

    /// Says which seed the generated requests have.
    pub(crate) fn seed(&mut self, seed: u64) {
        self.seed = Some(seed);
    }

    /// Counts the names, and prints what is unexplained, in the form of the lists.
    fn add<'v>(
        &mut self,
        place: &str,
        request: &Request,
        pair: &Pair,
        verdict: &'v Verdict,
    ) -> Option<&'v [String]> {
        if let Verdict::Declared(names) = verdict {
            for name in names {
                match self.names.get_mut(name) {
                    Some(count) => *count += 1,
                    None => drop(self.unknown.insert(name.clone())),
                }
            }
        }
        let found = match verdict {
            Verdict::Unexplained(found) => Some(found.as_slice()),
            _ => None,
        };
        if self.partial || found.is_some() {
            println!("\n{place}");
            println!("{} {}", request.method, request.target.escape_ascii());
            for (name, value) in &request.headers {
                println!("  {name}: {}", value.escape_ascii());
            }
            if let Some(body) = &request.body {
                println!("  > {}", body[..body.len().min(300)].escape_ascii());
            }
            found.into_iter().flatten().for_each(|line| println!("  {line}"));
        }
        if self.partial {
            for (side, answer) in [("koa", &pair.koa), ("cepa", &pair.cepa)] {
                println!("  -- {side}");
                lines(&normalise(answer.clone())).iter().for_each(|line| println!("  {line}"));
            }
        }
        found
    }

    /// Requests that differ unexplained, names of the page that nothing differs by, and names it does not have.
    pub(crate) fn failed(&self) -> u64 {
        let names = self.unused().count() + self.unknown.len();
        let nothing = u64::from(self.listed.all() + self.generated.all() == 0);
        self.listed.unexplained + self.generated.unexplained + names as u64 + nothing
    }

    fn unused(&self) -> impl Iterator<Item = &String> {
        let unused = self.names.iter().filter(|(_, count)| **count == 0);
        unused.map(|(name, _)| name).filter(|_| !self.partial)
    }

    /// Prints the sums; the last line is for those who count tests.
    pub(crate) fn print(&self) {
        for name in self.unused() {
            println!("\ndifferences.md: nothing differs any more by `{name}`");
        }
        for name in &self.unknown {
            println!("\ndifferences.md does not explain `{name}`");
        }
        println!("\n{} programs on Koa and on cepa", self.programs);
        println!("requests    {}", self.listed);
        if let Some(seed) = self.seed {
            println!("generated   {}, seed {seed}", self.generated);
        }
        if !self.partial {
            println!("declared differences, and the requests that have them:");
            self.names.iter().for_each(|(name, count)| println!("  {count:5}  {name}"));
        }
        let passed = [&self.listed, &self.generated].map(|counts| counts.equal + counts.declared);
        println!("{} passed, {} failed", passed.iter().sum::<u64>(), self.failed());
    }
}

impl Counts {
    fn add(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Equal => self.equal += 1,
            Verdict::Declared(_) => self.declared += 1,
            Verdict::Unexplained(_) => self.unexplained += 1,
        }
    }

    fn all(&self) -> u64 {
        self.equal + self.declared + self.unexplained
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { equal, declared, unexplained } = self;
        write!(
            f,
            "{}: {equal} equal, {declared} differ as declared, {unexplained} unexplained",
            self.all()
        )
    }
}
