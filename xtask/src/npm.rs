//! The Node packages that the real peers are made of, exactly as the lock file names them.

use std::fs;

use crate::step::{Failure, announce, exists, root, run};

/// Installs them when the lock file has changed since the last time.
pub(crate) fn install() -> Result<(), Failure> {
    announce("Node packages");
    if !exists("node") || !exists("npm") {
        let why = "Node.js 20 or newer with npm is needed for the tests against the real peers; \
                   install it (Debian: `apt-get install nodejs npm`) and run this again";
        return Err(Failure::new(why));
    }
    let folder = root().join("conformance");
    let lock = fs::read(folder.join("package-lock.json"))?;
    let stamp = folder.join("node_modules/.installed-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        println!("up to date");
        return Ok(());
    }
    run("npm", &["--prefix", "conformance", "ci", "--no-audit", "--no-fund"])?;
    fs::write(stamp, lock)?;
    Ok(())
}
