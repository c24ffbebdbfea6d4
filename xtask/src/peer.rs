//! [`Peer`]: a server that a part of the tests talks to. It says on which port it listens, and it ends
//! with the test that started it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::step::{Failure, command};

/// From the start of a server to the line that says it is ready. A first start may still be compiling.
const READY: Duration = Duration::from_secs(900);
/// From asking a server to end to its end.
const END: Duration = Duration::from_secs(15);

/// A running server; dropping it ends it.
pub(crate) struct Peer {
    child: Child,
    name: String,
    /// What came after the prefix on the line that says it is ready.
    pub(crate) address: String,
}

impl Peer {
    /// Starts a program and waits for the line that begins with `prefix`; the rest of it is the address.
    pub(crate) fn start(mut program: Command, name: &str, prefix: &str) -> Result<Self, Failure> {
        let failed = |why: &str| Failure::new(format!("{name}: {why}"));
        let mut child = program
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| failed(&format!("cannot start: {error}")))?;
        let output = child.stdout.take().ok_or_else(|| failed("has no output"))?;
        let (ready, listening) = mpsc::channel();
        let prefix = prefix.to_owned();
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                match line.trim().strip_prefix(&prefix) {
                    // Nobody listens any more once the first address has arrived.
                    Some(address) => drop(ready.send(address.trim().to_owned())),
                    None => println!("  | {line}"),
                }
            }
        });
        let mut peer = Self { child, name: name.to_owned(), address: String::new() };
        peer.address =
            listening.recv_timeout(READY).map_err(|_| failed("did not say that it is ready"))?;
        Ok(peer)
    }

    /// Asks the server to end as an operator would, and says whether it did so with success.
    pub(crate) fn stop(mut self) -> Result<(), Failure> {
        let process = self.child.id().to_string();
        command("kill", &["-TERM", &process]).status()?;
        let deadline = Instant::now() + END;
        while Instant::now() < deadline {
            match self.child.try_wait()? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => {
                    return Err(Failure::new(format!("{} ended with {status}", self.name)));
                }
                None => thread::sleep(Duration::from_millis(20)),
            }
        }
        Err(Failure::new(format!("{} did not end within {END:?} of SIGTERM", self.name)))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a script against a server; gives all that it printed, which is passed on as it comes.
pub(crate) fn script(mut program: Command) -> Result<String, Failure> {
    let mut child = program.stdout(Stdio::piped()).spawn()?;
    let output = child.stdout.take().ok_or_else(|| Failure::new("the script has no output"))?;
    let mut text = String::new();
    for line in BufReader::new(output).lines() {
        let line = line?;
        println!("{line}");
        text.push_str(&line);
        text.push('\n');
    }
    let status = child.wait()?;
    if !status.success() && !text.trim_end().ends_with("failed") {
        return Err(Failure::new(format!("the script ended with {status}")));
    }
    Ok(text)
}
