//! Request lines: methods, targets, versions (RFC 9112, 3).

use cepa_server::Limits;

use super::{Case, answered, closed, refused, run};

/// Request lines, and the status that refuses them.
const REFUSED: &[(&[u8], u16)] = &[
    // Targets of no form, or of one that the method does not have.
    (b"GET foo HTTP/1.1", 400),
    (b"GET ! HTTP/1.1", 400),
    (b"GET a.example:80 HTTP/1.1", 400),
    (b"GET * HTTP/1.1", 400),
    (b"GET ?x HTTP/1.1", 400),
    (b"GET ../x HTTP/1.1", 400),
    (b"GET \\x HTTP/1.1", 400),
    (b"GET http:// HTTP/1.1", 400),
    (b"GET http:///x HTTP/1.1", 400),
    (b"GET ://a/x HTTP/1.1", 400),
    (b"GET ftp://a/x HTTP/1.1", 400),
    (b"GET javascript:alert(1) HTTP/1.1", 400),
    (b"GET http://user@a/x HTTP/1.1", 400),
    (b"GET http://user:pass@a/x HTTP/1.1", 400),
    (b"GET http://a:x/ HTTP/1.1", 400),
    (b"GET http://a:99999999/ HTTP/1.1", 400),
    (b"GET http://[::1/ HTTP/1.1", 400),
    (b"OPTIONS foo HTTP/1.1", 400),
    // Bytes that no target has.
    (b"GET /a b HTTP/1.1", 400),
    (b"GET /a\tb HTTP/1.1", 400),
    (b"GET /\0 HTTP/1.1", 400),
    (b"GET /\x7f HTTP/1.1", 400),
    (b"GET /\x01 HTTP/1.1", 400),
    (b"GET /\xff HTTP/1.1", 400),
    // Fragments are the client's.
    (b"GET /a#b HTTP/1.1", 400),
    (b"GET /# HTTP/1.1", 400),
    (b"GET http://a/#/../x HTTP/1.1", 400),
    // No tunnel unless asked for.
    (b"CONNECT a.example:80 HTTP/1.1", 501),
    (b"CONNECT / HTTP/1.1", 501),
    // Methods that are no token, or longer than any that exists.
    (b" GET / HTTP/1.1", 400),
    (b"\tGET / HTTP/1.1", 400),
    (b"G@T / HTTP/1.1", 400),
    (b"G\0T / HTTP/1.1", 400),
    (b"GET\x80 / HTTP/1.1", 400),
    (b"(GET) / HTTP/1.1", 400),
    (b"GET: / HTTP/1.1", 400),
    (b"MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM / HTTP/1.1", 501),
    // Spaces, and what lacks.
    (b"GET  / HTTP/1.1", 400),
    (b"GET /  HTTP/1.1", 400),
    (b"GET / HTTP/1.1 ", 400),
    (b"GET\t/ HTTP/1.1", 400),
    (b"GET /", 400),
    (b"GET", 400),
    (b"/ HTTP/1.1", 400),
    (b"GET HTTP/1.1", 400),
    // Versions.
    (b"GET / HTTP/1.2", 400),
    (b"GET / HTTP/2.0", 400),
    (b"GET / HTTP/0.9", 400),
    (b"GET / HTTP/1", 400),
    (b"GET / HTTP/1.", 400),
    (b"GET / HTTP/1.1.1", 400),
    (b"GET / HTTP/01.1", 400),
    (b"GET / http/1.1", 400),
    (b"GET / HTTPS/1.1", 400),
    (b"GET / HTTP 1.1", 400),
    (b"GET / ICY/1.1", 400),
    // Other protocols.
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    (b"SSH-2.0-OpenSSH_9.2", 400),
    (b"PRI * HTTP/1.1", 400),
    (b"PRI * HTTP/2.1", 400),
    (b"PRI * HTTP/2.0\r\n\r\nXX\r\n", 400),
    (b"\x00\x00\x12\x04\x00\x00\x00\x00\x00", 400),
    (b"EHLO a.example", 400),
    (b"*1\\r\\n$4\\r\\nPING", 400),
    (b"\x05\x01\x00", 400),
];

/// Request lines that are answered, and the target that the app sees.
const ANSWERED: &[(&str, &str)] = &[
    ("GET /x", "GET /x []"),
    ("GET /?", "GET /? []"),
    ("GET /%00", "GET /%00 []"),
    ("GET /%zz", "GET /%zz []"),
    ("GET //x", "GET //x []"),
    ("GET /a;b=c?d=e&f", "GET /a;b=c?d=e&f []"),
    ("GET http://a.example/x?y", "GET /x?y []"),
    ("GET http://a.example", "GET / []"),
    ("GET HTTP://A.EXAMPLE:80/x", "GET /x []"),
    ("GET https://[::1]:443/x", "GET /x []"),
    ("OPTIONS *", "OPTIONS * []"),
    ("PURGE /x", "PURGE /x []"),
    ("get /x", "get /x []"),
    ("M-SEARCH /x", "M-SEARCH /x []"),
    ("!$%&'*+-.^_`|~ /x", "!$%&'*+-.^_`|~ /x []"),
];

pub(super) fn cases() -> Vec<Case> {
    let refuse =
        |(line, status): &(&[u8], u16)| refused([*line, b"\r\nhost: a\r\n\r\n"].concat(), *status);
    let answer = |(line, seen): &(&str, &str)| {
        answered(format!("{line} HTTP/1.1\r\nhost: a\r\n\r\n"), &[seen])
    };
    let mut cases: Vec<Case> = REFUSED.iter().map(refuse).collect();
    cases.extend(ANSWERED.iter().map(answer));
    // An older client is answered, and its connection closed unless it asks otherwise.
    cases.push(closed("GET /x HTTP/1.0\r\n\r\n", &["GET /x []"]));
    cases.push(answered("GET /x HTTP/1.0\r\nconnection: keep-alive\r\n\r\n", &["GET /x []"]));
    // Empty lines before a request are nothing.
    cases.push(answered("\r\n\r\nGET /x HTTP/1.1\r\nhost: a\r\n\r\n", &["GET /x []"]));
    cases
}

#[tokio::test]
async fn every_target_is_seen_as_expected() {
    run(cases(), Limits::default()).await;
}
