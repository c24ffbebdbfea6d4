//! What is no regular file, or cannot be read.

#![cfg(unix)]

use std::os::unix::net::UnixListener;
use std::process::Command;
use std::time::Duration;

use crate::folder::Folder;

#[tokio::test]
async fn a_fifo_is_missing_and_nobody_waits_for_its_writer() {
    let folder = Folder::new();
    let made = Command::new("mkfifo").arg(folder.path().join("pipe.txt")).status().unwrap();
    assert!(made.success());
    let client = folder.client();
    let asked = tokio::time::timeout(Duration::from_secs(5), client.get("/pipe.txt").send());
    assert_eq!(asked.await.expect("it must not hang").text(), "next");
}

#[tokio::test]
async fn a_socket_is_missing() {
    let folder = Folder::new();
    let _socket = UnixListener::bind(folder.path().join("socket")).unwrap();
    assert_eq!(folder.client().get("/socket").send().await.text(), "next");
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_an_error_without_a_path() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new().file("closed.txt", "x");
    let path = folder.path().join("closed.txt");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    // A user who may read everything gets it.
    let expected = match std::fs::read_to_string(&path) {
        Ok(_) => (200, "x"),
        Err(_) => (500, "Internal Server Error"),
    };
    let response = folder.client().get("/closed.txt").send().await;
    assert_eq!((response.status.as_u16(), response.text()), expected);
}

#[tokio::test]
async fn links_in_a_circle_are_an_error_without_a_path() {
    let folder = Folder::new();
    std::os::unix::fs::symlink("there.txt", folder.path().join("here.txt")).unwrap();
    std::os::unix::fs::symlink("here.txt", folder.path().join("there.txt")).unwrap();
    let response = folder.client().get("/here.txt").send().await;
    assert_eq!((response.status.as_u16(), response.text()), (500, "Internal Server Error"));
}
