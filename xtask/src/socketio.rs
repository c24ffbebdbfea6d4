//! The official Socket.IO clients against Node's server, which proves the script, and then against ours.

use crate::npm;
use crate::peer::{Peer, script};
use crate::report::Report;
use crate::step::{Failure, announce, command};

const CLIENTS: &str = "conformance/socketio/clients.mjs";

pub(crate) fn run(report: &mut Report) -> Result<(), Failure> {
    npm::install()?;
    announce("Socket.IO: the official clients against Node's server");
    against(
        report,
        "node",
        &["conformance/socketio/server.mjs"],
        "socket.io clients, Node's server",
    )?;
    announce("Socket.IO: the official clients against cepa");
    let arguments = ["run", "--quiet", "--package", "cepa-socketio", "--example", "conformance"];
    against(report, "cargo", &arguments, "socket.io clients, cepa")
}

fn against(
    report: &mut Report,
    program: &str,
    arguments: &[&str],
    name: &str,
) -> Result<(), Failure> {
    let server = Peer::start(command(program, arguments), name, "listening on ")?;
    let url = format!("http://127.0.0.1:{}", server.address);
    let output = script(command("node", &[CLIENTS, "--url", &url]))?;
    report.add_closing_line(name, &output);
    Ok(())
}
