//! A server takes as many file descriptors as it may have. When none is left it pauses accepting, goes on with
//! what it has, and accepts again.
//!
//! The limit is that of a process, so a test runs itself once more, in a shell that allows few.

#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Command, Stdio};

use cepa_server::Limits;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::{hello, read_response, serve, soon};

const MARK: &str = "CEPA_TEST_WITH_FEW_DESCRIPTORS";

/// More than the shell allows at first.
const MANY: usize = 60;

/// The program: it serves until its input ends.
async fn few() {
    let server = serve(hello(), Limits::default()).await;
    println!("\nlistening on {}", server.address);
    let input = tokio::task::spawn_blocking(|| std::io::stdin().lines().for_each(drop));
    input.await.unwrap();
    server.stop().await;
}

/// This very test in a shell of its own, after a command of that.
struct Child {
    process: std::process::Child,
    lines: Box<dyn Iterator<Item = String> + Send>,
    address: SocketAddr,
}

impl Child {
    fn start(test: &str, limit: &str) -> Self {
        let mut process = Command::new("sh")
            .args(["-c", &format!("{limit}; exec \"$0\" --exact --nocapture \"$1\"")])
            .arg(std::env::current_exe().unwrap())
            .arg(format!("descriptors::{test}"))
            .env(MARK, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut lines = Box::new(lines);
        let address = lines.find_map(|line| Some(line.strip_prefix("listening on ")?.to_owned()));
        Self { process, lines, address: address.unwrap().parse().unwrap() }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn stop(mut self) {
        drop(self.process.stdin.take());
        let ended = soon(tokio::task::spawn_blocking(move || {
            self.lines.for_each(drop);
            self.process.wait()
        }));
        assert!(ended.await.unwrap().unwrap().success());
    }
}

async fn ask(stream: &mut TcpStream) -> String {
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    soon(read_response(stream)).await.1
}

#[tokio::test]
async fn a_server_without_descriptors_goes_on() {
    if std::env::var_os(MARK).is_some() {
        return few().await;
    }
    let child = Child::start("a_server_without_descriptors_goes_on", "ulimit -n 40");
    let mut bystander = child.connect().await;
    assert_eq!(ask(&mut bystander).await, "hello");
    let mut many = Vec::new();
    for _ in 0..MANY {
        many.push(child.connect().await);
    }
    assert_eq!(ask(&mut bystander).await, "hello", "while nobody else can be accepted");
    drop(many);
    let mut late = child.connect().await;
    assert_eq!(ask(&mut late).await, "hello", "once there are descriptors again");
    drop((bystander, late));
    child.stop().await;
}

#[tokio::test]
async fn a_server_takes_all_that_it_may_have() {
    if std::env::var_os(MARK).is_some() {
        return few().await;
    }
    let child = Child::start("a_server_takes_all_that_it_may_have", "ulimit -Sn 40");
    let mut many = Vec::new();
    for _ in 0..MANY {
        let mut client = child.connect().await;
        assert_eq!(ask(&mut client).await, "hello");
        many.push(client);
    }
    drop(many);
    child.stop().await;
}
