//! It ends as asked, and says what is wrong with its command line.

use std::process::Stdio;

use tokio::process::Command;

use crate::server::{Peer, program, soon};

#[tokio::test]
async fn sigterm_ends_it_with_success() {
    let mut peer = Peer::start(&["--port", "0"]).await;
    assert_eq!(peer.get("/").await.status, 200);
    let process = peer.child.id().unwrap().to_string();
    soon(Command::new("kill").args(["-TERM", &process]).status()).await.unwrap();
    assert!(soon(peer.child.wait()).await.unwrap().success());
}

#[tokio::test]
async fn a_slip_ends_it_with_the_usage() {
    let output = soon(program(&["--prot", "0"]).stderr(Stdio::piped()).output()).await.unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(told.contains("there is no option --prot") && told.contains("usage:"), "{told}");
}
