//! Parts of a file (RFC 9110, section 14).

use std::time::{Duration, SystemTime};

use cepa_test::Response;

use crate::folder::Folder;

const DATE: &str = "Tue, 14 Nov 2023 22:13:20 GMT";

fn folder() -> Folder {
    let folder = Folder::new().file("a.txt", "0123456789").file("empty.txt", "");
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let file = std::fs::File::options().write(true).open(folder.path().join("a.txt")).unwrap();
    file.set_modified(time).unwrap();
    folder
}

async fn ask(folder: &Folder, range: &str) -> Response {
    folder.client().get("/a.txt").header("range", range).send().await
}

/// What a multipart answer holds: each part's `Content-Range`, without the unit, and its bytes.
fn parts(response: &Response) -> Vec<(String, String)> {
    let kind = response.get("content-type");
    let boundary = kind.strip_prefix("multipart/byteranges; boundary=").unwrap();
    assert_eq!(response.get("content-range"), "", "the whole has no range");
    let inner = response.text().strip_prefix(&format!("\r\n--{boundary}\r\n")).unwrap();
    let inner = inner.strip_suffix(&format!("\r\n--{boundary}--\r\n")).unwrap();
    let part = |part: &str| {
        let (head, bytes) = part.split_once("\r\n\r\n").unwrap();
        let range =
            head.strip_prefix("Content-Type: text/plain; charset=utf-8\r\nContent-Range: bytes ");
        (range.unwrap().to_owned(), bytes.to_owned())
    };
    inner.split(&format!("\r\n--{boundary}\r\n")).map(part).collect()
}

#[tokio::test]
async fn one_range_as_the_standard_has_it() {
    let folder = folder();
    // The field, and the range that is sent; "" is the whole with 200, "*" is 416.
    let table = [
        ("bytes=0-0", "0-0"),
        ("bytes=0-4", "0-4"),
        ("bytes=5-9", "5-9"),
        ("bytes=9-9", "9-9"),
        ("bytes=3-", "3-9"),
        ("bytes=0-", "0-9"),
        ("bytes=9-", "9-9"),
        ("bytes=0-9", "0-9"),
        ("bytes=0-10", "0-9"),
        ("bytes=5-999999999999999999999999999999", "5-9"),
        ("bytes=0-18446744073709551615", "0-9"),
        ("bytes=00002-000003", "2-3"),
        ("bytes=-1", "9-9"),
        ("bytes=-3", "7-9"),
        ("bytes=-10", "0-9"),
        ("bytes=-11", "0-9"),
        ("bytes=-99999999999999999999999999", "0-9"),
        ("Bytes=1-2", "1-2"),
        ("BYTES=-2", "8-9"),
        // Elements of a list may be empty, and have blanks around them.
        ("bytes=,1-2", "1-2"),
        ("bytes=1-2,", "1-2"),
        ("bytes=1-2 , ,", "1-2"),
        ("bytes=\t1-2", "1-2"),
        // Not satisfiable.
        ("bytes=10-", "*"),
        ("bytes=10-10", "*"),
        ("bytes=11-20", "*"),
        ("bytes=-0", "*"),
        ("bytes=99999999999999999999999999-", "*"),
        ("bytes=18446744073709551615-18446744073709551615", "*"),
        ("bytes=10-,-0", "*"),
        ("bytes=20-30,40-50", "*"),
        // Malformed, or of another unit.
        ("", ""),
        ("bytes", ""),
        ("bytes=", ""),
        ("bytes=,", ""),
        ("bytes=-", ""),
        ("bytes=4-3", ""),
        ("bytes=20-10", ""),
        ("bytes=a-b", ""),
        ("bytes=1-b", ""),
        ("bytes=0x1-2", ""),
        ("bytes=+1-2", ""),
        ("bytes=1-+2", ""),
        ("bytes=--1", ""),
        ("bytes=1--2", ""),
        ("bytes=1-2-3", ""),
        ("bytes=1 - 2", ""),
        ("bytes=5", ""),
        ("bytes=1.0-2", ""),
        ("bytes =1-2", ""),
        ("bytes:1-2", ""),
        ("bytes 1-2/10", ""),
        ("1-2", ""),
        ("=1-2", ""),
        ("lines=1-2", ""),
        ("bytes=1-2;3-4", ""),
        ("bytes=1-2,x", ""),
        ("bytes=20-30,4-3", ""),
    ];
    assert!(table.len() >= 40);
    for (field, expected) in table {
        let response = ask(&folder, field).await;
        let status = response.status.as_u16();
        assert_eq!(response.get("accept-ranges"), "bytes", "{field:?}");
        match expected {
            "" => {
                assert_eq!((status, response.text()), (200, "0123456789"), "{field:?}");
                assert_eq!(response.get("content-range"), "", "{field:?}");
            }
            "*" => {
                assert_eq!(
                    (status, response.get("content-range")),
                    (416, "bytes */10"),
                    "{field:?}"
                );
                assert_eq!(response.text(), "Range Not Satisfiable");
                for name in ["etag", "last-modified", "cache-control"] {
                    assert_eq!(response.get(name), "", "{field:?} {name}");
                }
            }
            range => {
                let (first, last) = range.split_once('-').unwrap();
                let bytes: String = (first.parse().unwrap()..=last.parse::<u8>().unwrap())
                    .map(|digit| digit.to_string())
                    .collect();
                assert_eq!((status, response.text()), (206, &*bytes), "{field:?}");
                assert_eq!(response.get("content-range"), format!("bytes {range}/10"), "{field:?}");
                assert_eq!(response.get("content-length"), bytes.len().to_string());
                assert_eq!(response.get("content-type"), "text/plain; charset=utf-8");
                assert_eq!(response.get("last-modified"), DATE);
                assert_eq!(response.get("cache-control"), "max-age=0");
                assert_ne!(response.get("etag"), "");
            }
        }
    }
}

