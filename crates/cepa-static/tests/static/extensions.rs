//! Names without an extension.

use crate::folder::{Folder, client};

use cepa_static::serve;

#[tokio::test]
async fn extensions_are_tried_in_order_for_bare_names() {
    let folder = Folder::new()
        .file("about.html", "page")
        .file("about.htm", "old page")
        .file("plain", "plain")
        .file("dir.html", "beside")
        .file("dir/index.html", "within")
        .file("v1.2.html", "dotted");
    let client = client(serve(folder.path()).extensions(["html", ".htm"]));
    let table = [
        ("/about", "page"),
        ("/about.htm", "old page"),
        ("/plain", "plain"),
        ("/dir", "beside"),
        ("/dir/", "within"),
        ("/v1.2", "next"),
        ("/none", "next"),
    ];
    for (target, expected) in table {
        assert_eq!(client.get(target).send().await.text(), expected, "{target}");
    }
    let response = client.get("/about").send().await;
    assert_eq!(response.get("content-type"), "text/html; charset=utf-8");
}

#[tokio::test]
async fn without_the_option_the_name_is_the_name() {
    let folder = Folder::new().file("about.html", "page");
    assert_eq!(folder.client().get("/about").send().await.text(), "next");
}
