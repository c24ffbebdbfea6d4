//! What needs no test: format, lints, documentation, spelling of the tree's rules.

use std::process::Command;

use crate::step::{Failure, announce, command, run};

fn document() -> Result<(), Failure> {
    let arguments = ["doc", "--workspace", "--no-deps", "--all-features", "--quiet"];
    let mut rustdoc: Command = command("cargo", &arguments);
    let status = rustdoc.env("RUSTDOCFLAGS", "-D warnings").status()?;
    if status.success() { Ok(()) } else { Err(Failure::new("cargo doc has warnings")) }
}

pub(crate) fn check() -> Result<(), Failure> {
    announce("Format");
    run("cargo", &["fmt", "--all", "--check"])?;
    announce("Lints");
    let clippy = ["clippy", "--workspace", "--all-targets", "--all-features", "--quiet"];
    run("cargo", &[&clippy[..], &["--", "-D", "warnings"]].concat())?;
    announce("Documentation");
    document()
}
