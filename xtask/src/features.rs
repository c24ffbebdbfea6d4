//! Whether every feature builds alone, without a warning: what a program gets that turns the defaults off and wants
//! one thing. By hand, `cargo xtask features`: each takes seconds, and there are three dozen.

use std::fs;

use crate::step::{Failure, announce, root, run};

/// Every crate of the workspace that has features, and their names.
fn crates() -> Result<Vec<(String, Vec<String>)>, Failure> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join("crates"))? {
        let folder = entry?.path();
        let manifest = fs::read_to_string(folder.join("Cargo.toml"))?;
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let features = names(&manifest);
        if !features.is_empty() {
            found.push((name, features));
        }
    }
    found.sort();
    Ok(found)
}

/// The names in the table `[features]`, but for `default` and `full`, which are sums.
fn names(manifest: &str) -> Vec<String> {
    let table = manifest.split("\n[features]\n").nth(1).unwrap_or_default();
    let lines = table.lines().take_while(|line| !line.starts_with('['));
    let names = lines.filter_map(|line| line.split_once(" = ").map(|(name, _)| name.trim()));
    names.filter(|name| !matches!(*name, "default" | "full")).map(str::to_owned).collect()
}

pub(crate) fn check() -> Result<(), Failure> {
    for (name, features) in crates()? {
        announce(&name);
        let alone = ["clippy", "--locked", "--quiet", "--package", &name, "--no-default-features"];
        let strict = ["--", "-D", "warnings"];
        run("cargo", &[&alone[..], &strict].concat())?;
        for feature in &features {
            run("cargo", &[&alone[..], &["--features", feature], &strict].concat())?;
        }
    }
    Ok(())
}
