//! Forms that are malformed or cut are refused and leave nothing.

use crate::folder::Folder;
use crate::send::*;

use cepa_body::Upload;
use serde_json::Value;

fn disposition(text: &str) -> Vec<u8> {
    part(&format!("Content-Disposition: {text}"), "x")
}

#[tokio::test]
async fn what_is_no_form_is_a_400() {
    let good = form([file("p", "a.png", "content"), field("a", "1")]);
    let text = String::from_utf8(good.clone()).unwrap();
    let table: Vec<(&str, Vec<u8>, &str)> = vec![
        ("nothing", vec![], "incomplete_multipart"),
        ("garbage", b"garbage".to_vec(), "incomplete_multipart"),
        ("another boundary", text.replace("--B", "--C").into(), "incomplete_multipart"),
        ("bare line feeds", text.replace("\r\n", "\n").into(), "incomplete_multipart"),
        ("no final boundary", text.replace("--B--", "").into(), "incomplete_multipart"),
        ("one dash at the end", text.replace("--B--", "--B-").into(), "incomplete_multipart"),
        (
            "headers without an end",
            b"--B\r\nContent-Disposition: form-data".to_vec(),
            "incomplete_multipart",
        ),
        ("a header without a name", form([part(": x", "")]), "malformed_multipart"),
        ("a header without a colon", form([part("no colon here", "")]), "malformed_multipart"),
        ("a NUL in a header", form([part("A: \0", "")]), "malformed_multipart"),
        ("text behind the boundary", b"--Bx\r\n\r\n--B--".to_vec(), "incomplete_multipart"),
        ("no name", form([disposition("form-data")]), "missing_field_name"),
        (
            "a file without a field",
            form([disposition("form-data; filename=\"a\"")]),
            "missing_field_name",
        ),
    ];
    for (what, body, code) in table {
        let folder = Folder::new();
        let app = uploads(Upload::new().disk(folder.path()), |_| Value::Null);
        let response = post(app, MULTIPART, body).send().await;
        assert_eq!(refusal(&response), (400, code.to_owned()), "{what}: {}", response.text());
        assert!(folder.names().is_empty(), "{what}");
    }
}

#[tokio::test]
async fn a_form_cut_at_any_byte_is_a_400_and_leaves_nothing() {
    let whole = form([field("a", "1"), file("p", "a.png", "content"), field("b", "2")]);
    for end in 0..whole.len() - 2 {
        for lost in [false, true] {
            let folder = Folder::new();
            let app = uploads(Upload::new().disk(folder.path()), |_| Value::Null);
            let start = whole[..end].to_vec();
            let body = if lost { cut(start) } else { start.into() };
            let response = post(app, MULTIPART, body).send().await;
            assert_eq!(response.status, 400, "{end}: {}", response.text());
            assert!(folder.names().is_empty(), "{end}");
        }
    }
}

#[tokio::test]
async fn a_form_in_any_two_pieces_is_the_same_form() {
    let whole = form([field("a", "1"), file("p", "a.png", "\r\n--content"), field("b", "2")]);
    for at in 0..whole.len() {
        let app = uploads(Upload::new(), |form| {
            let file = form.file("p").unwrap().bytes().unwrap().to_vec();
            serde_json::json!([form.field("a"), form.field("b"), String::from_utf8(file).unwrap()])
        });
        let (first, second) = whole.split_at(at);
        let response = post(app, MULTIPART, pieces([first.to_vec(), second.to_vec()])).send().await;
        assert_eq!(response.text(), r#"["1","2","\r\n--content"]"#, "{at}");
    }
}
