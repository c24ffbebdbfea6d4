//! The file that stands for a folder.

use crate::folder::{Folder, client};

use cepa_static::serve;

#[tokio::test]
async fn a_folder_is_its_index() {
    let folder = Folder::new().file("index.html", "root").file("dir/index.html", "dir");
    for (target, expected) in [("/", "root"), ("/dir/", "dir"), ("/dir/.", "dir")] {
        let response = folder.client().get(target).send().await;
        assert_eq!(response.text(), expected, "{target}");
        assert_eq!(response.get("content-type"), "text/html; charset=utf-8");
    }
}

#[tokio::test]
async fn the_index_can_have_another_name_or_none() {
    let folder = Folder::new().file("home.txt", "home").file("index.html", "index");
    assert_eq!(client(serve(folder.path()).index("home.txt")).get("/").send().await.text(), "home");
    assert_eq!(client(serve(folder.path()).no_index()).get("/").send().await.text(), "next");
}

#[tokio::test]
async fn an_index_that_is_no_file_is_missing() {
    let folder = Folder::new().file("index.html/x", "x");
    assert_eq!(folder.client().get("/").send().await.text(), "next");
}