#[tokio::test]
async fn several_ranges_come_in_their_order_and_as_few_parts_as_they_are() {
    let folder = folder();
    let table: [(&str, &[&str]); 10] = [
        ("bytes=0-1,4-5", &["0-1", "4-5"]),
        ("bytes=4-5,0-1", &["4-5", "0-1"]),
        ("bytes=0-0,-1", &["0-0", "9-9"]),
        ("bytes=0-0, 2-2 ,4-4", &["0-0", "2-2", "4-4"]),
        ("bytes=0-0,20-30,9-", &["0-0", "9-9"]),
        ("bytes=0-2,1-3,6-7", &["0-3", "6-7"]),
        ("bytes=8-9,0-2,1-3,3-4", &["8-9", "0-4"]),
        ("bytes=0-0,9-9,0-1", &["0-1", "9-9"]),
        ("bytes=0-0,4-4,8-8,1-3", &["0-4", "8-8"]),
        ("bytes=2-2,0-0,7-7,0-2", &["0-2", "7-7"]),
    ];
    for (field, expected) in table {
        let response = ask(&folder, field).await;
        assert_eq!(response.status, 206, "{field}");
        assert_eq!(response.get("content-length"), response.body.len().to_string(), "{field}");
        let parts = parts(&response);
        let ranges: Vec<&str> =
            parts.iter().map(|(range, _)| range.strip_suffix("/10").unwrap()).collect();
        assert_eq!(ranges, expected, "{field}");
        for (range, bytes) in &parts {
            let (first, last) = range.strip_suffix("/10").unwrap().split_once('-').unwrap();
            let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
            assert_eq!(*bytes, "0123456789"[first..=last], "{field}");
        }
    }
}

#[tokio::test]
async fn ranges_that_become_one_are_no_multipart() {
    for (field, range) in [
        ("bytes=0-4,5-9", "bytes 0-9/10"),
        ("bytes=3-5,2-4", "bytes 2-5/10"),
        ("bytes=0-0,30-40", "bytes 0-0/10"),
        ("bytes=0-,0-,0-,0-,0-,0-,0-,0-", "bytes 0-9/10"),
    ] {
        let response = ask(&folder(), field).await;
        assert_eq!(
            (response.status.as_u16(), response.get("content-range")),
            (206, range),
            "{field}"
        );
    }
}

#[tokio::test]
async fn a_flood_of_ranges_gets_the_whole_once() {
    let folder = Folder::new().file("a.txt", "x".repeat(10_000));
    let many = |count: usize| {
        let specs: Vec<String> = (0..count).map(|at| format!("{}-{}", at * 2, at * 2)).collect();
        format!("bytes={}", specs.join(","))
    };
    let response = ask(&folder, &many(16)).await;
    assert_eq!((response.status.as_u16(), parts(&response).len()), (206, 16));
    for field in [many(17), many(2_000), format!("bytes={}", "0-,".repeat(1_300))] {
        let response = ask(&folder, &field).await;
        assert_eq!((response.status.as_u16(), response.body.len()), (200, 10_000));
    }
}

