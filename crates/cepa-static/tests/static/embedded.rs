//! A folder that is part of the program is served as one on disk is.

use cepa_static::{rust_embed, serve_embedded};
use cepa_test::{Call, Response};

use crate::folder::{Folder, client};

#[derive(rust_embed::Embed)]
#[crate_path = "cepa_static::rust_embed"]
#[folder = "tests/embedded/"]
struct Assets;

async fn ask(target: &str, headers: &[(&str, &str)]) -> Response {
    let call = client(serve_embedded::<Assets>()).get(target);
    let add = |call: Call, (name, value): &(&str, &str)| call.header(name, value);
    headers.iter().fold(call, add).send().await
}

#[tokio::test]
async fn every_path_gets_what_the_same_folder_on_disk_gives() {
    let disk = Folder::new();
    for name in ["index.html", "app.js", "app.js.br", "dir/a.txt", "dir/about.html", "dir-b.txt"] {
        let content = Assets::get(name).unwrap().data;
        let path = disk.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    let options = |files: cepa_static::StaticFiles| {
        client(files.extensions(["html"]).listing(true).fallback("index.html"))
    };
    let (disk, embedded) =
        (options(cepa_static::serve(disk.path())), options(serve_embedded::<Assets>()));
    let targets = [
        "/",
        "/index.html",
        "/app.js",
        "/app.js.br",
        "/dir",
        "/dir/",
        "/dir/a.txt",
        "/dir/about",
        "/dir/a.txt/",
        "/dir/none.txt",
        "/dir/none",
        "/di",
        "/dir-b.txt",
        "/dir-b.txt/x",
        "/.hidden",
        "/../x",
        "//x",
        "/%00",
        "/a%5cb",
        "/dir%2fa.txt",
        "/%64ir/a%2etxt",
        "/dir/./a.txt",
    ];
    let headers = [
        ("accept-encoding", "br"),
        ("range", "bytes=2-3"),
        ("range", "bytes=0-0,3-3"),
        ("range", "bytes=99-"),
        ("accept", "application/json"),
        ("x-none", ""),
    ];
    for target in targets {
        for (name, value) in headers {
            let [mut one, mut other] = [
                disk.get(target).header(name, value).send().await,
                embedded.get(target).header(name, value).send().await,
            ];
            for headers in [&mut one.headers, &mut other.headers] {
                headers.remove("etag");
                headers.remove("last-modified");
            }
            let of = |response: &Response| {
                // A multipart answer has a boundary of its own every time.
                let text = response.text();
                let boundary =
                    response.get("content-type").split("boundary=").nth(1).unwrap_or("--");
                let plain = |header: (_, _)| format!("{header:?}").replace(boundary, "--");
                let mut headers: Vec<String> = response.headers.iter().map(plain).collect();
                headers.sort();
                (response.status, headers, text.replace(boundary, "--"))
            };
            assert_eq!(of(&one), of(&other), "{target} {name}: {value}");
        }
    }
}

#[tokio::test]
async fn the_tag_is_the_content_and_there_is_no_date() {
    let response = ask("/dir/a.txt", &[]).await;
    let hash = Assets::get("dir/a.txt").unwrap().metadata.sha256_hash();
    let tag = response.get("etag").to_owned();
    assert_eq!(tag.len(), 24, "128 bits, in quotes");
    assert_eq!(hash[0], 0x84, "of the content: sha256(\"0123456789\") is 84d8...");
    assert!(tag.starts_with("\"hNiYd"), "{tag}");
    assert_eq!(response.get("last-modified"), "");
    assert_eq!(ask("/dir/a.txt", &[("if-none-match", &tag)]).await.status, 304);
    assert_eq!(ask("/dir/a.txt", &[("if-match", "\"other\"")]).await.status, 412);
    let held = [("range", "bytes=4-"), ("if-range", &*tag)];
    assert_eq!(ask("/dir/a.txt", &held).await.text(), "456789");
}

#[tokio::test]
async fn codings_have_tags_of_their_own() {
    let plain = ask("/app.js", &[]).await;
    let packed = ask("/app.js", &[("accept-encoding", "br")]).await;
    assert_eq!((plain.text(), packed.text()), ("plain", "brotli"));
    assert_ne!(plain.get("etag"), packed.get("etag"));
    assert_eq!((plain.get("vary"), packed.get("content-encoding")), ("Accept-Encoding", "br"));
}

#[tokio::test]
async fn a_listing_has_what_lies_in_the_folder_itself() {
    let client = client(serve_embedded::<Assets>().no_index().listing(true));
    let json = client.get("/").header("accept", "application/json").send().await;
    let names = [
        r#"{"type":"folder","name":"dir"}"#,
        r#"{"type":"file","name":"app.js","size":5}"#,
        r#"{"type":"file","name":"app.js.br","size":6}"#,
        r#"{"type":"file","name":"dir-b.txt","size":1}"#,
        r#"{"type":"file","name":"index.html","size":14}"#,
    ];
    assert_eq!(json.text(), format!("[{}]", names.join(",")));
}
