//! Every chapter is tested, and its links to files lead somewhere.

use std::fs;
use std::path::Path;

#[test]
fn every_chapter_is_a_module_and_in_the_contents() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let modules = fs::read_to_string(folder.join("src/lib.rs")).unwrap();
    let contents = fs::read_to_string(folder.join("README.md")).unwrap();
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.ends_with(".md") && name != "README.md" {
            assert!(modules.contains(&format!("../{name}")), "{name} is not compiled");
            assert!(contents.contains(&format!("({name})")), "{name} is not in README.md");
            count += 1;
        }
    }
    assert!(count >= 6, "only {count} chapters were found");
}

#[test]
fn links_to_files_lead_somewhere() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap_or_default();
            if !target.contains("://") && !file.is_empty() {
                assert!(folder.join(file).exists(), "{}: {target}", path.display());
            }
        }
    }
}
