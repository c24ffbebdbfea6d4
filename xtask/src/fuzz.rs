//! Every target of `fuzz/`, each for the same time.
//!
//! cargo-fuzz wants what only a nightly compiler offers unasked; `RUSTC_BOOTSTRAP` makes the stable one of the
//! workspace offer it too, so that no second toolchain is needed.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::report::Report;
use crate::step::{Failure, announce, command, exists, root, run};

/// The version that is installed when there is none.
const CARGO_FUZZ: &str = "0.13.2";

/// How long each target runs unless told otherwise, in seconds.
pub(crate) const SECONDS: u32 = 10;

pub(crate) fn fuzz(report: &mut Report, seconds: u32) -> Result<(), Failure> {
    if !exists("cargo-fuzz") {
        announce("cargo-fuzz");
        run("cargo", &["install", "cargo-fuzz", "--locked", "--version", CARGO_FUZZ])?;
    }
    announce("Fuzz targets");
    let built = command("cargo", &["fuzz", "build"]).env("RUSTC_BOOTSTRAP", "1").status()?;
    if !built.success() {
        return Err(Failure::new("the fuzz targets do not build"));
    }
    for target in targets()? {
        attack(report, &target, seconds)?;
    }
    Ok(())
}

/// The names of the targets: of the files in their folder.
fn targets() -> Result<Vec<String>, Failure> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root().join("fuzz/fuzz_targets"))? {
        let path = entry?.path();
        names.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(names)
}

/// Runs one target. What it finds is added to `fuzz/found`; its last lines say how often it ran.
fn attack(report: &mut Report, target: &str, seconds: u32) -> Result<(), Failure> {
    fs::create_dir_all(root().join("fuzz/found").join(target))?;
    let line = format!(
        "exec cargo fuzz run {target} fuzz/found/{target} fuzz/corpus/{target} -- \
         -max_total_time={seconds} -timeout=10 -max_len=4096 -print_final_stats=1 2>&1"
    );
    println!("$ {line}");
    let mut fuzzer =
        command("sh", &["-c", &line]).env("RUSTC_BOOTSTRAP", "1").stdout(Stdio::piped()).spawn()?;
    let output = fuzzer.stdout.take().ok_or_else(|| Failure::new("the fuzzer has no output"))?;
    let (mut said, mut executions) = (Vec::new(), String::from("?"));
    for line in BufReader::new(output).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        if let Some(count) = line.strip_prefix("stat::number_of_executed_units:") {
            executions = count.trim().to_owned();
        }
        said.push(line);
    }
    let passed = fuzzer.wait()?.success();
    if !passed {
        said.iter().for_each(|line| println!("{line}"));
    }
    let name = format!("fuzz {target}, {executions} executions");
    report.add(name, u64::from(passed), u64::from(!passed));
    Ok(())
}
