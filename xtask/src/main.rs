//! What developers and CI run.
//!
//! - `cargo xtask test` sets up what the tests need and runs all of them: Rust tests, examples, compiler
//!   messages, the real Koa and cepa, request by request, WebSocket case by case against Node's, the official Socket.IO
//!   clients against us and against Node; in Chromium the chat, the official admin page and server-sent events.
//! - `cargo xtask check` runs the formatter, clippy and rustdoc, and refuses warnings.
//! - `cargo xtask features` builds every feature alone.
//! - `cargo xtask conformance koa | socketio | ws` and `cargo xtask browser` run one of the parts.
//! - `cargo xtask conformance variants` runs every official Socket.IO client over every event of `conformance/peer`:
//!   minutes of it, so that it stands apart.
//! - `cargo xtask conformance autobahn` runs the Autobahn suite, whose `wstest` must be in the path.
//! - `cargo xtask fuzz` runs every fuzz target for ten seconds, as CI does; `cargo xtask fuzz 60` for 60.
//! - `cargo xtask bench router` counts what a match costs, and refuses a cost that grows with the routes.
//! - `cargo xtask screenshots` renews the pictures of the README and the guide.
//!
//! Each part adds a line of counts to a [`Report`]; the last line of a run is their sum.
//! There are no dependencies here: this is the first thing that a fresh clone builds.

mod autobahn;
mod bench_router;
mod browser;
mod check;
mod debian;
mod features;
mod fuzz;
mod koa;
mod lines;
mod npm;
mod peer;
mod report;
mod rust_tests;
mod socketio;
mod step;
mod websocket;

use std::process::ExitCode;

use report::Report;
use step::Failure;

const USAGE: &str = "usage: cargo xtask test | check | features | lines | browser | screenshots | \
                     conformance koa|socketio|variants|ws|autobahn | fuzz [seconds] | bench router";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut report = Report::default();
    let result = match words.as_slice() {
        ["test"] => test(&mut report),
        ["check"] => check::check(),
        ["features"] => features::check(),
        ["lines"] => lines::count(),
        ["browser"] => browser::run(&mut report, None),
        ["screenshots"] => browser::run(&mut report, Some("docs/img")),
        ["conformance", "koa", words @ ..] => koa::run(&mut report, words),
        ["bench", "router"] => bench_router::run(),
        ["conformance", "socketio"] => socketio::run(&mut report),
        ["conformance", "variants"] => socketio::variants(&mut report),
        ["conformance", "ws"] => websocket::run(&mut report),
        ["conformance", "autobahn"] => autobahn::run(&mut report),
        ["fuzz"] => fuzz::fuzz(&mut report, fuzz::SECONDS),
        ["fuzz", seconds] => match seconds.parse() {
            Ok(seconds) => fuzz::fuzz(&mut report, seconds),
            Err(_) => Err(Failure::new(USAGE)),
        },
        _ => Err(Failure::new(USAGE)),
    };
    report.print();
    match result {
        Ok(()) if report.failed() == 0 => ExitCode::SUCCESS,
        Ok(()) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Everything, in an order that fails early: a later part runs although an earlier one had failures.
fn test(report: &mut Report) -> Result<(), Failure> {
    npm::install()?;
    browser::require()?;
    debian::require("redis-server", "redis-server", "the tests of stores and clusters")?;
    debian::require("curl", "curl", "the tests of static files")?;
    debian::require("kill", "procps", "ending servers as an operator would")?;
    rust_tests::run(report)?;
    koa::run(report, &[])?;
    websocket::run(report)?;
    socketio::run(report)?;
    browser::run(report, None)
}
