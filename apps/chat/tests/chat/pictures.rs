//! Pictures: recognised by their bytes, stored under random names, served for ever and as nothing else.

use std::sync::Arc;

use cepa::{Value, json};
use cepa_test::Response;
use chat::pictures::{PICTURE_BYTES, Pictures};

use crate::chatting::{Chatting, Folder, refusal, within};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and what follows";
const JPEG: &[u8] = b"\xff\xd8\xff\xe0 and what follows";
const GIF: &[u8] = b"GIF89a and what follows";
const WEBP: &[u8] = b"RIFF\x10\0\0\0WEBPVP8 and what follows";

async fn upload(chatting: &Chatting, field: &str, file_name: &str, bytes: &[u8]) -> Response {
    let head = format!(
        "--onion\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{file_name}\"\r\nContent-Type: image/png\r\n\r\n"
    );
    let body = [head.as_bytes(), bytes, b"\r\n--onion--\r\n"].concat();
    let kind = "multipart/form-data; boundary=onion";
    within(chatting.client.post("/api/pictures").header("content-type", kind).body(body).send())
        .await
}

fn url(response: &Response) -> String {
    assert_eq!(response.status, 201, "{}", response.text());
    response.json::<Value>()["url"].as_str().unwrap().to_owned()
}

/// The names in the folder, hidden ones and what is in them included.
fn files(folder: &Folder) -> Vec<String> {
    let pictures = folder.path().join("pictures");
    let names = |path| std::fs::read_dir(path).unwrap().map(|file| file.unwrap().file_name());
    let mut names: Vec<String> = names(pictures.clone())
        .chain(names(pictures.join(".incoming")))
        .map(|name| name.into_string().unwrap())
        .filter(|name| name != ".incoming")
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn the_bytes_say_what_it_is() {
    let chatting = Chatting::new();
    let cases = [
        (PNG, "a.jpg", ".png", "image/png"),
        (JPEG, "b.html", ".jpg", "image/jpeg"),
        (GIF, "c", ".gif", "image/gif"),
        (WEBP, "../../d.webp", ".webp", "image/webp"),
    ];
    for (bytes, file_name, extension, kind) in cases {
        let url = url(&upload(&chatting, "picture", file_name, bytes).await);
        let name = url.strip_prefix("/pictures/").unwrap().strip_suffix(extension).unwrap();
        assert!(name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit()), "{url}");

        let served = within(chatting.client.get(&url).send()).await;
        assert_eq!((served.status.as_u16(), &served.body[..]), (200, bytes));
        assert_eq!(served.get("content-type"), kind);
        assert_eq!(served.get("x-content-type-options"), "nosniff");
        assert_eq!(served.get("content-security-policy"), "default-src 'none'; sandbox");
        assert_eq!(served.get("cache-control"), "max-age=31536000,immutable");
        let again = chatting.client.get(&url).header("if-none-match", served.get("etag")).send();
        assert_eq!(within(again).await.status, 304);
    }
    assert_eq!(files(&chatting.folder).len(), 4);
}

#[tokio::test]
async fn what_is_no_picture_is_refused_and_leaves_nothing() {
    let chatting = Chatting::new();
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>";
    let cases: [&[u8]; 6] =
        [svg, b"<!doctype html>", b"", b"\x89PNG", b"RIFF\x10\0\0\0WAVE", b"MZ"];
    for bytes in cases {
        let refused = upload(&chatting, "picture", "p.png", bytes).await;
        assert_eq!(refusal(&refused), (422, "not_a_picture".into()));
    }
    assert!(files(&chatting.folder).is_empty(), "{:?}", files(&chatting.folder));
}

#[tokio::test]
async fn a_form_without_the_picture_is_refused() {
    let chatting = Chatting::new();
    let wrong = upload(&chatting, "avatar", "p.png", PNG).await;
    assert_eq!(wrong.status, 422, "{}", wrong.text());
    let none = chatting.post("/api/pictures", json!({})).await;
    assert_eq!(none.status, 415);
    let kind = "multipart/form-data; boundary=onion";
    let empty = chatting.client.post("/api/pictures").header("content-type", kind);
    let empty = within(empty.body("--onion--\r\n").send()).await;
    assert_eq!(refusal(&empty), (422, "not_a_picture".into()));
}

#[tokio::test]
async fn one_that_is_too_big_is_refused() {
    let chatting = Chatting::new();
    let mut bytes = vec![0; PICTURE_BYTES as usize + 1];
    bytes[..PNG.len()].copy_from_slice(PNG);
    let refused = upload(&chatting, "picture", "p.png", &bytes).await;
    assert_eq!(refusal(&refused), (413, "picture_too_big".into()));
    bytes.pop();
    url(&upload(&chatting, "picture", "p.png", &bytes).await);
    // so big that nothing of it is read
    let refused = upload(&chatting, "picture", "p.png", &vec![0; PICTURE_BYTES as usize * 2]).await;
    assert_eq!(refusal(&refused), (413, "picture_too_big".into()));
    assert_eq!(files(&chatting.folder).len(), 1);
}

#[tokio::test]
async fn it_goes_through_a_message() {
    let chatting = Chatting::new();
    let url = url(&upload(&chatting, "picture", "p.png", PNG).await);
    let body = json!({ "nick": "ana", "client": "a", "picture": url });
    let said: Value = chatting.post("/api/rooms/lobby/messages", body).await.json();
    assert_eq!((&said["text"], &said["picture"]), (&json!(""), &json!(url)));
}

#[tokio::test]
async fn the_folder_gives_away_nothing_else() {
    let chatting = Chatting::new();
    std::fs::write(chatting.folder.path().join("pictures/.incoming/secret"), "x").unwrap();
    for path in
        ["/pictures/", "/pictures/.incoming/secret", "/pictures/..%2fchat.db", "/pictures/no.png"]
    {
        let response = within(chatting.client.get(path).send()).await;
        assert!(response.status.is_client_error(), "{path}: {}", response.status);
    }
}

#[tokio::test]
async fn a_full_folder_takes_no_more_and_a_start_clears_what_was_cut_off() {
    let folder = Arc::new(Folder::new());
    let pictures = folder.path().join("pictures");
    std::fs::create_dir_all(pictures.join(".incoming")).unwrap();
    std::fs::write(pictures.join(".incoming/half"), PNG).unwrap();
    std::fs::write(pictures.join("0123456789abcdef0123456789abcdef.png"), PNG).unwrap();
    let full = Arc::new(Pictures::open(&pictures, PNG.len() as u64).unwrap());
    assert_eq!(files(&folder).len(), 1, "the half one is gone");

    let app = cepa::App::new().with(async move |ctx, _next| full.receive(ctx).await.map(drop));
    let client = cepa_test::Client::new(app);
    let response = within(client.post("/").header("accept", "application/json").send()).await;
    assert_eq!(refusal(&response), (507, "pictures_full".into()));
}
