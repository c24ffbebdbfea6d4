//! The Rust tests of the whole workspace: unit, integration, examples, compiler messages, documentation.
//!
//! They run through one `cargo test`, whose output is passed on and read: which program is running, and
//! what it ended with. An ignored test counts as failed, for there should be none.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::report::Report;
use crate::step::{Failure, announce, command};

pub(crate) fn run(report: &mut Report) -> Result<(), Failure> {
    announce("Rust tests");
    // Through a shell, so that cargo's words and those of the tests arrive in one order.
    let line = "exec cargo test --locked --workspace --all-features --no-fail-fast 2>&1";
    let mut tests = command("sh", &["-c", line]).stdout(Stdio::piped()).spawn()?;
    let output = tests.stdout.take().ok_or_else(|| Failure::new("cargo test has no output"))?;
    let (mut running, mut ended) = (String::from("cargo test"), true);
    for line in BufReader::new(output).lines() {
        let line = line?;
        println!("{line}");
        if let Some(name) = program(&line) {
            (running, ended) = (name, false);
        }
        if let Some((passed, failed)) = result(&line) {
            if passed + failed > 0 {
                report.add(&running, passed, failed);
            }
            ended = true;
        }
    }
    let status = tests.wait()?;
    if !ended || (!status.success() && report.failed() == 0) {
        // It did not compile, or a program died without a word.
        report.add(running, 0, 1);
    }
    Ok(())
}

/// The name of the program that a line of cargo's announces.
fn program(line: &str) -> Option<String> {
    let line = line.trim_start();
    if let Some(name) = line.strip_prefix("Doc-tests ") {
        return Some(format!("{name} (documentation)"));
    }
    let (source, binary) = line.strip_prefix("Running ")?.split_once(" (")?;
    let binary = binary.trim_end_matches(')').rsplit('/').next()?;
    let name = binary.rsplit_once('-').map_or(binary, |(name, _)| name);
    Some(format!("{name} ({})", source.trim_start_matches("unittests ")))
}

/// Passed and failed of a program's last line; ignored tests count as failed.
fn result(line: &str) -> Option<(u64, u64)> {
    let counts = line.strip_prefix("test result: ")?.split_once(". ")?.1;
    let count = |what: &str| {
        let part = counts.split("; ").find_map(|part| part.strip_suffix(what))?;
        part.trim().parse::<u64>().ok()
    };
    Some((count("passed")?, count("failed")? + count("ignored")?))
}

#[cfg(test)]
mod tests {
    use super::{program, result};

    #[test]
    fn programs_are_named() {
        let line = "     Running tests/onion/main.rs (target/debug/deps/onion-efb8024ed44929bd)";
        assert_eq!(program(line).as_deref(), Some("onion (tests/onion/main.rs)"));
        let line = "     Running unittests src/lib.rs (target/debug/deps/cepa_ws-0123)";
        assert_eq!(program(line).as_deref(), Some("cepa_ws (src/lib.rs)"));
        assert_eq!(program("   Doc-tests cepa").as_deref(), Some("cepa (documentation)"));
        assert_eq!(program("test order::runs ... ok"), None);
    }

    #[test]
    fn results_are_counted() {
        let line = "test result: ok. 22 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.16s";
        assert_eq!(result(line), Some((22, 3)));
        assert_eq!(result("test result: nonsense"), None);
    }
}
