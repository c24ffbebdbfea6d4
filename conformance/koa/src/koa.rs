//! The side of Node: one process for all programs, each on a port of its own.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::Result;

/// The running process; dropping it ends it.
pub(crate) struct Koa {
    child: Child,
    /// The port of each program.
    pub(crate) ports: BTreeMap<String, u16>,
}

impl Koa {
    /// Starts `serve.mjs` and waits until all its programs listen.
    pub(crate) fn start(home: &Path, files: &Path) -> Result<Self> {
        if !home.join("node_modules/koa/package.json").exists() {
            return Err("the Node packages are missing: npm --prefix conformance/koa ci".into());
        }
        let child = Command::new("node")
            .arg("serve.mjs")
            .arg(files)
            // What Koa's packages think of old habits is not compared.
            .env("NO_DEPRECATION", "*")
            .current_dir(home)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("Node.js 20 or newer is needed as `node`: {error}"))?;
        let mut koa = Self { child, ports: BTreeMap::new() };
        let output = koa.child.stdout.take().ok_or("node has no output")?;
        for line in BufReader::new(output).lines() {
            let line = line?;
            if line == "ready" {
                return Ok(koa);
            }
            let (name, port) = line.split_once(' ').ok_or(format!("serve.mjs said {line:?}"))?;
            koa.ports.insert(name.to_owned(), port.parse()?);
        }
        Err("serve.mjs ended before it was ready".into())
    }
}

impl Drop for Koa {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
