//! Pages in headless Chromium: the chat, whose release binary is started as a user would start it, in a folder of its own;
//! the official admin page of Socket.IO, from its npm package, connected to our server; and the browser's own client of
//! server-sent events against `conformance/peer`.

use std::path::Path;
use std::{env, fs, process};

use crate::debian;
use crate::npm;
use crate::peer::{Peer, script};
use crate::report::Report;
use crate::step::{Failure, announce, command, root, run as run_command, target};

const CHROMIUM: &str = "/usr/bin/chromium";

/// Installs Debian's Chromium when it is missing and that is permitted.
pub(crate) fn require() -> Result<(), Failure> {
    debian::require(CHROMIUM, "chromium", "the browser test")
}

/// Runs the browser tests; with a folder, those that leave their screenshots there.
pub(crate) fn run(report: &mut Report, pictures: Option<&str>) -> Result<(), Failure> {
    npm::install()?;
    require()?;
    announce("The chat in Chromium");
    run_command("cargo", &["build", "--locked", "--release", "--package", "chat"])?;
    let folder = env::temp_dir().join(format!("cepa-chat-{}", process::id()));
    fs::create_dir_all(&folder)?;
    let result = in_folder(report, pictures, &folder);
    fs::remove_dir_all(&folder)?;
    result?;
    admin(report, pictures)?;
    if pictures.is_none() { events(report) } else { Ok(()) }
}

/// The official admin page.
fn admin(report: &mut Report, pictures: Option<&str>) -> Result<(), Failure> {
    announce("The official admin page in Chromium");
    let run = ["run", "--locked", "--quiet", "--package", "cepa-socketio", "--features", "bcrypt"];
    let server = [&run[..], &["--example", "conformance", "--", "--admin", "basic"]].concat();
    let server = Peer::start(command("cargo", &server), "cepa", "listening on ")?;
    let mut arguments = vec!["conformance/browser/admin.mjs", "--url", &server.address];
    if let Some(pictures) = pictures {
        arguments.extend(["--out", pictures]);
    }
    let output = script(command("node", &arguments))?;
    report.add_closing_line("admin page in Chromium", &output);
    Ok(())
}

/// The browser's EventSource.
fn events(report: &mut Report) -> Result<(), Failure> {
    announce("Server-sent events in Chromium");
    // As the Rust tests build it, so that nothing is built twice.
    let tests = ["test", "--locked", "--workspace", "--all-features", "--quiet"];
    run_command("cargo", &[&tests[..], &["--no-run", "--test", "peer"]].concat())?;
    let peer = root().join(target()).join("debug/conformance-peer").display().to_string();
    let output = script(command("node", &["conformance/browser/events.mjs", "--peer", &peer]))?;
    report.add_closing_line("server-sent events in Chromium", &output);
    Ok(())
}

fn in_folder(report: &mut Report, pictures: Option<&str>, folder: &Path) -> Result<(), Failure> {
    let database = folder.join("chat.db").display().to_string();
    let bundle = root().join("conformance/node_modules/socket.io-client-4.8/dist");
    let bundle = bundle.display().to_string();
    let program = root().join(target()).join("release/chat").display().to_string();
    let start = || {
        let options = ["--listen", "127.0.0.1:0", "--db", &database, "--client-bundle", &bundle];
        Peer::start(command(&program, &options), "chat", "chat: ")
    };
    let chat = start()?;
    let mut arguments = vec!["conformance/browser/chat.mjs", "--url", &chat.address];
    if let Some(pictures) = pictures {
        fs::create_dir_all(root().join(pictures))?;
        arguments.extend(["--out", pictures]);
    }
    let output = script(command("node", &arguments))?;
    report.add_closing_line("chat in Chromium", &output);
    chat.stop()?;

    let chat = start()?;
    let arguments = ["conformance/browser/history.mjs", "--url", &chat.address];
    let output = script(command("node", &arguments))?;
    report.add_closing_line("chat after a restart", &output);
    chat.stop()
}
