//! An example is read in one look: at most sixty lines.

#[test]
fn every_example_has_at_most_sixty_lines() {
    let mut count = 0;
    for entry in std::fs::read_dir(env!("CARGO_MANIFEST_DIR")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let lines = std::fs::read_to_string(&path).unwrap().lines().count();
            assert!(lines <= 60, "{} has {lines} lines", path.display());
            count += 1;
        }
    }
    assert!(count >= 13, "only {count} examples were found");
}
