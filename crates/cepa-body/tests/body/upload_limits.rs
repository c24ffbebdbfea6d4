//! Every limit of an upload is reached and not passed.

use crate::clock::Spent;
use crate::folder::Folder;
use crate::send::*;

use cepa_body::{Upload, UploadLimits};
use serde_json::Value;

async fn send(limits: UploadLimits, parts: Vec<Vec<u8>>) -> (u16, String) {
    let folder = Folder::new();
    let app = uploads(Upload::new().limits(limits).disk(folder.path()), |_| Value::Null);
    let response = post(app, MULTIPART, form(parts)).send().await;
    if response.status != 200 {
        assert!(folder.names().is_empty(), "left behind: {:?}", folder.names());
    }
    refusal(&response)
}

/// A limit, a form that reaches it, and one that is beyond.
type Row = (&'static str, UploadLimits, Vec<Vec<u8>>, Vec<Vec<u8>>);

fn table() -> Vec<Row> {
    let limits = UploadLimits::default;
    let files = |count: usize| (0..count).map(|_| file("p", "a.png", "x")).collect::<Vec<_>>();
    let fields = |count: usize| (0..count).map(|_| field("a", "1234567")).collect::<Vec<_>>();
    let sized = |size: usize| vec![file("p", "first", "x"), file("p", "a", "x".repeat(size))];
    vec![
        ("file_too_large", UploadLimits { file_size: 9, ..limits() }, sized(9), sized(10)),
        ("too_many_files", UploadLimits { files: 2, ..limits() }, files(2), files(3)),
        ("too_many_fields", UploadLimits { fields: 2, ..limits() }, fields(2), fields(3)),
        ("too_many_parts", UploadLimits { parts: 2, ..limits() }, fields(2), fields(3)),
        (
            "field_too_large",
            UploadLimits { field_size: 7, ..limits() },
            fields(1),
            vec![field("a", "12345678")],
        ),
        ("fields_too_large", UploadLimits { fields_size: 16, ..limits() }, fields(2), fields(3)),
        (
            "field_name_too_long",
            UploadLimits { field_name_size: 3, ..limits() },
            vec![field("abc", ""), file("abc", "a", "")],
            vec![file("abcd", "a", "")],
        ),
        (
            "file_name_too_long",
            UploadLimits { file_name_size: 3, ..limits() },
            vec![file("p", "abc", "")],
            vec![file("p", "abcd", "")],
        ),
        (
            "part_headers_too_large",
            UploadLimits { part_headers: 100, ..limits() },
            fields(1),
            vec![part(
                &format!("Content-Disposition: form-data; name=\"{}\"", "a".repeat(100)),
                "",
            )],
        ),
    ]
}

#[tokio::test]
async fn every_limit_is_reached_and_not_passed() {
    for (code, limits, reached, beyond) in table() {
        assert_eq!(send(limits.clone(), reached).await, (200, String::new()), "{code}");
        assert_eq!(send(limits, beyond).await, (413, code.to_owned()));
    }
}

#[tokio::test]
async fn the_whole_body_is_bounded_with_and_without_a_length() {
    let body = form([field("a", "12345678")]);
    let total = body.len() as u64;
    for (limit, expected) in [(total, (200, "")), (total - 1, (413, "body_too_large"))] {
        for body in [body.clone().into(), pieces(body.chunks(7).map(bytes::Bytes::copy_from_slice))]
        {
            let limits = UploadLimits { total: limit, ..UploadLimits::default() };
            let app = uploads(Upload::new().limits(limits), |_| Value::Null);
            let response = post(app, MULTIPART, body).send().await;
            assert_eq!(refusal(&response), (expected.0, expected.1.to_owned()));
        }
    }
}

#[tokio::test]
async fn a_file_beyond_the_default_takes_earlier_ones_with_it() {
    let large = vec![0; 10 * 1024 * 1024 + 1];
    let parts = vec![file("p", "small.png", "x"), file("p", "large.png", large)];
    assert_eq!(send(UploadLimits::default(), parts).await, (413, "file_too_large".into()));
}

#[tokio::test]
async fn many_headers_in_a_part_are_refused() {
    let headers: Vec<String> = (0..200).map(|at| format!("X-{at}: y")).collect();
    let (status, _) = send(UploadLimits::default(), vec![part(&headers.join("\r\n"), "x")]).await;
    assert!(matches!(status, 400 | 413), "{status}");
}

#[tokio::test]
async fn hostile_fillings_are_read_in_linear_time() {
    for unit in ["\r\n--", "\r\n--B", "\r\n--B-", "\r", "\r\n", "-", "--B\r\n", "\r\n--b\r\n"] {
        let content = unit.repeat(256 * 1024 / unit.len());
        let body =
            pieces(form([file("p", "a", content)]).chunks(4096).map(bytes::Bytes::copy_from_slice));
        let app = uploads(Upload::new(), |_| Value::Null);
        let start = Spent::start();
        let response = post(app, MULTIPART, body).send().await;
        assert!(response.status.as_u16() < 500, "{unit:?}: {}", response.status);
        start.assert_linear(unit);
    }
}
