//! Headers that the application sets for a file.

use std::time::{Duration, SystemTime};

use cepa_static::serve;

use crate::folder::{Folder, client};

#[tokio::test]
async fn they_are_told_what_the_file_is() {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let folder = Folder::new().file("dir/a.txt", "plain").file("dir/a.txt.gz", "compressed");
    for name in ["dir/a.txt", "dir/a.txt.gz"] {
        let file = std::fs::File::options().write(true).open(folder.path().join(name)).unwrap();
        file.set_modified(time).unwrap();
    }
    let root = folder.path().to_owned();
    let files = serve(folder.path()).headers(move |response, stats| {
        let path = stats.path.strip_prefix(&root).unwrap().display();
        let age = stats.modified.unwrap().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        response.set("x-stats", format!("{path} {} {}", stats.size, age.as_secs()))
    });
    let client = client(files);
    for (coding, expected) in
        [("identity", "dir/a.txt 5 1700000000"), ("gzip", "dir/a.txt 10 1700000000")]
    {
        let response = client.get("/dir/a.txt").header("accept-encoding", coding).send().await;
        assert_eq!(response.get("x-stats"), expected);
    }
}

#[tokio::test]
async fn what_they_set_is_kept_and_counts() {
    let folder = Folder::new().file("a.txt", "0123456789");
    let client = client(serve(folder.path()).headers(|response, _stats| {
        response.set("cache-control", "no-store")?;
        response.set("last-modified", "Tue, 14 Nov 2023 22:13:20 GMT")?;
        response.set_etag("mine")
    }));
    let response = client.get("/a.txt").send().await;
    assert_eq!((response.get("cache-control"), response.get("etag")), ("no-store", "\"mine\""));
    for (name, value, expected) in [
        ("if-none-match", "\"mine\"", 304),
        ("if-match", "\"other\"", 412),
        ("if-match", "\"mine\"", 200),
        ("if-unmodified-since", "Tue, 14 Nov 2023 22:13:19 GMT", 412),
        ("if-modified-since", "Tue, 14 Nov 2023 22:13:20 GMT", 304),
    ] {
        let response = client.get("/a.txt").header(name, value).send().await;
        assert_eq!(response.status, expected, "{name}: {value}");
    }
    let held = client.get("/a.txt").header("range", "bytes=8-").header("if-range", "\"mine\"");
    assert_eq!(held.send().await.text(), "89");
}

#[tokio::test]
async fn a_failure_is_the_answer() {
    let folder = Folder::new().file("a.txt", "x");
    let client = client(serve(folder.path()).headers(|response, _stats| response.set("x", "\n")));
    assert_eq!(client.get("/a.txt").send().await.status, 500);
}
