//! [`golden`]: a text that is compared with a file of the repository.
//!
//! A golden file is for what people read (an error page, a page of help) or what must not change by accident (a wire
//! format). `CEPA_GOLDEN=overwrite cargo test` writes what was found; a reviewer sees the difference in version control.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// Compares a text with a golden file, whose path begins at the crate under test. With `CEPA_GOLDEN=overwrite` in the
/// environment it writes the file in place of comparing.
///
/// ```
/// cepa_test::golden("tests/golden/greeting.txt", "Hello, onion\n");
/// ```
///
/// # Panics
/// When they differ, or the file is missing; the message has the path, and the lines that differ.
#[track_caller]
pub fn golden(path: impl AsRef<Path>, text: &str) {
    let root = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let overwrite = env::var_os("CEPA_GOLDEN").is_some_and(|mode| mode == "overwrite");
    if let Err(told) = compare(&root.join(path), text, overwrite) {
        #[expect(clippy::panic, reason = "documented")]
        {
            panic!("{told}")
        }
    }
}

/// Compares or overwrites; the error is the message.
fn compare(path: &Path, text: &str, overwrite: bool) -> Result<(), String> {
    let shown = path.display();
    if overwrite {
        let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
        let written = folder.and_then(|()| fs::write(path, text));
        return written.map_err(|error| format!("cannot write the golden file {shown}: {error}"));
    }
    let hint = "CEPA_GOLDEN=overwrite accepts what was found";
    match fs::read_to_string(path) {
        Ok(expected) if expected == text => Ok(()),
        Ok(expected) => {
            Err(format!("{shown} differs ({hint}):\n\n{}", difference(&expected, text)))
        }
        Err(error) => Err(format!("no golden file {shown}: {error} ({hint}):\n\n{text}")),
    }
}

/// The lines between what is the same at the beginning and at the end: `-` expected, `+` found.
fn difference(expected: &str, found: &str) -> String {
    let (old, new): (Vec<_>, Vec<_>) =
        (expected.split('\n').collect(), found.split('\n').collect());
    let same = |(a, b): &(&&str, &&str)| a == b;
    let head = old.iter().zip(&new).take_while(same).count();
    let most = old.len().min(new.len()) - head;
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(same).count().min(most);
    let before = old[..head].last().map(|line| format!("  {line}\n")).unwrap_or_default();
    let lines = |mark: &str, lines: &[&str]| {
        lines.iter().map(|line| format!("{mark} {line}\n")).collect::<String>()
    };
    let removed = lines("-", &old[head..old.len() - tail]);
    let added = lines("+", &new[head..new.len() - tail]);
    format!("line {}:\n{before}{removed}{added}", head + 1)
}

#[cfg(test)]
mod tests {
    use super::{compare, difference};

    #[test]
    fn the_lines_that_differ_are_shown() {
        let shown = difference("a\nb\nc\nd\n", "a\nB\nBB\nc\nd\n");
        assert_eq!(shown, "line 2:\n  a\n- b\n+ B\n+ BB\n");
        assert_eq!(difference("a\na\n", "a\n"), "line 2:\n  a\n- a\n");
        assert_eq!(difference("a", "a\n"), "line 2:\n  a\n+ \n");
    }

    #[test]
    fn a_missing_file_is_named_and_overwriting_makes_it() {
        let folder = std::env::temp_dir().join(format!("cepa-golden-{}", std::process::id()));
        let path = folder.join("new/file.txt");
        let told = compare(&path, "onion", false).unwrap_err();
        assert!(told.contains("new/file.txt") && told.contains("CEPA_GOLDEN=overwrite"), "{told}");
        assert_eq!(compare(&path, "onion", true), Ok(()));
        assert_eq!(compare(&path, "onion", false), Ok(()));
        let told = compare(&path, "leek", false).unwrap_err();
        assert!(told.contains("new/file.txt") && told.contains("- onion\n+ leek"), "{told}");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
