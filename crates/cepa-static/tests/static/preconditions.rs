//! What a client requires before it takes an answer: 412 when it does not hold (RFC 9110, 13.1 and 13.2.2).

use std::time::{Duration, SystemTime};

use cepa_test::Response;

use crate::folder::{Folder, client};

const TAG: &str = "\"a-17979cfe362a0000\"";
const DATE: &str = "Tue, 14 Nov 2023 22:13:20 GMT";
const OLDER: &str = "Tue, 14 Nov 2023 22:13:19 GMT";
const NEWER: &str = "Tue, 14 Nov 2023 22:13:21 GMT";

fn folder(changed: SystemTime) -> Folder {
    let folder = Folder::new().file("a.txt", "0123456789");
    let file = std::fs::File::options().write(true).open(folder.path().join("a.txt")).unwrap();
    file.set_modified(changed).unwrap();
    folder
}

fn settled() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000)
}

async fn ask(folder: &Folder, headers: &[(&str, &str)]) -> Response {
    let call = folder.client().get("/a.txt");
    headers.iter().fold(call, |call, (name, value)| call.header(name, value)).send().await
}

#[tokio::test]
async fn the_order_is_that_of_the_standard() {
    let folder = folder(settled());
    let weak = format!("W/{TAG}");
    let table: [(&[(&str, &str)], u16); 26] = [
        (&[("if-match", TAG)], 200),
        (&[("if-match", "*")], 200),
        (&[("if-match", "\"x\", \"a-17979cfe362a0000\"")], 200),
        (&[("if-match", "\"x\"")], 412),
        (&[("if-match", &weak)], 412),
        (&[("if-match", "")], 412),
        (&[("if-match", "a-17979cfe362a0000")], 412),
        (&[("if-unmodified-since", DATE)], 200),
        (&[("if-unmodified-since", NEWER)], 200),
        (&[("if-unmodified-since", OLDER)], 412),
        (&[("if-unmodified-since", "Tuesday, 14-Nov-23 22:13:19 GMT")], 412),
        (&[("if-unmodified-since", "yesterday")], 200),
        (&[("if-unmodified-since", "")], 200),
        // If-Match decides when both are there.
        (&[("if-match", TAG), ("if-unmodified-since", OLDER)], 200),
        (&[("if-match", "\"x\""), ("if-unmodified-since", NEWER)], 412),
        // What is required comes before what the client has, and that before a range.
        (&[("if-match", "\"x\""), ("if-none-match", TAG)], 412),
        (&[("if-match", TAG), ("if-none-match", TAG)], 304),
        (&[("if-match", TAG), ("if-none-match", "\"x\"")], 200),
        (&[("if-unmodified-since", OLDER), ("if-none-match", TAG)], 412),
        (&[("if-unmodified-since", OLDER), ("if-modified-since", NEWER)], 412),
        (&[("if-unmodified-since", DATE), ("if-modified-since", DATE)], 304),
        (&[("if-match", "\"x\""), ("range", "bytes=0-1")], 412),
        (&[("if-match", "\"x\""), ("range", "bytes=99-")], 412),
        (&[("if-match", TAG), ("range", "bytes=0-1")], 206),
        (&[("if-match", TAG), ("range", "bytes=99-")], 416),
        (&[("if-unmodified-since", DATE), ("range", "bytes=0-1"), ("if-range", "\"x\"")], 200),
    ];
    for (headers, expected) in table {
        let response = ask(&folder, headers).await;
        assert_eq!(response.status, expected, "{headers:?}");
        if expected == 412 {
            assert_eq!(response.text(), "Precondition Failed", "{headers:?}");
            for name in ["etag", "last-modified", "cache-control", "content-range"] {
                assert_eq!(response.get(name), "", "{headers:?} {name}");
            }
        }
    }
}

#[tokio::test]
async fn head_is_held_to_the_same() {
    let folder = folder(settled());
    for (tag, expected) in [(TAG, 200), ("\"x\"", 412)] {
        let response = folder.client().head("/a.txt").header("if-match", tag).send().await;
        assert_eq!(response.status, expected, "{tag}");
    }
}

#[tokio::test]
async fn what_is_missing_is_not_there_to_require_anything_of() {
    let folder = folder(settled());
    let response = folder.client().get("/none").header("if-match", "*").send().await;
    assert_eq!(response.text(), "next");
}

#[tokio::test]
async fn nothing_can_be_required_of_a_version_that_cannot_be_told() {
    // One in the future, and one that a build has stamped.
    let times = [
        SystemTime::now() + Duration::from_secs(60),
        SystemTime::UNIX_EPOCH + Duration::from_secs(1),
        SystemTime::UNIX_EPOCH + Duration::from_secs(315_532_800),
    ];
    for time in times {
        let folder = folder(time);
        assert_eq!(ask(&folder, &[]).await.get("etag"), "", "{time:?}");
        assert_eq!(ask(&folder, &[("if-match", TAG)]).await.status, 412, "{time:?}");
        assert_eq!(ask(&folder, &[("if-match", "*")]).await.status, 200, "{time:?}");
        assert_eq!(ask(&folder, &[("if-unmodified-since", OLDER)]).await.status, 200, "{time:?}");
    }
}

#[tokio::test]
async fn a_stamped_file_has_validators_when_it_is_promised_not_to_change() {
    let folder = folder(SystemTime::UNIX_EPOCH + Duration::from_secs(1));
    let client = client(cepa_static::serve(folder.path()).immutable());
    let response = client.get("/a.txt").send().await;
    assert_eq!(response.get("etag"), "\"a-3b9aca00\"");
    assert_eq!(response.get("last-modified"), "Thu, 01 Jan 1970 00:00:01 GMT");
}
