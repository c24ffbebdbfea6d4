//! [`Report`]: what ran, with its counts.

/// One test program.
struct Line {
    name: String,
    passed: u64,
    failed: u64,
}

/// The test programs of a run.
#[derive(Default)]
pub(crate) struct Report {
    lines: Vec<Line>,
}

impl Report {
    /// Adds a program.
    pub(crate) fn add(&mut self, name: impl Into<String>, passed: u64, failed: u64) {
        self.lines.push(Line { name: name.into(), passed, failed });
    }

    /// Adds a program from the last line of its output, `N passed, N failed`; one that says nothing of the
    /// kind, or ran nothing, has failed.
    pub(crate) fn add_closing_line(&mut self, name: impl Into<String>, output: &str) {
        let counts = output.lines().rev().find_map(counts);
        let (passed, failed) = counts.filter(|counts| *counts != (0, 0)).unwrap_or((0, 1));
        self.add(name, passed, failed);
    }

    pub(crate) fn failed(&self) -> u64 {
        self.lines.iter().map(|line| line.failed).sum()
    }

    /// Prints the table, and the sum as the last line.
    pub(crate) fn print(&self) {
        if self.lines.is_empty() {
            return;
        }
        let width = self.lines.iter().map(|line| line.name.chars().count()).max().unwrap_or(0);
        println!("\n{:width$}  passed  failed", "test program");
        for Line { name, passed, failed } in &self.lines {
            println!("{name:width$}  {passed:6}  {failed:6}");
        }
        let passed: u64 = self.lines.iter().map(|line| line.passed).sum();
        println!("\n{passed} passed, {} failed", self.failed());
    }
}

/// The counts of a line `N passed, N failed`.
fn counts(line: &str) -> Option<(u64, u64)> {
    let (passed, failed) = line.trim().split_once(" passed, ")?;
    let failed = failed.strip_suffix(" failed")?;
    Some((passed.parse().ok()?, failed.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::{Report, counts};

    #[test]
    fn closing_lines_are_read() {
        assert_eq!(counts("12 passed, 3 failed"), Some((12, 3)));
        assert_eq!(counts("12 passed"), None);
        assert_eq!(counts("x passed, 3 failed"), None);
    }

    #[test]
    fn a_program_that_ran_nothing_has_failed() {
        for output in ["", "0 passed, 0 failed", "done"] {
            let mut report = Report::default();
            report.add_closing_line("program", output);
            assert_eq!(report.failed(), 1, "{output:?}");
        }
    }
}