#[tokio::test]
async fn if_range_wants_this_version_strongly() {
    let folder = folder();
    let tag = ask(&folder, "bytes=0-0").await.get("etag").to_owned();
    let weak = format!("W/{tag}");
    let list = format!("{tag}, \"other\"");
    let table = [
        (&*tag, 206),
        (&weak, 200),
        ("\"other\"", 200),
        (&list, 200),
        ("*", 200),
        ("", 200),
        (DATE, 206),
        ("Tue, 14 Nov 2023 22:13:21 GMT", 200),
        ("Tue, 14 Nov 2023 22:13:19 GMT", 200),
        ("Tuesday, 14-Nov-23 22:13:20 GMT", 200),
        ("yesterday", 200),
    ];
    for (held, status) in table {
        let call = folder.client().get("/a.txt").header("range", "bytes=2-3");
        let response = call.header("if-range", held).send().await;
        let text = if status == 206 { "23" } else { "0123456789" };
        assert_eq!((response.status.as_u16(), response.text()), (status, text), "{held:?}");
    }
    let call = folder.client().get("/a.txt").header("range", "bytes=99-");
    let other = call.header("if-range", "\"other\"").send().await;
    assert_eq!(other.status, 200, "a range of another version is not out of bounds");
    let alone = folder.client().get("/a.txt").header("if-range", &tag).send().await;
    assert_eq!(alone.status, 200, "nothing without a range");
}

#[tokio::test]
async fn a_file_without_validators_has_ranges_but_nothing_to_go_on_with() {
    let folder = folder();
    let file = std::fs::File::options().write(true).open(folder.path().join("a.txt")).unwrap();
    file.set_modified(SystemTime::now() + Duration::from_secs(60)).unwrap();
    let response = ask(&folder, "bytes=2-3").await;
    assert_eq!((response.status.as_u16(), response.text(), response.get("etag")), (206, "23", ""));
    for held in ["", "\"\"", DATE] {
        let call = folder.client().get("/a.txt").header("range", "bytes=2-3");
        assert_eq!(call.header("if-range", held).send().await.status, 200, "{held:?}");
    }
}

#[tokio::test]
async fn a_copy_that_is_good_comes_before_a_range() {
    let folder = folder();
    for range in ["bytes=2-3", "bytes=99-"] {
        let call =
            folder.client().get("/a.txt").header("range", range).header("if-none-match", "*");
        let response = call.send().await;
        assert_eq!((response.status.as_u16(), response.get("content-range")), (304, ""));
    }
}

#[tokio::test]
async fn a_range_means_nothing_to_head() {
    for range in ["bytes=2-3", "bytes=99-", "bytes=0-0,2-2"] {
        let response = folder().client().head("/a.txt").header("range", range).send().await;
        assert_eq!((response.status.as_u16(), response.get("content-length")), (200, "10"));
        assert_eq!((response.get("accept-ranges"), response.get("content-range")), ("bytes", ""));
    }
}

#[tokio::test]
async fn an_empty_file_is_sent_whole() {
    for range in ["bytes=0-", "bytes=0-0", "bytes=-1", "bytes=-0", "bytes=5-"] {
        let response = folder().client().get("/empty.txt").header("range", range).send().await;
        assert_eq!(
            (response.status.as_u16(), response.get("content-length")),
            (200, "0"),
            "{range}"
        );
    }
}

#[tokio::test]
async fn ranges_of_a_large_file_are_streamed() {
    let folder = Folder::new().file("sparse.txt", "");
    let path = folder.path().join("sparse.txt");
    let size = 2_u64 * 1024 * 1024 * 1024;
    std::fs::File::options().write(true).open(path).unwrap().set_len(size).unwrap();
    let ask = async |range: &str| {
        folder.client().get("/sparse.txt").header("range", range).stream().await
    };
    let last = ask("bytes=-1").await;
    assert_eq!(last.headers["content-range"], "bytes 2147483647-2147483647/2147483648");
    let rest = ask("bytes=1-").await;
    assert_eq!(rest.headers["content-length"], "2147483647");
    assert!(rest.body.is_stream());
    let mut several = ask("bytes=0-8388607,2139095040-").await;
    let expected: u64 = several.headers["content-length"].to_str().unwrap().parse().unwrap();
    assert!(expected > 2 * 8_388_608);
    let mut total = 0;
    while let Some(chunk) = several.body.chunk().await {
        let chunk = chunk.unwrap();
        assert!(chunk.len() <= 64 * 1024, "{} bytes at once", chunk.len());
        total += chunk.len() as u64;
    }
    assert_eq!(total, expected);
}
