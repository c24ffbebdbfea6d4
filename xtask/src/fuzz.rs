//! Every target of `fuzz/`, each for the same time, as many at once as there are cores.
//!
//! The targets are ordinary programs around libFuzzer: built with the compiler's coverage counters, which stable offers,
//! they need neither cargo-fuzz nor a nightly toolchain. Overflow and debug assertions are checked. Left away is the
//! address sanitizer, the one thing that needs `RUSTC_BOOTSTRAP`: `unsafe` is forbidden here, it doubles the build and halves
//! the executions. The folder is laid out as cargo-fuzz wants it, for whoever wants to run that.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;

use crate::debian;
use crate::report::Report;
use crate::step::{Failure, announce, command, root, target};

/// How long each target runs unless told otherwise, in seconds.
pub(crate) const SECONDS: u32 = 10;

/// What libFuzzer counts and compares; the same that cargo-fuzz asks for.
const COVERAGE: &str = "--cfg fuzzing -Cdebug-assertions -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Cllvm-args=-simplifycfg-branch-fold-threshold=0";

/// What became of a target: how often it ran, as it says itself, and all that it said if it failed.
struct Ended {
    executions: String,
    failure: Option<String>,
}

pub(crate) fn fuzz(report: &mut Report, seconds: u32) -> Result<(), Failure> {
    debian::require("c++", "g++", "libFuzzer")?;
    announce("Fuzz targets");
    let programs = build()?;
    let waiting = Mutex::new(targets()?);
    let ended = Mutex::new(BTreeMap::new());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(name) = lock(&waiting).pop() {
                    let outcome = attack(&programs.join(&name), &name, seconds);
                    lock(&ended).insert(name, outcome);
                }
            });
        }
    });
    for (name, outcome) in std::mem::take(&mut *lock(&ended)) {
        let Ended { executions, failure } = outcome?;
        if let Some(said) = &failure {
            println!("{said}");
        }
        let passed = u64::from(failure.is_none());
        println!("{name}: {executions} executions");
        report.add(format!("fuzz {name}, {executions} executions"), passed, 1 - passed);
    }
    Ok(())
}

/// Builds all targets; where they are.
fn build() -> Result<PathBuf, Failure> {
    let host = host()?;
    let folder = root().join(target()).join("fuzz");
    // With a named target the flags are for our programs only, not for those that run while building.
    let built = command("cargo", &["build", "--locked", "--release", "--target", &host])
        .args(["--manifest-path", "fuzz/Cargo.toml", "--target-dir"])
        .arg(&folder)
        .env("RUSTFLAGS", COVERAGE)
        .status()?;
    if !built.success() {
        return Err(Failure::new("the fuzz targets do not build"));
    }
    Ok(folder.join(host).join("release"))
}

/// The machine's own target, as rustc calls it.
fn host() -> Result<String, Failure> {
    let output = Command::new("rustc").arg("-vV").output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .ok_or_else(|| Failure::new("rustc does not say for which machine it is"))
}

/// The names of the targets: of the files in their folder.
fn targets() -> Result<Vec<String>, Failure> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root().join("fuzz/fuzz_targets"))? {
        let path = entry?.path();
        names.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    names.sort_by(|a, b| b.cmp(a));
    Ok(names)
}

/// Runs one target. What it finds is added to `fuzz/found`.
fn attack(program: &Path, name: &str, seconds: u32) -> Result<Ended, Failure> {
    let found = format!("fuzz/found/{name}");
    fs::create_dir_all(root().join(&found))?;
    let output = command(&program.display().to_string(), &[&found, &format!("fuzz/corpus/{name}")])
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-artifact_prefix={found}/"))
        .args(["-timeout=10", "-max_len=4096", "-print_final_stats=1"])
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let mut counts =
        said.lines().filter_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    let executions = counts.next_back().map(|count| count.trim().to_owned());
    let passed = output.status.success() && executions.is_some();
    Ok(Ended {
        executions: executions.unwrap_or_else(|| "?".into()),
        failure: (!passed).then_some(said),
    })
}

/// A thread that panicked has left nothing half done.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
