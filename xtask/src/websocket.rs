//! The table of WebSocket cases, on raw sockets, against ours and against Node's `ws`.

use crate::npm;
use crate::peer::{Peer, script};
use crate::report::Report;
use crate::step::{Failure, announce, command};

pub(crate) fn run(report: &mut Report) -> Result<(), Failure> {
    npm::install()?;
    announce("WebSocket: the table of cases against cepa and ws");
    let run = ["run", "--locked", "--quiet", "--package", "cepa-ws"];
    let arguments = [&run[..], &["--example", "ws_conformance"]].concat();
    let server = Peer::start(command("cargo", &arguments), "cepa-ws", "listening on ")?;
    let arguments = ["conformance/ws/run.mjs", "--cepa", &server.address];
    let output = script(command("node", &arguments))?;
    report.add_closing_line("WebSocket cases, cepa and ws", &output);
    Ok(())
}
