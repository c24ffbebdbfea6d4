//! Symbolic links are followed within the folder only.

#![cfg(unix)]

use std::os::unix::fs::symlink;

use crate::folder::{Folder, client};

use cepa_static::serve;

#[tokio::test]
async fn links_within_the_folder_are_followed() {
    let folder = Folder::new().file("real/a.txt", "real");
    symlink("real/a.txt", folder.path().join("link.txt")).unwrap();
    symlink("real", folder.path().join("dir")).unwrap();
    for target in ["/link.txt", "/dir/a.txt"] {
        assert_eq!(folder.client().get(target).send().await.text(), "real", "{target}");
    }
}

#[tokio::test]
async fn links_that_leave_the_folder_are_missing() {
    let outside = Folder::new().file("secret.txt", "secret").file("index.html", "secret");
    let folder = Folder::new().file("a.txt", "x").file("dir/x", "x");
    symlink(outside.path().join("secret.txt"), folder.path().join("file.txt")).unwrap();
    symlink(outside.path(), folder.path().join("out")).unwrap();
    symlink("../..", folder.path().join("dir/up")).unwrap();
    symlink(outside.path().join("secret.txt"), folder.path().join("dir/index.html")).unwrap();
    let up = format!("/dir/up/{}/a.txt", outside.path().file_name().unwrap().display());
    for target in ["/file.txt", "/out/secret.txt", "/out/", "/out", "/dir/", "/dir", &up] {
        assert_eq!(folder.client().get(target).send().await.text(), "next", "{target}");
    }
}

#[tokio::test]
async fn a_folder_beside_with_the_same_beginning_is_outside() {
    let parent = Folder::new().file("public/a.txt", "x").file("public-not/secret.txt", "secret");
    symlink("../public-not/secret.txt", parent.path().join("public/link.txt")).unwrap();
    let client = client(serve(parent.path().join("public")));
    assert_eq!(client.get("/link.txt").send().await.text(), "next");
}

#[tokio::test]
async fn the_folder_itself_may_be_a_link_that_is_exchanged() {
    let parent = Folder::new().file("one/a.txt", "one").file("two/a.txt", "two");
    let current = parent.path().join("current");
    symlink("one", &current).unwrap();
    let client = client(serve(&current));
    assert_eq!(client.get("/a.txt").send().await.text(), "one");
    std::fs::remove_file(&current).unwrap();
    symlink("two", &current).unwrap();
    assert_eq!(client.get("/a.txt").send().await.text(), "two");
}

#[tokio::test]
async fn dangling_links_are_missing() {
    let folder = Folder::new();
    symlink("nothing", folder.path().join("dangling")).unwrap();
    assert_eq!(folder.client().get("/dangling").send().await.text(), "next");
}
