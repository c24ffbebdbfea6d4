//! Running other programs, and saying what went wrong.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fmt};

/// Why a step could not do its work.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// The folder that cargo builds into, as seen from [`root`].
pub(crate) fn target() -> String {
    env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".into())
}

/// Says what is about to happen, so that a long run shows where it is.
pub(crate) fn announce(what: &str) {
    println!("\n== {what}");
}

/// A command in the folder of the workspace.
pub(crate) fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root()).stdin(Stdio::null());
    command
}

/// Runs a command to its end; its output is ours.
pub(crate) fn run(program: &str, arguments: &[&str]) -> Result<(), Failure> {
    let line = format!("{program} {}", arguments.join(" "));
    println!("$ {line}");
    let status = command(program, arguments)
        .status()
        .map_err(|error| Failure::new(format!("cannot run `{line}`: {error}")))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("`{line}` failed: {status}"))) }
}

/// Whether a program is there.
pub(crate) fn exists(program: &str) -> bool {
    command(program, &["--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
