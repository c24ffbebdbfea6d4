//! A server that has no file descriptor left pauses accepting, goes on with what it has, and accepts again.
//!
//! The limit is that of a process, so the test runs itself once more, in a shell that allows few.

#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Command, Stdio};

use cepa_server::Limits;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::{hello, read_response, serve, soon};

const NAME: &str = "descriptors::a_server_without_descriptors_goes_on";
const MARK: &str = "CEPA_TEST_WITH_FEW_DESCRIPTORS";

/// The program: it serves until its input ends.
async fn few() {
    let server = serve(hello(), Limits::default()).await;
    println!("\nlistening on {}", server.address);
    let input = tokio::task::spawn_blocking(|| std::io::stdin().lines().for_each(drop));
    input.await.unwrap();
    server.stop().await;
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
    let program = std::env::current_exe().unwrap();
    let mut child = Command::new("sh")
        .args(["-c", "ulimit -n 40; exec \"$0\" --exact --nocapture \"$1\""])
        .arg(program)
        .arg(NAME)
        .env(MARK, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let address = lines.find_map(|line| Some(line.strip_prefix("listening on ")?.to_owned()));
    let address: SocketAddr = address.unwrap().parse().unwrap();

    let mut bystander = TcpStream::connect(address).await.unwrap();
    assert_eq!(ask(&mut bystander).await, "hello");
    let mut many = Vec::new();
    for _ in 0..60 {
        many.push(TcpStream::connect(address).await.unwrap());
    }
    assert_eq!(ask(&mut bystander).await, "hello", "while nobody else can be accepted");
    drop(many);
    let mut late = TcpStream::connect(address).await.unwrap();
    assert_eq!(ask(&mut late).await, "hello", "once there are descriptors again");

    drop((bystander, late, child.stdin.take()));
    let ended = soon(tokio::task::spawn_blocking(move || {
        lines.for_each(drop);
        child.wait()
    }));
    assert!(ended.await.unwrap().unwrap().success());
}
