//! 200 uploads that are cut at a random byte and 200 that are malformed at a random place: nothing stays on disk,
//! nobody is told that the server failed, and memory does not follow what is sent.

use std::sync::Arc;

use cepa_body::{Upload, UploadLimits};
use futures_util::{StreamExt, stream};
use peak_alloc::PeakAlloc;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::random::Random;
use crate::served::{AT_ONCE, Served, Then, emptied};

/// Uploads of each sort.
const COUNT: usize = 200;

/// Bytes of each of the two files of an upload that is cut.
const FILE: usize = 4_000_000;

/// How many bytes may be allocated at a time for `AT_ONCE` uploads, which are 96 MB when they are whole.
const GROWTH: usize = 40 * 1024 * 1024;

fn part(name: &str, file: usize) -> Vec<u8> {
    let head = format!(
        "--B\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{name}.bin\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    );
    let content = (0..file).map(|at| (at * 31 % 251) as u8);
    head.into_bytes().into_iter().chain(content).chain(*b"\r\n").collect()
}

/// A form of two files and a text, which is received when nothing happens to it.
fn form(file: usize) -> Vec<u8> {
    let text =
        b"--B\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nsome text\r\n".to_vec();
    [part("a", file), text, part("b", file), b"--B--\r\n".to_vec()].concat()
}

fn head(length: usize) -> Vec<u8> {
    let head = format!(
        "POST /upload HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {length}\r\n\
         Content-Type: multipart/form-data; boundary=B\r\n\r\n"
    );
    head.into_bytes()
}

/// Damages a form so that no parser can take it for one.
fn damaged(random: &mut Random) -> Vec<u8> {
    let whole = form(3000);
    let find = |text: &str| whole.windows(text.len()).position(|at| at == text.as_bytes()).unwrap();
    let put = |at: usize, bytes: &[u8]| [&whole[..at], bytes, &whole[at..]].concat();
    let second = whole.len() - part("b", 3000).len() - b"--B--\r\n".len();
    let headers = [find("Content-Disp") + 1, second + 6];
    let header = headers[random.below(2)] + random.below(40);
    match random.below(8) {
        // A form that ends early, although all of the body is there.
        0 => whole[..random.below(whole.len() - 4)].to_vec(),
        // What no header can hold.
        1 => put(header, b"\0"),
        2 => put(headers[random.below(2)] - 1, b"no colon\r\n"),
        // Beyond a limit.
        3 => put(header, &vec![b'x'; 20_000]),
        4 => put(second, &part("c", 5000)),
        5 => put(second, &part("d", 1).repeat(30)),
        // The delimiters, spelt otherwise.
        6 => whole.iter().map(|byte| if *byte == b'B' { b'C' } else { *byte }).collect(),
        _ => put(second, b"--B\r\nContent-Disposition: form-data\r\n\r\nno name\r\n"),
    }
}

/// Counts what is allocated, for what the system holds depends on how its allocator likes to keep it.
#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

async fn cut(served: &Served, whole: &[u8], end: usize, how: usize) -> String {
    let (head, body) = (head(whole.len()), &whole[..end]);
    if how == 0 {
        return served.exchange(&head, body, Then::Cut).await;
    }
    // Gone: with a reset, or with what TCP does when a program ends.
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    if how == 1 {
        stream.set_zero_linger().unwrap();
    }
    stream.write_all(&head).await.unwrap();
    stream.write_all(body).await.unwrap();
    String::new()
}

#[test]
fn nothing_stays_of_uploads_that_are_cut_or_malformed() {
    let mut random = Random::new();
    let limits = UploadLimits { file_size: 4000, files: 20, ..UploadLimits::default() };
    let roomy = UploadLimits { file_size: 10_000_000, ..limits.clone() };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let folders = runtime.block_on(async {
        let large = Served::start(Upload::new().limits(roomy)).await;
        let whole: Arc<[u8]> = form(FILE).into();
        let answer = large.exchange(&head(whole.len()), &whole, Then::Wait).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "uncut, it is received: {answer}");

        let before = ALLOCATED.current_usage();
        ALLOCATED.reset_peak_usage();
        let cuts: Vec<_> = (0..COUNT).map(|at| (random.below(whole.len() - 2), at % 3)).collect();
        let sent: usize = cuts.iter().map(|(end, _)| end).sum();
        let mut answers = stream::iter(cuts)
            .map(|(end, how)| cut(&large, &whole, end, how))
            .buffer_unordered(AT_ONCE);
        let mut refused = 0;
        while let Some(answer) = answers.next().await {
            refused += usize::from(answer.starts_with("HTTP/1.1 400"));
            assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{answer}");
        }
        drop(answers);
        let grown = ALLOCATED.peak_usage().saturating_sub(before);
        println!(
            "{COUNT} cut, {refused} of them told 400; {sent} bytes sent, {grown} more allocated"
        );
        assert!(refused > COUNT / 4, "those who stay to listen are told: {refused}");

        let small = Served::start(Upload::new().limits(limits)).await;
        let broken: Vec<_> = (0..COUNT).map(|_| damaged(&mut random)).collect();
        let mut answers = stream::iter(broken)
            .map(async |body| small.exchange(&head(body.len()), &body, Then::Wait).await)
            .buffer_unordered(AT_ONCE);
        while let Some(answer) = answers.next().await {
            assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
        }
        drop(answers);
        println!("{COUNT} malformed, each told 4xx");

        let folders = [large.folder().to_owned(), small.folder().to_owned()];
        large.stop_clean().await;
        small.stop_clean().await;
        assert!(grown < GROWTH, "{sent} bytes sent, {grown} more allocated");
        folders
    });
    // Ends what still removes files.
    drop(runtime);
    for folder in folders {
        assert_eq!(emptied(&folder), Vec::<String>::new(), "left behind");
    }
}
