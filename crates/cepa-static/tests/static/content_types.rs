//! Types and headers of files.

use crate::folder::Folder;

use cepa_core::App;
use cepa_static::serve;
use cepa_test::Client;

#[tokio::test]
async fn the_extension_decides_and_text_is_utf8() {
    let table = [
        ("a.html", "text/html; charset=utf-8"),
        ("a.css", "text/css; charset=utf-8"),
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.json", "application/json; charset=utf-8"),
        ("a.txt", "text/plain; charset=utf-8"),
        ("a.svg", "image/svg+xml"),
        ("a.png", "image/png"),
        ("a.PNG", "image/png"),
        ("a.webp", "image/webp"),
        ("a.wasm", "application/wasm"),
        ("a.woff2", "font/woff2"),
        ("a.txt.gz", "application/gzip"),
        ("a.unheardof", "application/octet-stream"),
        ("README", "application/octet-stream"),
    ];
    let mut folder = Folder::new();
    for (name, _) in table {
        folder = folder.file(name, "x");
    }
    for (name, expected) in table {
        let response = folder.client().get(&format!("/{name}")).send().await;
        assert_eq!(response.get("content-type"), expected, "{name}");
        assert_eq!(response.get("content-encoding"), "", "{name}");
    }
}

#[tokio::test]
async fn a_type_that_was_set_before_stays() {
    let folder = Folder::new().file("a.txt", "x");
    let app = App::new()
        .with(async |ctx, next| {
            ctx.set_type("text/markdown")?;
            next.run(ctx).await
        })
        .plug(serve(folder.path()));
    let response = Client::new(app).get("/a.txt").send().await;
    assert_eq!(response.get("content-type"), "text/markdown; charset=utf-8");
}
