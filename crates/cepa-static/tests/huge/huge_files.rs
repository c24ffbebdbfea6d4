//! A file of 2 GiB crosses a real connection, whole and in parts, in bounded memory.

use std::time::{Duration, SystemTime};

use cepa_static::serve;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::folder::Folder;
use crate::served::{Served, served};

const SIZE: u64 = 2 * 1024 * 1024 * 1024;
const MIB: u64 = 1024 * 1024;

/// What all of this test may add to the memory of its program.
const MOST_MEMORY: u64 = 32 * MIB;

/// A sparse file: it takes no room on disk.
fn folder() -> Folder {
    let folder = Folder::new().file("huge.bin", "");
    let path = folder.path().join("huge.bin");
    let file = std::fs::File::options().write(true).open(path).unwrap();
    file.set_len(SIZE).unwrap();
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000)).unwrap();
    folder
}

/// The memory of this program in bytes; 0 where the system does not tell.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

/// What came of one request.
struct Transfer {
    head: String,
    body: u64,
    /// The most memory that was seen on the way.
    memory: u64,
}

async fn transfer(server: &Served, range: &str) -> Transfer {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let request = format!("GET /huge.bin HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{range}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
    let mut buffer = vec![0; 256 * 1024];
    let (mut body, mut seen) = (0, memory());
    loop {
        let count = stream.read(&mut buffer).await.unwrap() as u64;
        if count == 0 {
            return Transfer { head, body, memory: seen };
        }
        if body / (16 * MIB) != (body + count) / (16 * MIB) {
            seen = seen.max(memory());
        }
        body += count;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_gibibytes_whole_and_in_parts() {
    let folder = folder();
    let server = served(serve(folder.path())).await;
    let before = memory();
    // The field, the status, and the bytes of the file that are sent.
    let table = [
        ("", "200", SIZE),
        ("range: bytes=2080374784-\r\n", "206", 64 * MIB),
        ("range: bytes=-67108864\r\n", "206", 64 * MIB),
        ("range: bytes=0-33554431,2113929216-\r\n", "206", 64 * MIB),
    ];
    for (range, status, bytes) in table {
        let Transfer { head, body, memory } = transfer(&server, range).await;
        assert!(head.starts_with(&format!("http/1.1 {status} ")), "{range}: {head}");
        let length = head.split("content-length: ").nth(1).unwrap().split("\r\n").next().unwrap();
        assert_eq!(body.to_string(), length, "{range}: the length that was said");
        let is_multipart = head.contains("multipart/byteranges");
        let frame = if is_multipart { 1..1_000 } else { 0..1 };
        assert!(frame.contains(&(body - bytes)), "{range}: {body} bytes for {bytes}");
        let grown = memory.saturating_sub(before);
        println!("{range:?}: {body} bytes, {} KiB more memory at most", grown / 1024);
        assert!(grown <= MOST_MEMORY, "{range}: {} MiB", grown / MIB);
    }
    server.stop().await;
}
