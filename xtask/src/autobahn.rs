//! The Autobahn test suite's fuzzing client against `/ws-echo` of the peer.
//!
//! Its program, `wstest`, is written for Python 2, which Debian has no longer, so it stands apart from `cargo xtask test`
//! and is looked for in the path: `python2.7 -m pip install autobahntestsuite==0.8.2` where there is one.
//! The peer is built with optimisation: the last groups send 1,000 messages of 128 KiB in one case.

use std::fs;

use crate::peer::Peer;
use crate::report::Report;
use crate::step::{Failure, announce, command, exists, root, target};

/// What is as good as it gets: right, right in what the suite would rather have otherwise, or only looked at.
const GOOD: [&str; 3] = ["OK", "NON-STRICT", "INFORMATIONAL"];

pub(crate) fn run(report: &mut Report) -> Result<(), Failure> {
    if !exists("wstest") && command("wstest", &["--help"]).output().is_err() {
        return Err(Failure::new("`wstest` is not in the path: install autobahntestsuite 0.8.2"));
    }
    announce("WebSocket: Autobahn against cepa");
    let folder = root().join(target()).join("autobahn");
    fs::create_dir_all(&folder)?;
    let build = ["run", "--locked", "--quiet", "--release", "--package", "conformance-peer"];
    let peer = Peer::start(
        command("cargo", &[&build[..], &["--", "--port", "0"]].concat()),
        "conformance-peer",
        "listening on ",
    )?;
    let specification = folder.join("fuzzingclient.json");
    let (reports, url) =
        (folder.join("reports"), format!("ws://127.0.0.1:{}/ws-echo", peer.address));
    fs::write(
        &specification,
        format!(
            r#"{{"outdir": {reports:?}, "servers": [{{"agent": "cepa", "url": {url:?}}}],
                "cases": ["*"], "exclude-cases": [], "exclude-agent-cases": {{}}}}"#
        ),
    )?;
    let specification = specification.to_string_lossy();
    let ended = command("wstest", &["-m", "fuzzingclient", "-s", &specification]).status()?;
    if !ended.success() {
        return Err(Failure::new(format!("wstest ended with {ended}")));
    }
    let index = fs::read_to_string(reports.join("index.json"))?;
    for key in ["behavior", "behaviorClose"] {
        let verdicts = verdicts(&index, key);
        let failed: Vec<_> = verdicts.iter().filter(|(_, how)| !GOOD.contains(how)).collect();
        for (case, how) in &failed {
            println!("{case}: {how}");
        }
        let good = verdicts.len() - failed.len();
        report.add(format!("Autobahn, {key}"), good as u64, failed.len() as u64);
    }
    Ok(())
}

/// The cases of `index.json` with what it says under `key`: each case is an object within the agent's.
fn verdicts<'a>(index: &'a str, key: &str) -> Vec<(&'a str, &'a str)> {
    let mut found = Vec::new();
    let mut case = "";
    for line in index.lines() {
        let Some((name, value)) = line.trim().split_once(": ") else { continue };
        let (name, value) = (name.trim_matches('"'), value.trim_end_matches([',', ' ']));
        if value == "{" {
            case = name;
        } else if name == key {
            found.push((case, value.trim_matches('"')));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #[test]
    fn verdicts_are_read_with_their_cases() {
        let index = "{\n \"cepa\": {\n  \"1.1.1\": {\n   \"behavior\": \"OK\", \n   \
                     \"behaviorClose\": \"FAILED\"\n  }, \n  \"9.1\": {\n   \"behavior\": \"NON-STRICT\"\n  }\n }\n}";
        assert_eq!(super::verdicts(index, "behavior"), [("1.1.1", "OK"), ("9.1", "NON-STRICT")]);
        assert_eq!(super::verdicts(index, "behaviorClose"), [("1.1.1", "FAILED")]);
    }
}
