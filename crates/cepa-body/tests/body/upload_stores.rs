//! Files in memory and on disk.

use crate::folder::Folder;
use crate::send::*;

use cepa_body::{BodyExt, Upload, UploadForm};
use serde_json::{Value, json};

fn shown(form: UploadForm) -> Value {
    let file = &form.files()[0];
    json!({
        "field": file.field(), "name": file.name(), "type": file.content_type(), "size": file.size(),
        "stored": file.stored_name(), "bytes": file.bytes().map(bytes::Bytes::len),
    })
}

#[tokio::test]
async fn memory_keeps_the_bytes() {
    let app = uploads(Upload::new(), |form| {
        let file = form.file("p").unwrap();
        assert_eq!((file.path(), file.stored_name()), (None, None));
        json!(String::from_utf8_lossy(file.bytes().unwrap()))
    });
    let body = form([file("p", "a.png", "bytes\r\n--not the boundary\r\n\r\n")]);
    let response = post(app, MULTIPART, body).send().await;
    assert_eq!(response.json::<Value>(), json!("bytes\r\n--not the boundary\r\n\r\n"));
}

#[tokio::test]
async fn the_disk_gets_a_random_name_and_a_harmless_extension() {
    let folder = Folder::new();
    let app = || uploads(Upload::new().disk(folder.path()), shown);
    let mut seen = Vec::new();
    for (name, extension) in [
        ("a.png", Some("png")),
        ("A.JPEG", Some("jpeg")),
        ("a.tar.gz", Some("gz")),
        ("evil.html", None),
        ("evil.svg", None),
        ("evil.php", None),
        ("evil.png.js", None),
        ("no extension", None),
        (".png", Some("png")),
        ("a.png/../../x", None),
    ] {
        let response = post(app(), MULTIPART, form([file("p", name, name)])).send().await;
        let stored = response.json::<Value>()["stored"].as_str().unwrap().to_owned();
        let (digits, rest) = stored.split_at(32);
        assert!(digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')), "{stored}");
        assert_eq!(rest.strip_prefix('.'), extension, "{name}");
        assert_eq!(std::fs::read_to_string(folder.path().join(&stored)).unwrap(), name);
        seen.push(stored);
    }
    seen.sort();
    assert_eq!(folder.names(), seen);
}

#[tokio::test]
async fn a_file_is_described_by_its_sender() {
    let folder = Folder::new();
    let app = uploads(Upload::new().disk(folder.path()).name(|_| "x".into()), shown);
    let response = post(app, MULTIPART, form([file("p", "dir/é.png", "12345")])).send().await;
    let expected = json!({
        "field": "p", "name": "é.png", "type": "image/png", "size": 5, "stored": "x", "bytes": null,
    });
    assert_eq!(response.json::<Value>(), expected);
}

#[tokio::test]
async fn large_files_arrive_whole_in_pieces_of_any_size() {
    let content: Vec<u8> = (0..1_300_000_u32).map(|at| (at * 31 % 251) as u8).collect();
    let body = form([file("p", "a.bin", &content), file("p", "b.bin", "second")]);
    for piece in [997, 64 * 1024, 700_000] {
        let folder = Folder::new();
        let app =
            uploads(Upload::new().disk(folder.path()).name(|part| part.name().into()), |form| {
                json!(form.files().iter().map(cepa_body::UploadedFile::size).collect::<Vec<_>>())
            });
        let body = pieces(body.chunks(piece).map(bytes::Bytes::copy_from_slice));
        let response = post(app, MULTIPART, body).send().await;
        assert_eq!(response.json::<Value>(), json!([1_300_000, 6]));
        assert!(std::fs::read(folder.path().join("a.bin")).unwrap() == content, "{piece}");
        assert_eq!(std::fs::read(folder.path().join("b.bin")).unwrap(), b"second");
    }
}

#[tokio::test]
async fn the_folder_is_created_when_it_is_missing() {
    let folder = Folder::new();
    let deep = folder.path().join("year/month");
    let app = uploads(Upload::new().disk(&deep), shown);
    assert_eq!(post(app, MULTIPART, form([file("p", "a.png", "x")])).send().await.status, 200);
    assert_eq!(std::fs::read_dir(deep).unwrap().count(), 1);
}

#[tokio::test]
async fn an_empty_file_is_a_file() {
    let folder = Folder::new();
    let app = uploads(Upload::new().disk(folder.path()).name(|_| "empty".into()), shown);
    let response = post(app, MULTIPART, form([file("p", "a.png", "")])).send().await;
    assert_eq!(response.json::<Value>()["size"], 0);
    assert_eq!(std::fs::read(folder.path().join("empty")).unwrap(), b"");
}

#[tokio::test]
async fn files_stay_when_the_handler_fails_and_go_when_it_discards_them() {
    for (discard, left) in [(false, 2), (true, 0)] {
        let folder = Folder::new();
        let upload = Upload::new().disk(folder.path());
        let app = app(async move |ctx, _next| {
            let form = ctx.upload(&upload).await?;
            if discard {
                form.discard().await?;
            }
            ctx.throw(500, "later")
        });
        let body = form([file("p", "a.png", "x"), file("q", "b.png", "y")]);
        assert_eq!(post(app, MULTIPART, body).send().await.status, 500);
        assert_eq!(folder.names().len(), left);
    }
}

#[tokio::test]
async fn a_disk_that_fails_is_a_500_without_details() {
    let folder = Folder::new();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let app = uploads(Upload::new().disk(folder.path().join("file")), shown);
    let response = post(app, MULTIPART, form([file("p", "a.png", "x")])).send().await;
    assert_eq!((response.status.as_u16(), detail(&response)), (500, String::new()));
}

#[tokio::test]
async fn a_file_can_be_synced_before_the_form_goes_on() {
    let folder = Folder::new();
    let app = uploads(Upload::new().disk(folder.path()).name(|_| "x".into()).synced(), shown);
    let body = form([file("p", "a.png", [7; 600_000])]);
    assert_eq!(post(app, MULTIPART, body).send().await.json::<Value>()["size"], 600_000);
    assert_eq!(std::fs::read(folder.path().join("x")).unwrap(), [7; 600_000]);
}
