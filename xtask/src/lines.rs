//! How long the crates are: lines of source with their documentation, and the longest file.

use std::fs;
use std::path::Path;

use crate::step::{Failure, root};

pub(crate) fn count() -> Result<(), Failure> {
    let mut crates: Vec<_> = fs::read_dir(root().join("crates"))?.flatten().collect();
    crates.sort_by_key(fs::DirEntry::file_name);
    println!("{:16} {:>6} {:>6}  longest file", "crate", "files", "lines");
    for entry in crates {
        let mut files = Vec::new();
        collect(&entry.path().join("src"), &mut files)?;
        let lines: usize = files.iter().map(|(_, lines)| lines).sum();
        let longest = files.iter().max_by_key(|(_, lines)| lines);
        let longest = longest.map(|(name, lines)| format!("{name} {lines}")).unwrap_or_default();
        let name = entry.file_name().to_string_lossy().into_owned();
        println!("{name:16} {:6} {lines:6}  {longest}", files.len());
    }
    Ok(())
}

/// Name and length of every Rust file below a folder.
fn collect(folder: &Path, files: &mut Vec<(String, usize)>) -> Result<(), Failure> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.push((name, fs::read_to_string(&path)?.lines().count()));
        }
    }
    Ok(())
}
