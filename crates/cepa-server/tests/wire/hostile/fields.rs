//! Field lines: `Host`, names, values, ends of lines (RFC 9112, 3.2 and 5).

use cepa_server::Limits;

use super::{Case, answered, closed, refused, run};

/// Fields without `Host`, each with its end of line.
const REFUSED: &[&[u8]] = &[
    // Host: absent, repeated, malformed.
    b"",
    b"host: a\r\nhost: a\r\n",
    b"host: a\r\nHOST: b\r\n",
    b"host: a b\r\n",
    b"host: a/b\r\n",
    b"host: user@a\r\n",
    b"host: a:x\r\n",
    b"host: a:1:2\r\n",
    b"host: a:123456\r\n",
    b"host: :80\r\n",
    b"host: [::1\r\n",
    b"host: [::1]x\r\n",
    b"host: [nonsense]\r\n",
    b"host: a\\b\r\n",
    b"host: a?b\r\n",
    b"host: a#b\r\n",
    b"host: a,b\r\n\x20",
    b"host: http://a\r\n",
    b"host: a\x80\r\n",
    b"host: \"a\"\r\n",
    b"host: <a>\r\n",
    b"host: a\0\r\n",
    // Names that are no token.
    b"host : a\r\n",
    b"host\t: a\r\n",
    b"host: a\r\nx y: z\r\n",
    b"host: a\r\n: z\r\n",
    b"host: a\r\nx\r\n",
    b"host: a\r\nx(y): z\r\n",
    b"host: a\r\nx\0y: z\r\n",
    b"host: a\r\nx\x80y: z\r\n",
    b"host: a\r\n\"x\": z\r\n",
    b"host: a\r\nx: y\r\n : z\r\n",
    // A line before the first field that begins with a blank; a folded line.
    b" host: a\r\n",
    b"\thost: a\r\n",
    b"host: a\r\nx: y\r\n z\r\n",
    b"host: a\r\nx: y\r\n\tz\r\n",
    b"host:\r\n a\r\n",
    b"host: a\r\nx:\r\n y\r\n",
    // Values with control bytes.
    b"host: a\r\nx: \0\r\n",
    b"host: a\r\nx: y\0z\r\n",
    b"host: a\r\nx: \x01\r\n",
    b"host: a\r\nx: \x08\r\n",
    b"host: a\r\nx: \x1b[31m\r\n",
    b"host: a\r\nx: \x7f\r\n",
    // Lines that end otherwise than by CR LF.
    b"host: a\n",
    b"host: a\r\nx: y\n",
    b"host: a\r\nx: y\nz: w\r\n",
    b"host: a\nx: y\r\n",
    b"host: a\r\nx: y\rz: w\r\n",
    b"host: a\r\nx: y\r\r\n",
    b"host: a\r\nx: y\r \n",
    b"host: a\r\n\n",
    b"host: a\r\n\r",
    b"host: a\r",
];

const ANSWERED: &[&[u8]] = &[
    b"host: a\r\n",
    b"host:a\r\n",
    b"host:\t a \t\r\n",
    b"HoSt: a\r\n",
    b"host:\r\n",
    b"host: a:80\r\n",
    b"host: a:\r\n",
    b"host: 127.0.0.1:3000\r\n",
    b"host: [::1]:3000\r\n",
    b"host: a\r\nx:\r\n",
    b"host: a\r\nx: \t \r\n",
    b"host: a\r\nx: y\tz\r\n",
    b"host: a\r\nx: \x80\xff\r\n",
    b"host: a\r\nx: a: b: c\r\n",
    b"host: a\r\n!#$%&'*+-.^_`|~: y\r\n",
    b"host: a\r\nx: y\r\nX: z\r\n",
    b"host: a\r\nconnection: keep-alive\r\n",
    b"host: a\r\nconnection: host\r\n",
    b"host: a\r\nkeep-alive: timeout=99999999999\r\n",
    b"host: a\r\nx-forwarded-host: b c\r\n",
    b"host: a\r\nproxy-connection: close\r\n",
];

pub(super) fn cases() -> Vec<Case> {
    let request = |fields: &[u8]| [b"GET /x HTTP/1.1\r\n", fields, b"\r\n"].concat();
    let mut cases: Vec<Case> = REFUSED.iter().map(|fields| refused(request(fields), 400)).collect();
    cases.extend(ANSWERED.iter().map(|fields| answered(request(fields), &["GET /x []"])));
    for (version, fields) in [("1.1", "host: a\r\n"), ("1.0", "")] {
        let head = format!("GET /x HTTP/{version}\r\n{fields}");
        for end in ["\n", "\n\n", "\r\n\n"] {
            cases.push(refused(format!("{head}x: y{end}\r\n"), 400));
        }
    }
    cases.push(refused("GET /x HTTP/1.0\r\nhost: a b\r\n\r\n", 400));
    cases.push(refused("GET /x HTTP/1.1\nhost: a\r\n\r\n", 400));
    cases.push(refused("\nGET /x HTTP/1.1\r\nhost: a\r\n\r\n", 400));
    let twice = |end: &str| {
        format!("GET /x HTTP/1.1\r\nhost: a\r\n{end}\r\nGET /y HTTP/1.1\nhost: a\r\n\r\n")
    };
    cases.push(closed(twice(""), &["GET /x []", "400"]));
    for close in ["close", "Close", "keep-alive, close", "close, upgrade", "x,close"] {
        let request = format!("GET /x HTTP/1.1\r\nhost: a\r\nconnection: {close}\r\n\r\n");
        cases.push(closed(request, &["GET /x []"]));
    }
    cases
}

#[tokio::test]
async fn every_field_is_seen_as_expected() {
    run(cases(), Limits::default()).await;
}
