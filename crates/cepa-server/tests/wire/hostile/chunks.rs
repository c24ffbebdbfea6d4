//! Chunked bodies (RFC 9112, 7.1).

use cepa_server::Limits;

use super::{Case, answered, refused, run};

const REFUSED: &[&[u8]] = &[
    // Sizes.
    b"\r\nabcd\r\n0\r\n\r\n",
    b"x\r\nabcd\r\n0\r\n\r\n",
    b"0x4\r\nabcd\r\n0\r\n\r\n",
    b"-4\r\nabcd\r\n0\r\n\r\n",
    b"+4\r\nabcd\r\n0\r\n\r\n",
    b"4.0\r\nabcd\r\n0\r\n\r\n",
    b"4_0\r\nabcd\r\n0\r\n\r\n",
    b" 4\r\nabcd\r\n0\r\n\r\n",
    b"4 \r\nabcd\r\n0\r\n\r\n",
    b"4\t\r\nabcd\r\n0\r\n\r\n",
    b"4 4\r\nabcd\r\n0\r\n\r\n",
    b"4\0\r\nabcd\r\n0\r\n\r\n",
    b"\xef\xbc\x94\r\nabcd\r\n0\r\n\r\n",
    b"10000000000000004\r\nabcd\r\n0\r\n\r\n",
    b"ffffffffffffffffff\r\nabcd\r\n0\r\n\r\n",
    // Ends of lines.
    b"4\nabcd\r\n0\r\n\r\n",
    b"4\rabcd\r\n0\r\n\r\n",
    b"4\r\nabcd\n0\r\n\r\n",
    b"4\r\nabcd\r0\r\n\r\n",
    b"4\r\nabcd0\r\n\r\n",
    b"4\r\nabcde\r\n0\r\n\r\n",
    b"4\r\nabc\r\n0\r\n\r\n",
    b"4\r\nabcd\r\n0\n\r\n",
    b"4\r\nabcd\r\n0\r\n\n",
    // Extensions.
    b"4;\r\nabcd\r\n0\r\n\r\n",
    b"4; \r\nabcd\r\n0\r\n\r\n",
    b"4;=x\r\nabcd\r\n0\r\n\r\n",
    b"4;a=\r\nabcd\r\n0\r\n\r\n",
    b"4;a b\r\nabcd\r\n0\r\n\r\n",
    b"4;a=\"b\r\nabcd\r\n0\r\n\r\n",
    b"4;a\nb\r\nabcd\r\n0\r\n\r\n",
    b"4;a\rb\r\nabcd\r\n0\r\n\r\n",
    b"4;a\0\r\nabcd\r\n0\r\n\r\n",
    b"4 ;a=b\r\nabcd\r\n0\r\n\r\n",
    b"4;;a\r\nabcd\r\n0\r\n\r\n",
    // Trailers.
    b"4\r\nabcd\r\n0\r\nx: y\n\r\n",
    b"4\r\nabcd\r\n0\r\nx: y\rz: w\r\n\r\n",
    b"4\r\nabcd\r\n0\r\nx y: z\r\n\r\n",
    b"4\r\nabcd\r\n0\r\nx\r\n\r\n",
    b"4\r\nabcd\r\n0\r\n x: y\r\n\r\n",
    b"4\r\nabcd\r\n0\r\nx: \0\r\n\r\n",
    b"4\r\nabcd\r\n0\r\nGET /smuggled HTTP/1.1\r\n\r\n",
];

const ANSWERED: &[(&[u8], &str)] = &[
    (b"4\r\nabcd\r\n0\r\n\r\n", "abcd"),
    (b"0004\r\nabcd\r\n000\r\n\r\n", "abcd"),
    (b"1\r\na\r\n3\r\nbcd\r\n0\r\n\r\n", "abcd"),
    (b"A\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
    (b"a\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
    (b"4\r\n\r\n\r\n\r\n0\r\n\r\n", "\\r\\n\\r\\n"),
    (b"4;a\r\nabcd\r\n0\r\n\r\n", "abcd"),
    (b"4;a=b\r\nabcd\r\n0;c\r\n\r\n", "abcd"),
    (b"4;a=b;c=\"d e\\\" f\"\r\nabcd\r\n0\r\n\r\n", "abcd"),
    (b"4\r\nabcd\r\n0\r\nx: y\r\n\r\n", "abcd"),
    (b"4\r\nabcd\r\n0\r\nx: y\r\nz:\r\n\r\n", "abcd"),
    // Fields that frame mean nothing in a trailer.
    (b"4\r\nabcd\r\n0\r\ncontent-length: 99\r\ntransfer-encoding: gzip\r\nhost: b\r\n\r\n", "abcd"),
];

pub(super) fn cases() -> Vec<Case> {
    let post = |body: &[u8]| {
        [b"POST /x HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n", body].concat()
    };
    let mut cases: Vec<Case> = REFUSED.iter().map(|body| refused(post(body), 400)).collect();
    for (body, seen) in ANSWERED {
        cases.push(answered(post(body), &[&format!("POST /x [{seen}]")]));
    }
    cases
}

#[tokio::test]
async fn every_chunk_is_seen_as_expected() {
    run(cases(), Limits::default()).await;
}
