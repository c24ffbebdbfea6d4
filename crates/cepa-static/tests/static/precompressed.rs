//! Compressed files beside a file.

use std::time::{Duration, SystemTime};

use cepa_test::{Client, Response};

use crate::folder::{Folder, client};

/// `app.js` with all siblings, `one.css` with one, `plain.txt` with none; all changed at the same time.
fn folder() -> Folder {
    let folder = Folder::new()
        .file("app.js", "plain")
        .file("app.js.br", "brotli")
        .file("app.js.zst", "zstd")
        .file("app.js.gz", "gzip")
        .file("one.css", "plain")
        .file("one.css.gz", "gzip")
        .file("plain.txt", "plain");
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let file = std::fs::File::options().write(true).open(entry.unwrap().path()).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000)).unwrap();
    }
    folder
}

async fn ask(client: &Client, target: &str, headers: &[(&str, &str)]) -> Response {
    let call = client.get(target);
    let add = |call: cepa_test::Call, (name, value): &(&str, &str)| call.header(name, value);
    headers.iter().fold(call, add).send().await
}

#[tokio::test]
async fn the_client_decides_by_its_weights_among_what_is_there() {
    let folder = folder();
    let client = folder.client();
    let table = [
        ("/app.js", "gzip, deflate, br, zstd", "br"),
        ("/app.js", "gzip;q=1, br;q=0.1", "gzip"),
        ("/app.js", "zstd, br;q=0.9", "zstd"),
        ("/app.js", "*", "br"),
        ("/app.js", "br;q=0, *", "zstd"),
        ("/app.js", "identity, br;q=0.5", ""),
        ("/app.js", "deflate", ""),
        ("/app.js", "", ""),
        ("/one.css", "br, gzip;q=0.1", "gzip"),
        ("/one.css", "br, zstd", ""),
        ("/plain.txt", "br, zstd, gzip", ""),
    ];
    for (target, accepted, coding) in table {
        let response = ask(&client, target, &[("accept-encoding", accepted)]).await;
        let (content, kind) = match coding {
            "br" => ("brotli", "text/javascript; charset=utf-8"),
            "" => ("plain", ""),
            coding => (coding, ""),
        };
        assert_eq!((response.status.as_u16(), response.text()), (200, content), "{accepted}");
        assert_eq!(response.get("content-encoding"), coding, "{target} {accepted}");
        assert_eq!(response.get("content-length"), content.len().to_string());
        assert!(response.get("content-type").starts_with(kind), "{:?}", response.headers);
        let vary = if target == "/plain.txt" { "" } else { "Accept-Encoding" };
        assert_eq!(response.get("vary"), vary, "{target} {accepted}");
    }
}

#[tokio::test]
async fn every_coding_has_its_own_tag() {
    let folder = folder();
    let client = folder.client();
    let mut tags: Vec<String> = Vec::new();
    for accepted in ["br", "zstd", "gzip", "identity"] {
        let coding = ("accept-encoding", accepted);
        let tag = ask(&client, "/app.js", &[coding]).await.get("etag").to_owned();
        let again = ask(&client, "/app.js", &[coding, ("if-none-match", &tag)]).await;
        assert_eq!((again.status.as_u16(), again.get("vary")), (304, "Accept-Encoding"));
        for other in &tags {
            let response = ask(&client, "/app.js", &[coding, ("if-none-match", other)]).await;
            assert_eq!(response.status, 200, "{accepted} {other}");
        }
        tags.push(tag);
    }
    assert_eq!(tags.len(), 4);
}

#[tokio::test]
async fn ranges_are_those_of_the_coding() {
    let folder = folder();
    let client = folder.client();
    let (coding, range) = (("accept-encoding", "br"), ("range", "bytes=1-2"));
    let part = ask(&client, "/app.js", &[coding, range]).await;
    assert_eq!((part.status.as_u16(), part.text()), (206, "ro"));
    assert_eq!((part.get("content-range"), part.get("content-encoding")), ("bytes 1-2/6", "br"));
    let tag = part.get("etag").to_owned();
    let rest = ask(&client, "/app.js", &[coding, range, ("if-range", &tag)]).await;
    assert_eq!(rest.status, 206);
    let other = ("accept-encoding", "gzip");
    let whole = ask(&client, "/app.js", &[other, range, ("if-range", &tag)]).await;
    assert_eq!((whole.status.as_u16(), whole.text()), (200, "gzip"), "parts of two codings");
    let dated = ("if-range", part.get("last-modified"));
    let whole = ask(&client, "/app.js", &[other, range, dated]).await;
    assert_eq!(whole.status, 200, "a date that two codings share");
    let beyond = ask(&client, "/app.js", &[coding, ("range", "bytes=6-")]).await;
    assert_eq!((beyond.status.as_u16(), beyond.get("content-range")), (416, "bytes */6"));
    assert_eq!(beyond.get("content-encoding"), "");
    assert!(beyond.get("vary").contains("Accept-Encoding"));
}

#[tokio::test]
async fn head_tells_the_same() {
    let folder = folder();
    let client = folder.client();
    let get = ask(&client, "/app.js", &[("accept-encoding", "zstd")]).await;
    let head = client.head("/app.js").header("accept-encoding", "zstd").send().await;
    assert_eq!(head.headers, get.headers);
}

#[tokio::test]
async fn a_sibling_under_its_own_name_is_what_it_is() {
    let folder = folder();
    let response = ask(&folder.client(), "/app.js.gz", &[("accept-encoding", "gzip")]).await;
    assert_eq!(response.get("content-type"), "application/gzip");
    assert_eq!((response.get("content-encoding"), response.get("vary")), ("", ""));
}

#[tokio::test]
async fn a_sibling_alone_is_no_file() {
    let folder =
        Folder::new().file("a.txt.br", "brotli").file("b.txt", "plain").file("b.txt.br/x", "");
    let client = folder.client();
    let coding = [("accept-encoding", "br")];
    assert_eq!(ask(&client, "/a.txt", &coding).await.text(), "next");
    let folder_beside = ask(&client, "/b.txt", &coding).await;
    assert_eq!((folder_beside.text(), folder_beside.get("vary")), ("plain", ""));
}

#[cfg(unix)]
#[tokio::test]
async fn a_sibling_that_leads_out_of_the_folder_is_not_there() {
    let outside = Folder::new().file("secret", "secret");
    let folder = Folder::new().file("a.txt", "plain");
    let link = folder.path().join("a.txt.br");
    std::os::unix::fs::symlink(outside.path().join("secret"), link).unwrap();
    let response = ask(&folder.client(), "/a.txt", &[("accept-encoding", "br")]).await;
    assert_eq!((response.text(), response.get("vary")), ("plain", ""));
}

#[tokio::test]
async fn an_index_and_an_extension_have_siblings_too() {
    let folder = Folder::new().file("index.html", "plain").file("index.html.br", "brotli");
    let app = client(cepa_static::serve(folder.path()).extensions(["html"]));
    for target in ["/", "/index"] {
        let response = ask(&app, target, &[("accept-encoding", "br")]).await;
        assert_eq!(response.text(), "brotli", "{target}");
        assert_eq!(response.get("content-type"), "text/html; charset=utf-8");
    }
}

#[tokio::test]
async fn they_can_be_left_alone() {
    let folder = folder();
    let app = client(cepa_static::serve(folder.path()).precompressed(false));
    let response = ask(&app, "/app.js", &[("accept-encoding", "br")]).await;
    assert_eq!((response.text(), response.get("vary")), ("plain", ""));
}
