//! A folder is redirected to its slash, never to another host.

use crate::folder::{Folder, client};

use cepa_static::serve;

#[tokio::test]
async fn a_folder_without_its_slash_is_redirected() {
    let folder = Folder::new().file("dir/index.html", "x").file("a b/index.html", "x");
    let table = [
        ("/dir", "/dir/"),
        ("/dir?q=1&r=/", "/dir/?q=1&r=/"),
        ("/a%20b", "/a%20b/"),
        ("/.//dir", "/.//dir/"),
    ];
    for (target, location) in table {
        let response = folder.client().get(target).send().await;
        assert_eq!(response.status, 301, "{target}");
        assert_eq!(response.get("location"), location);
    }
}

#[tokio::test]
async fn the_redirect_keeps_the_prefix_and_covers_it() {
    let folder = Folder::new().file("index.html", "root").file("dir/index.html", "x");
    let client = client(serve(folder.path()).at("/assets"));
    assert_eq!(client.get("/assets/dir").send().await.get("location"), "/assets/dir/");
    assert_eq!(client.get("/assets").send().await.get("location"), "/assets/");
    assert_eq!(client.get("/assets/").send().await.text(), "root");
}

#[tokio::test]
async fn no_redirect_leads_to_another_host() {
    let folder = Folder::new().file("evil.example/index.html", "x");
    for target in ["//evil.example", "///evil.example", "/%2fevil.example", "/%5cevil.example"] {
        let response = folder.client().get(target).send().await;
        assert!(!response.status.is_redirection(), "{target}: {}", response.status);
    }
    // Seen through a middleware that collapses slashes, the folder is found; the answer stays on this host.
    let app = cepa_core::App::new()
        .with(async |ctx, next| {
            ctx.request.set_path("/evil.example");
            next.run(ctx).await
        })
        .plug(serve(folder.path()));
    let response = cepa_test::Client::new(app).get("//evil.example").send().await;
    assert_eq!(response.status, 301);
    assert_eq!(response.get("location"), "/evil.example/");
}

#[tokio::test]
async fn a_folder_without_index_is_missing() {
    let folder = Folder::new().file("dir/a.txt", "x");
    assert_eq!(folder.client().get("/dir").send().await.text(), "next");
    assert_eq!(folder.client().get("/dir/").send().await.text(), "next");
}
