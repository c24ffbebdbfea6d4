//! A file is sent as it is.

use crate::folder::Folder;

#[tokio::test]
async fn a_file_is_sent_whole_with_its_length() {
    let folder = Folder::new().file("a.txt", "hello").file("deep/er/b.bin", [0, 1, 255]);
    let response = folder.client().get("/a.txt").send().await;
    assert_eq!((response.status.as_u16(), response.text()), (200, "hello"));
    assert_eq!(response.get("content-length"), "5");
    let response = folder.client().get("/deep/er/b.bin").send().await;
    assert_eq!(&response.body[..], [0, 1, 255]);
}

#[tokio::test]
async fn an_empty_file_is_a_file() {
    let response = Folder::new().file("empty.txt", "").client().get("/empty.txt").send().await;
    assert_eq!((response.status.as_u16(), response.text()), (200, ""));
    assert_eq!(response.get("content-length"), "0");
    assert_eq!(response.get("content-type"), "text/plain; charset=utf-8");
}

#[tokio::test]
async fn names_are_percent_decoded_once() {
    let folder = Folder::new()
        .file("a b+c.txt", "space")
        .file("é.txt", "accent")
        .file("100%.txt", "percent")
        .file("%41.txt", "literal escape");
    let table = [
        ("/a%20b+c.txt", "space"),
        ("/%C3%A9.txt", "accent"),
        ("/100%25.txt", "percent"),
        ("/%2541.txt", "literal escape"),
        ("/%61%20b%2Bc.txt", "space"),
    ];
    for (target, expected) in table {
        assert_eq!(folder.client().get(target).send().await.text(), expected, "{target}");
    }
}

#[tokio::test]
async fn the_query_is_no_part_of_the_name() {
    let folder = Folder::new().file("a.txt", "hello");
    assert_eq!(folder.client().get("/a.txt?v=2/../x").send().await.text(), "hello");
}

#[tokio::test]
async fn slashes_within_and_dots_that_stay_are_normalised() {
    let folder = Folder::new().file("dir/a.txt", "hello");
    for target in ["/dir//a.txt", "/./dir/./a.txt", "/dir/%2e/a.txt"] {
        assert_eq!(folder.client().get(target).send().await.text(), "hello", "{target}");
    }
}
