//! The official Socket.IO clients, and raw HTTP and frames, against Node's server, which proves the scripts,
//! and then against ours.

use crate::npm;
use crate::peer::{Peer, script};
use crate::report::Report;
use crate::step::{Failure, announce, command};

/// What is run against both servers: its name in the report, its arguments, and what our server needs for it (Node's is
/// started with the same by the script).
const SCRIPTS: [(&str, &[&str], &[&str]); 5] = [
    ("socket.io clients", &["conformance/socketio/clients.mjs"], &[]),
    ("socket.io 2 clients", &["conformance/socketio/clients.mjs", "--eio3"], &["--eio3"]),
    ("socket.io msgpack", &["conformance/socketio/clients.mjs", "--msgpack"], &[]),
    ("socket.io recovery", &["conformance/socketio/recovery.mjs"], &["--recovery"]),
    ("socket.io deflate", &["conformance/socketio/deflate.mjs"], &["--deflate"]),
];

/// What the official admin page is told, compared with Node's by the script itself: how the server is shown.
const ADMIN: [&str; 4] = ["open", "production", "readonly", "basic"];

/// What is run against a server that has been started.
const WIRE: (&str, &[&str], &[&str]) = ("socket.io wire", &["conformance/socketio/wire.mjs"], &[]);

pub(crate) fn run(report: &mut Report) -> Result<(), Failure> {
    npm::install()?;
    announce("Socket.IO: our client module against Node's server");
    let output = script(command("node", &["conformance/socketio/cepa-js.mjs"]))?;
    report.add_closing_line("cepa.js, Node's server", &output);
    announce("Socket.IO: the official clients against Node's server");
    for (title, arguments, _) in SCRIPTS {
        let output = script(command("node", arguments))?;
        report.add_closing_line(format!("{title}, Node's server"), &output);
    }
    against(report, WIRE, "Node's server", "node", &["conformance/socketio/server.mjs"])?;
    announce("Socket.IO: the official clients against cepa");
    let run = ["run", "--locked", "--quiet", "--package", "cepa-socketio"];
    let cepa = [&run[..], &["--example", "conformance", "--"]].concat();
    for case in SCRIPTS.into_iter().chain([WIRE]) {
        against(report, case, "cepa", "cargo", &[&cepa[..], case.2].concat())?;
    }
    announce("Socket.IO: what the official admin page is told, by Node and by cepa");
    let cepa = [&run[..], &["--features", "bcrypt", "--example", "conformance", "--"]].concat();
    for kind in ADMIN {
        let script = ["conformance/socketio/admin.mjs", "--kind", kind];
        let case = (&*format!("socket.io admin, {kind}"), &script[..], &[][..]);
        against(report, case, "cepa", "cargo", &[&cepa[..], &["--admin", kind]].concat())?;
    }
    Ok(())
}

fn against(
    report: &mut Report,
    (title, arguments, _): (&str, &[&str], &[&str]),
    name: &str,
    program: &str,
    server: &[&str],
) -> Result<(), Failure> {
    let server = Peer::start(command(program, server), name, "listening on ")?;
    let output = script(command("node", &[arguments, &["--url", &server.address]].concat()))?;
    report.add_closing_line(format!("{title}, {name}"), &output);
    Ok(())
}

/// Every event of the peer's variants, with every client on every transport; the script starts the servers.
pub(crate) fn variants(report: &mut Report) -> Result<(), Failure> {
    npm::install()?;
    let peer = ["cargo", "run", "--quiet", "--package", "conformance-peer", "--"];
    for (name, server) in [("Node's server", &[][..]), ("cepa", &peer[..])] {
        announce(&format!("Socket.IO: the peer's variants, {name}"));
        let arguments = [&["conformance/socketio/variants.mjs", "--"][..], server].concat();
        let output = script(command("node", &arguments))?;
        report.add_closing_line(format!("socket.io variants, {name}"), &output);
    }
    Ok(())
}
