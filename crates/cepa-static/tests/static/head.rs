//! HEAD is GET without bytes.

use crate::folder::Folder;

#[tokio::test]
async fn head_has_the_headers_of_get_and_no_bytes() {
    let large = vec![b'x'; 100_000];
    let folder = Folder::new().file("a.txt", "hello").file("large.bin", large);
    for target in ["/a.txt", "/large.bin"] {
        let get = folder.client().get(target).send().await;
        let head = folder.client().head(target).send().await;
        assert_eq!(head.status, get.status);
        assert_eq!(head.headers, get.headers, "{target}");
        assert!(head.body.is_empty());
    }
}

#[tokio::test]
async fn head_is_conditional_too() {
    let folder = Folder::new().file("a.txt", "hello");
    let response = folder.client().head("/a.txt").header("if-none-match", "*").send().await;
    assert_eq!(response.status, 304);
}
