//! Requests that nobody has written: made from a seed, compared like those of the lists.
//!
//! Case K of seed N is always the same request, whatever else runs: it is made by the kind `K mod` the number of
//! kinds (`kinds.rs`), with random numbers that begin with both. A case that differs is made as small as it can be
//! while it still differs, then printed with the words that replay it.
//!
//! There are no expectations here: Koa's answer is one, as far as the rules say.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::{SystemTime, UNIX_EPOCH};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::Result;
use crate::compare::{Pair, Ports, Verdict};
use crate::kinds::{KINDS, Sent};
use crate::report::Report;

/// How often a case that differs is tried smaller.
const SMALLER: usize = 200;

/// A seed for a run that names none: short enough to be typed.
pub(crate) fn seed() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() % 1_000_000)
}

/// Compares the cases of these numbers.
pub(crate) fn compare(
    seed: u64,
    cases: Range<u64>,
    ports: &BTreeMap<String, Ports>,
    report: &mut Report,
) -> Result {
    report.seed(seed);
    for number in cases {
        let (name, strategy) = KINDS[usize::try_from(number)? % KINDS.len()];
        let mut tree = strategy()
            .new_tree(&mut runner(seed, number))
            .map_err(|why| format!("case {number} ({name}) cannot be made: {why}"))?;
        let ask = |sent: &Sent| -> Result<(Pair, Verdict)> {
            let ports = ports.get(sent.program).ok_or("a kind names no program")?;
            let pair = Pair::send(&sent.request, *ports)?;
            let verdict = pair.verdict(sent.program, &sent.request, None);
            Ok((pair, verdict))
        };
        let mut sent = tree.current();
        let (mut pair, mut verdict) = ask(&sent)?;
        if matches!(verdict, Verdict::Unexplained(_)) {
            let mut tries = 0;
            let mut moved = tree.simplify();
            while moved && tries < SMALLER {
                tries += 1;
                let smaller = tree.current();
                let (found, said) = ask(&smaller)?;
                moved = if matches!(said, Verdict::Unexplained(_)) {
                    (sent, pair, verdict) = (smaller, found, said);
                    tree.simplify()
                } else {
                    tree.complicate()
                };
            }
        }
        let place = format!("{name} ({}): --seed {seed} --only {number}", sent.program);
        report.generated(&place, &sent.request, &pair, &verdict);
    }
    Ok(())
}

/// Random numbers that depend on the seed and the number of the case alone.
fn runner(seed: u64, number: u64) -> TestRunner {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&number.to_le_bytes());
    TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

#[cfg(test)]
mod tests {
    use proptest::strategy::{Strategy, ValueTree};

    use super::runner;
    use crate::kinds::KINDS;

    #[test]
    fn a_case_is_the_same_every_time() {
        for (at, (name, strategy)) in KINDS.into_iter().enumerate() {
            let make = |seed| {
                let tree = strategy().new_tree(&mut runner(seed, at as u64));
                tree.map(|tree| tree.current().request).ok()
            };
            assert!(make(1).is_some() && make(1) == make(1), "{name}");
        }
    }
}
