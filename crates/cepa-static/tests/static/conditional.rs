//! Validators, and when the answer is 304.

use std::time::{Duration, SystemTime};

use crate::folder::Folder;

use cepa_test::Response;

/// What a file answers to these headers of a request.
async fn ask(folder: &Folder, headers: &[(&str, &str)]) -> Response {
    let mut call = folder.client().get("/a.txt");
    for (name, value) in headers {
        call = call.header(name, value);
    }
    call.send().await
}

fn stamped(seconds: u64, nanos: u32) -> Folder {
    let folder = Folder::new().file("a.txt", "hello");
    let time = SystemTime::UNIX_EPOCH + Duration::new(seconds, nanos);
    let file = std::fs::File::options().write(true).open(folder.path().join("a.txt")).unwrap();
    file.set_modified(time).unwrap();
    folder
}

#[tokio::test]
async fn validators_are_size_and_time() {
    let response = ask(&stamped(1_700_000_000, 5), &[]).await;
    assert_eq!(response.get("etag"), "\"5-17979cfe362a0005\"");
    assert_eq!(response.get("last-modified"), "Tue, 14 Nov 2023 22:13:20 GMT");
}

#[tokio::test]
async fn a_change_within_a_second_changes_the_tag() {
    let first = ask(&stamped(1_700_000_000, 1), &[]).await;
    let second = ask(&stamped(1_700_000_000, 2), &[]).await;
    assert_eq!(first.get("last-modified"), second.get("last-modified"));
    assert_ne!(first.get("etag"), second.get("etag"));
}

#[tokio::test]
async fn a_file_that_may_change_within_a_tick_has_no_validators_yet() {
    // In the future, so that it is young however long this test takes.
    let time = SystemTime::now() + Duration::from_secs(60);
    let write = |folder: &Folder, text: &str| {
        let path = folder.path().join("a.txt");
        std::fs::write(&path, text).unwrap();
        std::fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
    };
    let folder = Folder::new();
    write(&folder, "one");
    let first = ask(&folder, &[]).await;
    assert_eq!((first.get("etag"), first.get("last-modified")), ("", ""));
    assert_eq!(first.get("cache-control"), "max-age=0");
    write(&folder, "two");
    let asked = [("if-none-match", first.get("etag")), ("if-modified-since", END_OF_TIME)];
    for header in asked {
        assert_eq!(ask(&folder, &[header]).await.text(), "two", "{header:?}");
    }
    let promised = crate::folder::client(cepa_static::serve(folder.path()).immutable());
    let tag = promised.get("/a.txt").send().await.get("etag").to_owned();
    assert_eq!(promised.get("/a.txt").header("if-none-match", &tag).send().await.status, 304);
}

const END_OF_TIME: &str = "Fri, 31 Dec 9999 23:59:59 GMT";

#[tokio::test]
async fn if_none_match_is_compared_weakly_and_in_lists() {
    let folder = stamped(1_700_000_000, 5);
    let tag = "\"5-17979cfe362a0005\"";
    let fresh = [tag, &format!("W/{tag}"), &format!("\"other\", {tag}"), "*"];
    for value in fresh {
        let response = ask(&folder, &[("if-none-match", value)]).await;
        assert_eq!(response.status, 304, "{value}");
        assert_eq!(response.get("etag"), tag);
        assert_eq!(response.get("cache-control"), "max-age=0");
        assert_eq!(response.get("content-length"), "");
        assert_eq!(response.get("content-type"), "");
        assert!(response.body.is_empty());
    }
    for value in ["\"other\"", "W/\"other\"", ""] {
        let response = ask(&folder, &[("if-none-match", value)]).await;
        assert_eq!((response.status.as_u16(), response.text()), (200, "hello"), "{value}");
    }
}

#[tokio::test]
async fn if_modified_since_counts_whole_seconds() {
    let folder = stamped(1_700_000_000, 999_999_999);
    let table = [
        ("Tue, 14 Nov 2023 22:13:20 GMT", 304),
        ("Tue, 14 Nov 2023 22:13:21 GMT", 304),
        ("Tue, 14 Nov 2023 22:13:19 GMT", 200),
        ("Tuesday, 14-Nov-23 22:13:20 GMT", 304),
        ("Tue Nov 14 22:13:20 2023", 304),
        ("yesterday", 200),
        ("", 200),
    ];
    for (value, expected) in table {
        let response = ask(&folder, &[("if-modified-since", value)]).await;
        assert_eq!(response.status, expected, "{value}");
    }
}

#[tokio::test]
async fn the_tag_decides_when_both_are_there() {
    let folder = stamped(1_700_000_000, 0);
    let newer = ("if-modified-since", "Wed, 15 Nov 2023 00:00:00 GMT");
    assert_eq!(ask(&folder, &[("if-none-match", "\"other\""), newer]).await.status, 200);
    let older = ("if-modified-since", "Mon, 13 Nov 2023 00:00:00 GMT");
    assert_eq!(ask(&folder, &[("if-none-match", "*"), older]).await.status, 304);
}

#[tokio::test]
async fn a_time_that_no_date_can_say_has_no_validators() {
    let folder = Folder::new().file("a.txt", "hello");
    let file = std::fs::File::options().write(true).open(folder.path().join("a.txt")).unwrap();
    if file.set_modified(SystemTime::UNIX_EPOCH - Duration::from_secs(1)).is_err() {
        return; // a file system without such times
    }
    let response = ask(&folder, &[]).await;
    assert_eq!((response.status.as_u16(), response.text()), (200, "hello"));
    assert_eq!(response.get("last-modified"), "");
}
