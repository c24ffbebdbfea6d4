//! What is not there passes on.

use crate::folder::{Folder, client};

use cepa_static::serve;

#[tokio::test]
async fn what_is_not_there_passes_on() {
    let folder = Folder::new().file("a.txt", "x");
    let long = format!("/{}", "n".repeat(5000));
    for target in ["/none", "/none/", "/a.txt/", "/a.txt/b", "/A.TXT2", &long] {
        assert_eq!(folder.client().get(target).send().await.text(), "next", "{target}");
    }
}

#[tokio::test]
async fn a_folder_that_does_not_exist_is_empty() {
    let folder = Folder::new();
    let client = client(serve(folder.path().join("later")));
    assert_eq!(client.get("/a.txt").send().await.text(), "next");
    let folder = folder.file("later/a.txt", "now");
    assert_eq!(client.get("/a.txt").send().await.text(), "now");
    drop(folder);
}

#[tokio::test]
async fn no_answer_shows_a_path_of_the_server() {
    let folder = Folder::new();
    let app = cepa_core::App::new().plug(serve(folder.path()));
    let response = cepa_test::Client::new(app).get("/none").send().await;
    assert_eq!((response.status.as_u16(), response.text()), (404, "Not Found"));
}
