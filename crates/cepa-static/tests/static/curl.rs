//! The real curl, as people use it: resuming, asking again, taking parts, taking what is compressed.
//!
//! Where curl is not installed these tests fail and say so; `cargo xtask test` installs it.

use std::io::Write;
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use cepa_static::serve;
use tokio::process::Command;

use crate::folder::Folder;
use crate::served::{Served, served};

const DATE: &str = "Tue, 14 Nov 2023 22:13:20 GMT";
const TAG: &str = "\"a-17979cfe362a0000\"";

/// What curl wrote, and what it counted.
#[derive(Debug)]
struct Curled {
    head: String,
    body: Vec<u8>,
    status: u16,
    /// Bytes of the body as they came over the wire.
    downloaded: u64,
}

impl Curled {
    fn get(&self, name: &str) -> &str {
        let line = self.head.lines().find_map(|line| {
            let (own, value) = line.split_once(':')?;
            own.eq_ignore_ascii_case(name).then_some(value)
        });
        line.unwrap_or_default().trim()
    }
}

/// Runs curl in a folder of its own.
async fn curl(work: &Folder, arguments: &[&str], url: &str) -> Curled {
    let mut command = Command::new("curl");
    command.current_dir(work.path()).stdin(Stdio::null()).args(["--silent", "--show-error"]);
    command.args(["--max-time", "60", "--dump-header", "head", "--output", "body"]);
    command.args(["--write-out", "%{http_code} %{size_download}"]).args(arguments).arg(url);
    let output = match command.output().await {
        Ok(output) => output,
        Err(error) => panic!("this test needs curl (Debian: `apt-get install curl`): {error}"),
    };
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "curl {arguments:?} {url}: {error}");
    let counted = String::from_utf8(output.stdout).unwrap();
    let (status, downloaded) = counted.split_once(' ').unwrap();
    let body = work.path().join("body");
    let curled = Curled {
        head: std::fs::read_to_string(work.path().join("head")).unwrap(),
        body: std::fs::read(&body).unwrap_or_default(),
        status: status.parse().unwrap(),
        downloaded: downloaded.parse().unwrap(),
    };
    let _ = std::fs::remove_file(body);
    curled
}

fn settle(folder: &Folder) {
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let file = std::fs::File::options().write(true).open(entry.unwrap().path()).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000)).unwrap();
    }
}

async fn digits() -> (Folder, Served) {
    let folder = Folder::new().file("a.txt", "0123456789");
    settle(&folder);
    let server = served(serve(folder.path())).await;
    (folder, server)
}

