//! Large files are streamed, small ones are exact.

use crate::folder::Folder;

#[tokio::test]
async fn a_large_file_comes_in_bounded_chunks() {
    let folder = Folder::new().file("sparse.bin", "");
    let file = std::fs::File::options().write(true).open(folder.path().join("sparse.bin")).unwrap();
    let size = 24 * 1024 * 1024 + 7;
    file.set_len(size).unwrap();
    let mut answer = folder.client().get("/sparse.bin").stream().await;
    assert_eq!(answer.headers["content-length"], size.to_string());
    let (mut total, mut chunks) = (0, 0);
    while let Some(chunk) = answer.body.chunk().await {
        let chunk = chunk.unwrap();
        assert!(chunk.len() <= 256 * 1024, "{} bytes at once", chunk.len());
        total += chunk.len() as u64;
        chunks += 1;
    }
    assert_eq!(total, size);
    assert!(chunks > 90);
}

#[tokio::test]
async fn two_gibibytes_cost_nothing_until_they_are_read() {
    let folder = Folder::new().file("sparse.bin", "");
    let file = std::fs::File::options().write(true).open(folder.path().join("sparse.bin")).unwrap();
    file.set_len(2 * 1024 * 1024 * 1024).unwrap();
    let answer = folder.client().get("/sparse.bin").stream().await;
    assert_eq!(answer.headers["content-length"], "2147483648");
    assert!(answer.body.is_stream());
}

#[tokio::test]
async fn sizes_around_what_is_read_at_once_are_exact() {
    for size in [65_535, 65_536, 65_537, 131_072] {
        let content: Vec<u8> = (0..size).map(|at| (at % 251) as u8).collect();
        let folder = Folder::new().file("a.bin", &content);
        let response = folder.client().get("/a.bin").send().await;
        assert!(response.body == content, "{size}");
        assert_eq!(response.get("content-length"), size.to_string());
    }
}

#[tokio::test]
async fn a_file_that_shrinks_fails_its_answer() {
    for range in ["", "bytes=10-", "bytes=0-9,200000-"] {
        let folder = Folder::new().file("a.txt", "x".repeat(300_000));
        let call = folder.client().get("/a.txt");
        let call = if range.is_empty() { call } else { call.header("range", range) };
        let mut answer = call.stream().await;
        let path = folder.path().join("a.txt");
        std::fs::File::options().write(true).open(path).unwrap().set_len(100).unwrap();
        let mut failure = None;
        while let Some(chunk) = answer.body.chunk().await {
            if let Err(error) = chunk {
                failure = Some(error.kind());
                break;
            }
        }
        assert_eq!(failure, Some(std::io::ErrorKind::UnexpectedEof), "{range:?}");
    }
}
