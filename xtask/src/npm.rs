//! The Node packages that the real peers are made of, exactly as the lock file names them.

use std::fs;

use crate::step::{Failure, announce, exists, root, run};

/// Where packages are, each folder with its lock file.
const FOLDERS: [&str; 2] = ["conformance", "conformance/koa"];

/// Installs them when the lock file has changed since the last time.
pub(crate) fn install() -> Result<(), Failure> {
    announce("Node packages");
    if !exists("node") || !exists("npm") {
        let why = "Node.js 20 or newer with npm is needed for the tests against the real peers; \
                   install it (Debian: `apt-get install nodejs npm`) and run this again";
        return Err(Failure::new(why));
    }
    FOLDERS.iter().try_for_each(|folder| install_in(folder))
}

fn install_in(folder: &str) -> Result<(), Failure> {
    let path = root().join(folder);
    let lock = fs::read(path.join("package-lock.json"))?;
    let stamp = path.join("node_modules/.installed-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        println!("{folder}: up to date");
        return Ok(());
    }
    run("npm", &["--prefix", folder, "ci", "--no-audit", "--no-fund"])?;
    fs::write(stamp, lock)?;
    Ok(())
}
