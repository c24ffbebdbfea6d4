//! How fast cepa-ws is, beside its rivals, measured in one run: masking, and echoes.
//!
//! ```text
//! cargo run --release --manifest-path benches/websocket/Cargo.toml
//! ```
//!
//! Everybody's rounds alternate and the best of each counts, so that what else the machine does hits all
//! alike. The ratios are what is meant; the figures depend on the machine.

mod echo;
mod masking;

use std::time::Duration;

/// How often each contestant runs.
const ROUNDS: usize = 15;

fn main() {
    masking::run();
    echo::run();
}

/// The best of each contestant's rounds.
fn best(contestants: &[(&str, &dyn Fn() -> Duration)]) -> Vec<Duration> {
    let mut best = vec![Duration::MAX; contestants.len()];
    for _ in 0..ROUNDS {
        for ((_, round), best) in contestants.iter().zip(&mut best) {
            *best = round().min(*best);
        }
    }
    best
}

/// A line of the table: what was measured, and for each contestant its rate and how it compares with cepa's.
fn print(what: &str, unit: &str, amount: f64, contestants: &[(&str, &dyn Fn() -> Duration)]) {
    let times = best(contestants);
    print!("{what:24}");
    for ((name, _), time) in contestants.iter().zip(&times) {
        let ratio = times[0].as_secs_f64() / time.as_secs_f64();
        print!("  {name} {:8.2} {unit} ({ratio:.2})", amount / time.as_secs_f64());
    }
    println!();
}
