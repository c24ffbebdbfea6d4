//! The same programs on the real Koa and on cepa, and the same requests to both.

use crate::npm;
use crate::peer::script;
use crate::report::Report;
use crate::step::{Failure, announce, command};

/// Runs the rig; the words go to it, such as `--seed 7`.
pub(crate) fn run(report: &mut Report, words: &[&str]) -> Result<(), Failure> {
    npm::install()?;
    announce("path-to-regexp: what the router's tests were told it says");
    let output = script(command("node", &["conformance/koa/paths.mjs", "--check"]))?;
    report.add_closing_line("path-to-regexp, recorded", &output);
    announce("Koa: the same programs, the same requests");
    let rig = ["run", "--locked", "--quiet", "--package", "conformance-koa", "--"];
    let output = script(command("cargo", &[&rig[..], words].concat()))?;
    report.add_closing_line("Koa against cepa", &output);
    Ok(())
}
