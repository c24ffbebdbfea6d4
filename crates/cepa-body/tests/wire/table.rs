//! Tables of requests with the status that each must get; all run at once, each on a connection of its own.

use cepa_body::Upload;

use crate::served::{Served, Then, emptied};

pub struct Case {
    what: String,
    request: Vec<u8>,
    then: Then,
    status: u16,
}

/// Expects a status; 0 stands for a connection that is closed without an answer.
pub fn case(what: &str, request: impl Into<Vec<u8>>, status: u16) -> Case {
    Case { what: what.into(), request: request.into(), then: Then::Wait, status }
}

impl Case {
    pub fn then(mut self, then: Then) -> Self {
        self.then = then;
        self
    }
}

/// A POST with these headers (each line with its end) and a body of the declared length.
pub fn post(path: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = format!("Content-Length: {}\r\n", body.len());
    bare(path, &(length + headers), body)
}

/// The same without a length.
pub fn bare(path: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let head = format!("POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{headers}\r\n");
    [head.as_bytes(), body.as_ref()].concat()
}

/// The same in chunks of this size.
pub fn chunked(path: &str, headers: &str, body: impl AsRef<[u8]>, size: usize) -> Vec<u8> {
    let mut chunks = Vec::new();
    for chunk in body.as_ref().chunks(size) {
        chunks.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        chunks.extend_from_slice(chunk);
        chunks.extend_from_slice(b"\r\n");
    }
    chunks.extend_from_slice(b"0\r\n\r\n");
    bare(path, &format!("{headers}Transfer-Encoding: chunked\r\n"), chunks)
}

/// Runs a table against a server, which must have answered each line, and be unharmed in the end.
pub fn run(upload: Upload, cases: Vec<Case>) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let folder = runtime.block_on(async {
        let served = Served::start(upload).await;
        let each = cases.iter().map(async |case| {
            let answer = served.exchange(&case.request, b"", case.then).await;
            // What comes before is the invitation to go on.
            let last = answer.rsplit("HTTP/1.1 ").next().filter(|_| answer.contains("HTTP/1.1 "));
            let status = last.map_or(0, |last| last[..3].parse().unwrap());
            (status != case.status)
                .then(|| format!("{}: {status}, not {}\n{answer}", case.what, case.status))
        });
        let wrong = futures_util::future::join_all(each).await;
        let wrong: Vec<String> = wrong.into_iter().flatten().collect();
        assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
        let folder = served.folder().to_owned();
        served.stop_clean().await;
        folder
    });
    drop(runtime);
    assert_eq!(emptied(&folder), Vec::<String>::new(), "left behind");
    println!("{} requests, each with the expected answer", cases.len());
}
