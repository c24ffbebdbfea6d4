//! Programs that Debian has packages of: found, or installed when that is permitted, or asked for clearly.

use crate::step::{Failure, announce, exists, run};

/// Makes sure that a program is there.
pub(crate) fn require(program: &str, package: &str, purpose: &str) -> Result<(), Failure> {
    announce(program);
    if exists(program) {
        println!("{program}: there");
        return Ok(());
    }
    let missing =
        format!("{program} is needed for {purpose}: install Debian's package `{package}`");
    if !exists("apt-get") {
        return Err(Failure::new(format!("{missing} (there is no apt-get here)")));
    }
    run("apt-get", &["update", "-qq"])
        .and_then(|()| run("apt-get", &["install", "-y", "-qq", package]))
        .map_err(|failure| Failure::new(format!("{missing} (tried: {failure})")))
}