#[tokio::test]
async fn parts_and_conditions() {
    let (_folder, server) = digits().await;
    let work = Folder::new();
    let url = server.url("/a.txt");
    let (range_of_this, range_of_other) = (format!("If-Range: {TAG}"), "If-Range: \"x\"");
    let (match_this, match_other) = (format!("If-Match: {TAG}"), "If-Match: \"x\"");
    let none_match = format!("If-None-Match: {TAG}");
    let table: [(&[&str], u16, &str); 24] = [
        (&[], 200, "0123456789"),
        (&["--range", "0-3"], 206, "0123"),
        (&["--range", "7-"], 206, "789"),
        (&["--range", "-2"], 206, "89"),
        (&["--range", "5-99"], 206, "56789"),
        (&["--range", "20-30"], 416, "Range Not Satisfiable"),
        (&["--range", "0-3", "--request", "OPTIONS"], 200, "next"),
        (&["--range", "0-3", "--header", &range_of_this], 206, "0123"),
        (&["--range", "0-3", "--header", range_of_other], 200, "0123456789"),
        (&["--continue-at", "4"], 206, "456789"),
        (&["--time-cond", DATE], 304, ""),
        (&["--time-cond", "Tue, 14 Nov 2023 22:13:21 GMT"], 304, ""),
        (&["--time-cond", "Tue, 14 Nov 2023 22:13:19 GMT"], 200, "0123456789"),
        (&["--header", &format!("If-Unmodified-Since: {DATE}")], 200, "0123456789"),
        (&["--time-cond", "-Tue, 14 Nov 2023 22:13:19 GMT"], 412, "Precondition Failed"),
        (&["--header", &none_match], 304, ""),
        (&["--header", "If-None-Match: \"x\""], 200, "0123456789"),
        (&["--header", &match_this], 200, "0123456789"),
        (&["--header", match_other], 412, "Precondition Failed"),
        (&["--range", "0-3", "--header", &none_match], 304, ""),
        (&["--range", "0-3", "--header", match_other], 412, "Precondition Failed"),
        (&["--http2-prior-knowledge", "--range", "2-4"], 206, "234"),
        (&["--http1.0"], 200, "0123456789"),
        (&["--upload-file", "head"], 200, "next"),
    ];
    for (arguments, status, body) in table {
        let curled = curl(&work, arguments, &url).await;
        assert_eq!(curled.status, status, "{arguments:?}: {}", curled.head);
        assert_eq!(String::from_utf8_lossy(&curled.body), body, "{arguments:?}");
        if status == 206 {
            let length = body.len() as u64;
            assert_eq!(curled.downloaded, length, "{arguments:?}");
            assert!(curled.get("content-range").ends_with("/10"), "{arguments:?}: {}", curled.head);
        }
        if matches!(status, 200 | 206 | 304) && body != "next" {
            assert_eq!(curled.get("etag"), TAG, "{arguments:?}: {}", curled.head);
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn head_says_what_get_would() {
    let (_folder, server) = digits().await;
    let (work, url) = (Folder::new(), server.url("/a.txt"));
    let head = curl(&work, &["--head", "--range", "0-3"], &url).await;
    assert_eq!((head.status, head.get("content-length"), head.downloaded), (200, "10", 0));
    assert_eq!((head.get("accept-ranges"), head.get("etag")), ("bytes", TAG));
    server.stop().await;
}

#[tokio::test]
async fn several_ranges_come_as_parts() {
    let (_folder, server) = digits().await;
    let work = Folder::new();
    let url = server.url("/a.txt");
    let curled = curl(&work, &["--range", "0-1,4-5,-1"], &url).await;
    assert_eq!(curled.status, 206);
    let kind = curled.get("content-type").to_owned();
    let boundary = kind.strip_prefix("multipart/byteranges; boundary=").unwrap();
    let body = String::from_utf8(curled.body).unwrap();
    let parts: Vec<&str> = body.split(&format!("--{boundary}")).collect();
    assert_eq!(parts.len(), 5, "{body}");
    for (part, range, bytes) in [(1, "0-1", "01"), (2, "4-5", "45"), (3, "9-9", "9")] {
        let end = format!("Content-Range: bytes {range}/10\r\n\r\n{bytes}\r\n");
        assert!(parts[part].ends_with(&end), "{body}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_download_that_was_cut_is_resumed() {
    let folder = Folder::new().file("a.bin", vec![7; 200_000]);
    settle(&folder);
    let server = served(serve(folder.path())).await;
    let work = Folder::new().file("body", vec![7; 150_000]);
    let resume = ["--continue-at", "-"];
    let curled = curl(&work, &resume, &server.url("/a.bin")).await;
    assert_eq!((curled.status, curled.downloaded), (206, 50_000));
    assert_eq!(curled.get("content-range"), "bytes 150000-199999/200000");
    assert!(curled.body == vec![7; 200_000]);
    server.stop().await;
}

#[tokio::test]
async fn a_saved_tag_saves_the_second_download() {
    let (folder, server) = digits().await;
    let work = Folder::new();
    let url = server.url("/a.txt");
    let first = curl(&work, &["--etag-save", "tag"], &url).await;
    assert_eq!((first.status, first.downloaded), (200, 10));
    let again = ["--etag-compare", "tag"];
    assert_eq!(curl(&work, &again, &url).await.status, 304);
    std::fs::write(folder.path().join("a.txt"), "changed").unwrap();
    settle(&folder);
    let changed = curl(&work, &again, &url).await;
    assert_eq!((changed.status, &*changed.body), (200, &b"changed"[..]));
    server.stop().await;
}

#[tokio::test]
async fn compressed_siblings_decode_to_the_file() {
    let text = "All work and no play makes Jack a dull boy.\n".repeat(500);
    let mut brotli = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut brotli, 4096, 5, 20);
    writer.write_all(text.as_bytes()).unwrap();
    drop(writer);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(text.as_bytes()).unwrap();
    let folder = Folder::new()
        .file("a.txt", &text)
        .file("a.txt.br", &brotli)
        .file("a.txt.gz", gzip.finish().unwrap())
        .file("a.txt.zst", zstd::encode_all(text.as_bytes(), 3).unwrap());
    settle(&folder);
    let server = served(serve(folder.path())).await;
    let work = Folder::new();
    let url = server.url("/a.txt");
    let plain = curl(&work, &[], &url).await;
    assert_eq!((plain.get("vary"), plain.get("content-encoding")), ("Accept-Encoding", ""));
    for coding in ["br", "zstd", "gzip"] {
        // Without the first option curl passes on what came; with both it decodes it.
        let accept = format!("Accept-Encoding: {coding}");
        let raw = curl(&work, &["--header", &accept], &url).await;
        assert_eq!((raw.get("content-encoding"), raw.get("vary")), (coding, "Accept-Encoding"));
        assert_eq!(raw.get("content-type"), "text/plain; charset=utf-8", "{coding}");
        assert_ne!(raw.get("etag"), plain.get("etag"), "{coding}");
        assert!(raw.downloaded < 1_000, "{coding}: {}", raw.downloaded);
        let part = curl(&work, &["--header", &accept, "--range", "0-9"], &url).await;
        assert!(part.status == 206 && part.body == raw.body[..10], "{coding}");
    }
    // Whatever this curl can decode.
    let decoded = curl(&work, &["--compressed"], &url).await;
    assert!(decoded.downloaded < 1_000 && decoded.body == text.as_bytes(), "{}", decoded.head);
    server.stop().await;
}

#[tokio::test]
async fn paths_that_climb_are_refused_as_they_are() {
    let (_folder, server) = digits().await;
    let work = Folder::new();
    for (path, status) in [
        ("/../a.txt", 403),
        ("/%2e%2e/a.txt", 403),
        ("/x/..%2f..%2fa.txt", 403),
        ("//a.txt", 400),
        ("/a.txt%00", 400),
        ("/./a.txt", 200),
    ] {
        let url = server.url(path);
        let curled = curl(&work, &["--path-as-is"], &url).await;
        assert_eq!(curled.status, status, "{path}");
    }
    server.stop().await;
}
