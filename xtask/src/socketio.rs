//! The official Socket.IO clients, and raw HTTP and frames, against Node's server, which proves the scripts,
//! and then against ours.

use crate::npm;
use crate::peer::{Peer, script};
use crate::report::Report;
use crate::step::{Failure, announce, command};

/// What each script is called in the report.
const SCRIPTS: [(&str, &str); 2] = [
    ("conformance/socketio/clients.mjs", "socket.io clients"),
    ("conformance/socketio/wire.mjs", "socket.io wire"),
];

const RECOVERY: &str = "conformance/socketio/recovery.mjs";

/// Our server; what comes after is the program's.
const CEPA: [&str; 7] =
    ["run", "--quiet", "--package", "cepa-socketio", "--example", "conformance", "--"];

pub(crate) fn run(report: &mut Report) -> Result<(), Failure> {
    npm::install()?;
    announce("Socket.IO: our client module against Node's server");
    let output = script(command("node", &["conformance/socketio/cepa-js.mjs"]))?;
    report.add_closing_line("cepa.js, Node's server", &output);
    announce("Socket.IO: the official clients against Node's server");
    against(report, "node", &["conformance/socketio/server.mjs"], "Node's server")?;
    let output = script(command("node", &[RECOVERY]))?;
    report.add_closing_line("socket.io recovery, Node's server", &output);
    announce("Socket.IO: the official clients against cepa");
    against(report, "cargo", &CEPA, "cepa")?;
    let arguments = [&CEPA[..], &["--recovery"]].concat();
    let server = Peer::start(command("cargo", &arguments), "cepa", "listening on ")?;
    let output = script(command("node", &[RECOVERY, "--url", &server.address]))?;
    report.add_closing_line("socket.io recovery, cepa", &output);
    Ok(())
}

fn against(
    report: &mut Report,
    program: &str,
    arguments: &[&str],
    name: &str,
) -> Result<(), Failure> {
    let server = Peer::start(command(program, arguments), name, "listening on ")?;
    for (path, title) in SCRIPTS {
        let output = script(command("node", &[path, "--url", &server.address]))?;
        report.add_closing_line(format!("{title}, {name}"), &output);
    }
    Ok(())
}
