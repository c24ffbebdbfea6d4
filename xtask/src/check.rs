//! What needs no test: format, lints, documentation, a reason for every dependency, and that what stands apart
//! from the workspace still builds. A lock file that would have to change is an error here, as in the tests.

use std::fs;
use std::process::Command;

use crate::step::{Failure, announce, command, root, run, target};

fn document() -> Result<(), Failure> {
    let arguments = ["doc", "--locked", "--workspace", "--no-deps", "--all-features", "--quiet"];
    let mut rustdoc: Command = command("cargo", &arguments);
    let status = rustdoc.env("RUSTDOCFLAGS", "-D warnings").status()?;
    if status.success() { Ok(()) } else { Err(Failure::new("cargo doc has warnings")) }
}

pub(crate) fn check() -> Result<(), Failure> {
    announce("Dependencies");
    dependencies()?;
    announce("Format");
    run("cargo", &["fmt", "--all", "--check"])?;
    announce("Lints");
    let clippy =
        ["clippy", "--locked", "--workspace", "--all-targets", "--all-features", "--quiet"];
    run("cargo", &[&clippy[..], &["--", "-D", "warnings"]].concat())?;
    announce("Fuzz targets and benchmarks");
    for apart in ["fuzz", "benches/websocket"] {
        let manifest = format!("{apart}/Cargo.toml");
        let check = ["check", "--locked", "--quiet", "--all-targets", "--manifest-path", &manifest];
        run("cargo", &[&check[..], &["--target-dir", &target()]].concat())?;
    }
    announce("Documentation");
    document()
}

/// Every dependency of the workspace has its line in the page that justifies them.
fn dependencies() -> Result<(), Failure> {
    let manifest = fs::read_to_string(root().join("Cargo.toml"))?;
    let page = fs::read_to_string(root().join("docs/dependencies.md"))?;
    let table = manifest.split("[workspace.dependencies]").nth(1).unwrap_or_default();
    let lines = table.lines().skip(1).take_while(|line| !line.starts_with('['));
    let others = lines.filter(|line| !line.contains("{ path = "));
    let names = others.filter_map(|line| line.split_once(" = ").map(|(name, _)| name.trim()));
    let unexplained: Vec<&str> =
        names.filter(|name| !page.contains(&format!("`{name}`"))).collect();
    if unexplained.is_empty() {
        return Ok(());
    }
    let list = unexplained.join(", ");
    Err(Failure::new(format!("docs/dependencies.md does not say what these are for: {list}")))
}
