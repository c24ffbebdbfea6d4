//! The program itself: one line when it is ready, clear words when it cannot start, and a history that outlives being killed.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use crate::chatting::Folder;

fn chat(folder: &Folder, listen: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat"));
    command.current_dir(folder.path()).args(["--listen", listen]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A running program, which is killed when the test ends.
struct Running {
    child: Child,
    address: String,
}

impl Running {
    fn start(folder: &Folder) -> Self {
        let mut child = chat(folder, "127.0.0.1:0").spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address =
            line.trim().strip_prefix("chat: http://").unwrap_or_else(|| panic!("{line:?}"));
        Self { address: address.to_owned(), child }
    }

    fn ask(&self, request: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        write!(
            stream,
            "{request} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}",
            self.address
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_history_outlives_being_killed() {
    let folder = Folder::new();
    let first = Running::start(&folder);
    assert!(first.ask("GET /", "").contains("<title>"));
    let body = r#"{"nick":"ana","client":"a","text":"remember me"}"#;
    assert!(first.ask("POST /api/rooms/lobby/messages", body).starts_with("HTTP/1.1 201"));
    drop(first);

    let second = Running::start(&folder);
    assert!(second.ask("GET /api/rooms/lobby/history", "").contains("remember me"));
    assert!(folder.path().join("chat.db").exists() && folder.path().join("chat-pictures").is_dir());
}

#[cfg(unix)]
#[test]
fn it_ends_in_good_order_when_it_is_told_to() {
    let folder = Folder::new();
    let mut running = Running::start(&folder);
    let told = Command::new("kill").args(["-TERM", &running.child.id().to_string()]).status();
    assert!(told.unwrap().success());
    assert!(running.child.wait().unwrap().success());
}

#[test]
fn a_port_that_is_taken() {
    let folder = Folder::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = chat(&folder, &address).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(told.starts_with(&format!("chat: cannot listen on {address}: ")), "{told}");
    assert_eq!(told.lines().count(), 1, "{told}");
}

#[test]
fn a_database_that_cannot_be() {
    let folder = Folder::new();
    let output = chat(&folder, "127.0.0.1:0").args(["--db", "nowhere/chat.db"]).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(told.starts_with("chat: cannot open the database nowhere/chat.db: "), "{told}");
}

#[test]
fn help_and_a_mistake() {
    let folder = Folder::new();
    let help = chat(&folder, "x").arg("--help").output().unwrap();
    assert!(
        help.status.success()
            && String::from_utf8(help.stdout).unwrap().contains("--client-bundle")
    );
    let mistake = chat(&folder, "x").arg("--port").output().unwrap();
    assert_eq!(mistake.status.code(), Some(2));
    assert!(!folder.path().join("chat.db").exists());
}

#[test]
fn the_table_of_routes_is_printed_and_nothing_is_left_of_it() {
    let folder = Folder::new();
    let output = chat(&folder, "127.0.0.1:0").arg("--routes").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(table.lines().any(|line| line == "POST  /api/rooms/:room/messages"), "{table}");
    assert!(table.lines().any(|line| line == "GET   /"), "{table}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "no history was opened");
}
