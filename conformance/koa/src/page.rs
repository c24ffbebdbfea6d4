//! `differences.md`: the names of what differs on purpose, each a row of a table that begins with `` | `name` | ``.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::Result;

/// The names that the page explains.
pub(crate) fn read(path: &Path) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for line in fs::read_to_string(path)?.lines() {
        let Some((name, rest)) = line.strip_prefix("| `").and_then(|rest| rest.split_once("` |"))
        else {
            continue;
        };
        if rest.split('|').filter(|cell| !cell.trim().is_empty()).count() < 3 {
            return Err(format!("differences.md: {name} needs Koa, cepa, and why").into());
        }
        if !names.insert(name.to_owned()) {
            return Err(format!("differences.md: {name} stands there twice").into());
        }
    }
    Ok(names)
}
