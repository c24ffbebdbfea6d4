//! A handler answers with one file of a folder.

use cepa_core::App;
use cepa_static::{StaticFiles, serve};
use cepa_test::Client;

use crate::folder::Folder;

/// Sends the file that the whole query string names, as text.
fn client(files: StaticFiles) -> Client {
    Client::new(App::new().with(async move |ctx, _next| {
        let path = ctx.request.query_string().replace("%00", "\0").replace('+', " ");
        files.send(ctx, &path).await
    }))
}

fn folder() -> Folder {
    Folder::new()
        .file("a b.txt", "0123456789")
        .file("100%41.txt", "not decoded")
        .file("dir/index.html", "<p>index")
        .file(".hidden", "secret")
}

#[tokio::test]
async fn the_path_is_text_and_held_to_the_rules() {
    let folder = folder();
    let client = client(serve(folder.path()));
    for (path, status, text) in [
        ("a+b.txt", 200, "0123456789"),
        ("/a+b.txt", 200, "0123456789"),
        ("100%41.txt", 200, "not decoded"),
        ("dir/", 200, "<p>index"),
        ("dir", 404, "Not Found"),
        ("none", 404, "Not Found"),
        ("", 404, "Not Found"),
        (".hidden", 404, "Not Found"),
        ("../x", 403, "Forbidden"),
        ("//x", 400, "malicious path"),
        ("a%00", 400, "malicious path"),
    ] {
        let response = client.get(&format!("/?{path}")).send().await;
        assert_eq!((response.status.as_u16(), response.text()), (status, text), "{path}");
    }
}

#[tokio::test]
async fn ranges_and_options_are_those_of_the_folder() {
    let folder = folder();
    let client = client(serve(folder.path()).max_age(std::time::Duration::from_secs(60)));
    let response = client.get("/?a+b.txt").header("range", "bytes=2-3").send().await;
    assert_eq!((response.status.as_u16(), response.text()), (206, "23"));
    assert_eq!(response.get("cache-control"), "max-age=60");
    assert_eq!(response.get("content-type"), "text/plain; charset=utf-8");
}
