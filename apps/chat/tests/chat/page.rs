//! The page is part of the program: every file that it refers to is there, with a type and a strong tag.

use cepa_test::Response;
use sha1::{Digest, Sha1};

use crate::chatting::{Chatting, within};

async fn get(chatting: &Chatting, path: &str) -> Response {
    let response = within(chatting.client.get(path).send()).await;
    assert_eq!(response.status, 200, "{path}");
    response
}

/// What a text refers to within this server: `from "./x.js"`, `src="/x"`, `href="/x"`.
fn references(text: &str) -> Vec<String> {
    let after = |mark: &str| {
        let found = text.match_indices(mark).map(|(at, _)| &text[at + mark.len()..]);
        let paths = found.map(|rest| rest.split('"').next().unwrap().trim_start_matches('.'));
        paths.filter(|path| path.starts_with('/')).map(str::to_owned).collect::<Vec<_>>()
    };
    [after("from \""), after("src=\""), after("href=\"")].concat()
}

#[tokio::test]
async fn all_its_files_are_there() {
    let chatting = Chatting::new();
    let (mut known, mut next) = (vec!["/".to_owned()], 0);
    while let Some(path) = known.get(next).cloned() {
        next += 1;
        let response = get(&chatting, &path).await;
        let kind = match path.rsplit_once('.').map_or("html", |(_, extension)| extension) {
            "html" => "text/html; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "svg" => "image/svg+xml",
            other => panic!("a file of type {other}"),
        };
        assert_eq!(response.get("content-type"), kind, "{path}");
        assert_eq!(response.get("x-content-type-options"), "nosniff");
        for path in references(response.text()) {
            if !known.contains(&path) {
                known.push(path);
            }
        }
    }
    assert!(known.len() > 5, "{known:?}");
}

#[tokio::test]
async fn every_file_in_the_folder_is_embedded() {
    let chatting = Chatting::new();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("page");
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap();
        let name = file.file_name().into_string().unwrap();
        let path = if name == "index.html" { "/".to_owned() } else { format!("/{name}") };
        assert!(!get(&chatting, &path).await.body.is_empty(), "{name}");
    }
}

#[tokio::test]
async fn it_is_asked_for_again_and_not_sent_again() {
    let chatting = Chatting::new();
    let first = get(&chatting, "/app.js").await;
    assert_eq!(first.get("cache-control"), "no-cache");
    let tag = first.get("etag");
    assert!(tag.starts_with('"'), "a strong tag: {tag}");
    let again = chatting.client.get("/app.js").header("if-none-match", tag).send();
    let again = within(again).await;
    assert_eq!((again.status.as_u16(), again.body.len(), again.get("etag")), (304, 0, tag));
    assert_ne!(get(&chatting, "/style.css").await.get("etag"), tag);
}

#[tokio::test]
async fn its_tags_are_a_fixed_hash_of_the_content() {
    let chatting = Chatting::new();
    for path in ["/app.js", "/favicon.svg"] {
        let response = get(&chatting, path).await;
        let hash = Sha1::digest(&response.body);
        let hash: String = hash[..12].iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(response.get("etag"), format!("\"{hash}\""), "{path}");
    }
}

#[tokio::test]
async fn the_clients_of_socketio_are_beside_it() {
    let chatting = Chatting::new();
    let ours = get(&chatting, "/socket.io/cepa.js").await;
    assert!(ours.get("content-type").contains("javascript"));
    let official = within(chatting.client.get("/socket.io/socket.io.js").send()).await;
    assert_eq!(official.status, 404, "without --client-bundle");
}
