//! Our side: every program in this process, each on a port of its own, served as applications are.

use std::collections::BTreeMap;

use cepa::{App, Server};
use tokio::runtime::Runtime;

use crate::Result;

/// The running programs; dropping it ends them.
pub(crate) struct Cepa {
    _runtime: Runtime,
    /// The port of each program.
    pub(crate) ports: BTreeMap<String, u16>,
}

impl Cepa {
    /// Serves the programs on free ports.
    pub(crate) fn start(programs: Vec<(&'static str, App)>) -> Result<Self> {
        let runtime = Runtime::new()?;
        let mut ports = BTreeMap::new();
        for (name, app) in programs {
            // Errors are compared, and not printed.
            let server = Server::new(app.on_error(|_, _| {})).ambient();
            let bound = runtime
                .block_on(server.bind("127.0.0.1:0"))
                .map_err(|error| format!("{name}: {error}"))?;
            if ports.insert(name.to_owned(), bound.local_addr().port()).is_some() {
                return Err(format!("two programs are named {name}").into());
            }
            runtime.spawn(bound.serve());
        }
        Ok(Self { _runtime: runtime, ports })
    }
}
