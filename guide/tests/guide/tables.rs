//! What the tables of "From Koa to cepa" show as cepa's form stands in the compiled sources of `forms`.

use std::fs;
use std::path::Path;

/// Text without the differences that a formatter makes.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// What a line holds that is compiled. The sources are formatted, so a blank stands before a comment.
fn code(line: &str) -> &str {
    assert!(!line.contains(" /*"), "no such comments, they are not left out: {line}");
    let is_comment = line.trim_start().starts_with("//");
    if is_comment { "" } else { line.split(" // ").next().unwrap_or_default() }
}

fn sources() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/guide/forms");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let texts = files.map(|path| fs::read_to_string(path).unwrap());
    texts.map(|text| text.lines().map(code).map(plain).collect::<String>()).collect()
}

/// The rows of all tables with this heading for their second column.
fn rows(chapter: &str) -> Vec<Vec<&str>> {
    let mut rows = Vec::new();
    let mut inside = false;
    for line in chapter.lines() {
        // A bar within a cell is written `\|`.
        let cells: Vec<&str> = line.trim().trim_matches('|').split(" | ").map(str::trim).collect();
        inside = line.starts_with('|') && (inside || cells.get(1) == Some(&"cepa"));
        if inside && cells.get(1) != Some(&"cepa") && !line.starts_with("|---") {
            assert_eq!(cells.len(), 3, "three columns: {line}");
            rows.push(cells);
        }
    }
    rows
}

/// The texts between backticks.
fn spans(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

#[test]
fn a_comment_is_not_compiled() {
    let lines = ["a(\"https://b.example/*c\"); // d()", "    // e()", "    /// f()", "//! g()"];
    assert_eq!(lines.map(code).concat(), "a(\"https://b.example/*c\");");
}

#[test]
fn every_form_is_compiled() {
    let sources = sources();
    let rows = rows(include_str!("../../from-koa.md"));
    assert!(rows.len() > 200, "only {} rows were found", rows.len());
    // Beside the forms of the second column, what is a call in the third, unless it is abridged with `..`.
    let is_call = |span: &&str| span.contains('(') && !span.contains("..");
    let calls = rows.iter().flat_map(|row| spans(row[2]).filter(is_call));
    let forms = rows.iter().flat_map(|row| spans(row[1])).chain(calls);
    let is_missing = |form: &&str| !sources.contains(&plain(&form.replace("\\|", "|")));
    let missing: Vec<&str> = forms.filter(is_missing).collect();
    assert!(missing.is_empty(), "in no file of tests/guide/forms: {missing:#?}");
}

#[test]
fn what_has_no_form_has_a_reason() {
    for row in rows(include_str!("../../from-koa.md")) {
        let has_form = spans(row[1]).next().is_some();
        assert!(has_form || !row[2].is_empty(), "neither form nor reason: {row:?}");
    }
}
