//! What it costs to find a route, in instructions: `cargo xtask bench router`.
//!
//! Instructions are counted by callgrind, which makes them the same on every run and on every machine of a kind;
//! `cargo bench -p cepa-router` measures time. A program is run twice with another number of rounds, so that what
//! is left of the difference is matching alone. The run fails when a match among 10,000 routes costs more than
//! [`MOST`] times a match among 10.

use crate::debian;
use crate::step::{Failure, announce, command};

const SIZES: [usize; 4] = [10, 100, 1_000, 10_000];
const ASKED: [&str; 4] = ["first", "last", "spread", "miss"];
const MOST: f64 = 1.5;

/// Rounds of the shorter run; the longer one has twice as many.
const ROUNDS: usize = 50;

pub(crate) fn run() -> Result<(), Failure> {
    debian::require("valgrind", "valgrind", "counting instructions")?;
    announce("Instructions a match, and the ratio to 10 routes");
    let program = build()?;
    let mut worst: f64 = 0.0;
    println!("{:8} {:>7} {:>8} {:>8} {:>8} {:>8}", "router", "asked", 10, 100, 1_000, 10_000);
    for (router, sizes) in [("cepa", 4), ("matchit", 4), ("actix", 2)] {
        for asked in ASKED {
            let each = SIZES[..sizes].iter().map(|size| a_match(&program, router, *size, asked));
            let costs = each.collect::<Result<Vec<f64>, _>>()?;
            let cells = costs.iter().map(|cost| format!("{cost:8.0}")).collect::<Vec<_>>();
            let ratios = costs.iter().map(|cost| format!("{:8.2}", cost / costs[0]));
            println!("{router:8} {asked:>7} {}", cells.join(" "));
            println!("{:16} {}", "", ratios.collect::<Vec<_>>().join(" "));
            if router == "cepa" {
                worst = costs.iter().map(|cost| cost / costs[0]).fold(worst, f64::max);
            }
        }
    }
    println!("the highest ratio of cepa is {worst:.2}, and {MOST} is allowed");
    if worst <= MOST { Ok(()) } else { Err(Failure::new("matching grows with the routes")) }
}

/// Builds the benchmark and gives its path.
fn build() -> Result<String, Failure> {
    let arguments = ["bench", "--locked", "-p", "cepa-router", "--bench", "matching", "--no-run"];
    let output = command("cargo", &arguments).output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let path = said.lines().rev().find_map(|line| line.trim().strip_prefix("Executable "));
    let path = path.and_then(|line| line.split(['(', ')']).nth(1));
    path.map(str::to_owned).ok_or_else(|| Failure::new(format!("no benchmark was built: {said}")))
}

/// Instructions for one match.
fn a_match(program: &str, router: &str, size: usize, asked: &str) -> Result<f64, Failure> {
    let (short, paths) = instructions(program, router, size, asked, ROUNDS)?;
    let (long, _) = instructions(program, router, size, asked, 2 * ROUNDS)?;
    Ok((long - short) / (ROUNDS as f64 * paths))
}

/// Instructions of a run, and how many paths a round asks for.
fn instructions(
    program: &str,
    router: &str,
    size: usize,
    asked: &str,
    rounds: usize,
) -> Result<(f64, f64), Failure> {
    let (size, rounds) = (size.to_string(), rounds.to_string());
    let callgrind = ["--tool=callgrind", "--callgrind-out-file=/dev/null", program];
    let arguments = [&callgrind[..], &["rounds", router, &size, asked, &rounds]].concat();
    let output = command("valgrind", &arguments).output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    let collected = said.lines().find_map(|line| line.split("Collected :").nth(1));
    let collected = collected.and_then(|count| count.trim().parse().ok());
    let paths = String::from_utf8_lossy(&output.stdout).trim().parse().ok();
    collected.zip(paths).ok_or_else(|| Failure::new(format!("callgrind counted nothing: {said}")))
}
