//! How long a request is: one reading, or none (RFC 9112, 6).

use cepa_server::Limits;

use super::{Case, answered, closed, refused, run};

/// Fields that say how long a body is, the body, and the status of the refusal. `GET /smuggled` in a body must
/// never be seen as a request.
const REFUSED: &[(&str, &str, u16)] = &[
    // Lengths that are none, or two.
    ("content-length: -1\r\n", "", 400),
    ("content-length: +4\r\n", "abcd", 400),
    ("content-length: 4 \t4\r\n", "abcd", 400),
    ("content-length: 0x4\r\n", "abcd", 400),
    ("content-length: 4.0\r\n", "abcd", 400),
    ("content-length: 4;\r\n", "abcd", 400),
    ("content-length: four\r\n", "abcd", 400),
    ("content-length:\r\n", "", 400),
    ("content-length: ,4\r\n", "abcd", 400),
    ("content-length: \"4\"\r\n", "abcd", 400),
    ("content-length: 4, 5\r\n", "abcd", 400),
    ("content-length: 4\r\ncontent-length: 5\r\n", "abcde", 400),
    (
        "content-length: 0\r\ncontent-length: 44\r\n",
        "GET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n",
        400,
    ),
    ("content-length: 18446744073709551615\r\n", "abcd", 400),
    ("content-length: 18446744073709551616\r\n", "abcd", 400),
    ("content-length: 99999999999999999999999999\r\n", "abcd", 400),
    ("content-length : 4\r\n", "abcd", 400),
    ("content-length\0: 4\r\n", "abcd", 400),
    // Codings that are not understood, or not the last.
    ("transfer-encoding: gzip\r\n", "", 400),
    ("transfer-encoding: identity\r\n", "", 400),
    ("transfer-encoding: chunked, gzip\r\n", "0\r\n\r\n", 400),
    ("transfer-encoding: chunked\r\ntransfer-encoding: gzip\r\n", "0\r\n\r\n", 400),
    ("transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n", "0\r\n\r\n", 400),
    ("transfer-encoding: xchunked\r\n", "0\r\n\r\n", 400),
    ("transfer-encoding: chunkedx\r\n", "0\r\n\r\n", 400),
    ("transfer-encoding: \"chunked\"\r\n", "0\r\n\r\n", 400),
    ("transfer-encoding: chunked;q=1\r\n", "0\r\n\r\n", 400),
    ("transfer-encoding: \x0bchunked\r\n", "0\r\n\r\n", 400),
    ("transfer-encoding:\r\n chunked\r\n", "0\r\n\r\n", 400),
    ("transfer-encoding : chunked\r\n", "0\r\n\r\n", 400),
    ("transfer-encoding\t: chunked\r\n", "0\r\n\r\n", 400),
    ("x: y\ntransfer-encoding: chunked\r\n", "0\r\n\r\n", 400),
    ("x: y\rtransfer-encoding: chunked\r\n", "0\r\n\r\n", 400),
    ("transfer-encoding:\r\n", "0\r\n\r\n", 400),
    ("transfer-encoding: gzip, chunked\r\n", "0\r\n\r\n", 501),
    ("transfer-encoding: gzip\r\ntransfer-encoding: chunked\r\n", "0\r\n\r\n", 501),
    ("transfer-encoding: identity, chunked\r\n", "0\r\n\r\n", 501),
    ("transfer-encoding: chunked, chunked\r\n", "0\r\n\r\n", 501),
    ("transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n", "0\r\n\r\n", 501),
    // Both, and one of them is none.
    ("content-length: x\r\ntransfer-encoding: chunked\r\n", "0\r\n\r\n", 400),
    ("transfer-encoding: chunked\r\ncontent-length: x\r\n", "0\r\n\r\n", 400),
    ("content-length: 4\r\ntransfer-encoding: gzip\r\n", "abcd", 400),
    ("content-length: 4\r\ntransfer-encoding: xchunked\r\n", "abcd", 400),
];

const ANSWERED: &[(&str, &str, &str)] = &[
    ("", "", ""),
    ("content-length: 0\r\n", "", ""),
    ("content-length: 4\r\n", "abcd", "abcd"),
    ("content-length: 0004\r\n", "abcd", "abcd"),
    ("content-length: 4\r\ncontent-length: 4\r\n", "abcd", "abcd"),
    ("Content-LENGTH:4\r\n", "a\r\nb", "a\\r\\nb"),
    (
        "content-length: 36\r\n",
        "GET /smuggled HTTP/1.1\r\nhost: aa\r\n\r\n",
        "GET /smuggled HTTP/1.1\\r\\nhost: aa\\r\\n\\r\\n",
    ),
    ("transfer-encoding: chunked\r\n", "0\r\n\r\n", ""),
    ("transfer-encoding: chunked\r\n", "4\r\nabcd\r\n0\r\n\r\n", "abcd"),
    ("Transfer-Encoding: CHUNKED\r\n", "4\r\nabcd\r\n0\r\n\r\n", "abcd"),
    ("transfer-encoding: \t chunked \t\r\n", "4\r\nabcd\r\n0\r\n\r\n", "abcd"),
    ("content_length: 9\r\ntransfer_encoding: gzip\r\n", "", ""),
    ("te: trailers, deflate\r\n", "", ""),
    ("content-encoding: chunked\r\ncontent-length: 4\r\n", "abcd", "abcd"),
];

pub(super) fn cases() -> Vec<Case> {
    let post =
        |fields: &str, body: &str| format!("POST /x HTTP/1.1\r\nhost: a\r\n{fields}\r\n{body}");
    let mut cases = Vec::new();
    for (fields, body, status) in REFUSED {
        cases.push(refused(post(fields, body), *status));
    }
    for (fields, body, seen) in ANSWERED {
        cases.push(answered(post(fields, body), &[&format!("POST /x [{seen}]")]));
    }
    // Both: the coding counts, and nothing is read after it, as RFC 9112, 6.1, wants it.
    for fields in [
        "content-length: 4\r\ntransfer-encoding: chunked\r\n",
        "transfer-encoding: chunked\r\ncontent-length: 4\r\n",
        "content-length: 0\r\ntransfer-encoding: chunked\r\n",
    ] {
        let smuggled = "0\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n";
        cases.push(closed(post(fields, smuggled), &["POST /x []"]));
    }
    // Lines that frame and are longer than any that is honest.
    let blanks = " ".repeat(300);
    for (field, body) in [
        (format!("content-length:{blanks}4\r\n"), "abcd"),
        (format!("content-length: 4{blanks}\r\n"), "abcd"),
        (format!("transfer-encoding:{blanks}chunked\r\n"), "4\nabcd\r\n0\r\n\r\n"),
        (format!("upgrade:{blanks}h2c\r\n"), ""),
    ] {
        cases.push(refused(post(&field, body), 400));
    }
    // HTTP/1.0 knows no codings.
    let old = "POST /x HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n";
    cases.push(refused(old, 400));
    // Any method may have a body.
    let get = "GET /x HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\nabcd";
    cases.push(answered(get, &["GET /x [abcd]"]));
    // A body that the app does not read is never the next request.
    let unread = "POST /unread HTTP/1.1\r\nhost: a\r\ncontent-length: 35\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n";
    cases.push(answered(unread, &["POST /unread []"]));
    // A refusal closes, with a body on the way and a request after it.
    let host =
        "POST /x HTTP/1.1\r\ncontent-length: 4\r\n\r\nabcdGET /y HTTP/1.1\r\nhost: a\r\n\r\n";
    cases.push(refused(host, 400));
    // Requests in one packet are answered in their order, each with its own body.
    let pipeline = "POST /1 HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nGETGET /2 HTTP/1.1\r\nhost: a\r\n\r\n\
                    POST /3 HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n";
    cases.push(answered(pipeline, &["POST /1 [GET]", "GET /2 []", "POST /3 [x]"]));
    let broken = "GET /1 HTTP/1.1\r\nhost: a\r\n\r\nGET /2\r\n\r\n";
    cases.push(closed(broken, &["GET /1 []", "400"]));
    // What a client expects, and an upgrade that nobody takes.
    let expects =
        "POST /x HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\nabcd";
    cases.push(answered(expects, &["100", "POST /x [abcd]"]));
    let nothing = "GET /x HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\n\r\n";
    cases.push(answered(nothing, &["GET /x []"]));
    let other = "POST /x HTTP/1.1\r\nhost: a\r\nexpect: tea\r\ncontent-length: 4\r\n\r\nabcd";
    cases.push(refused(other, 417));
    let upgrade = "GET /x HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n\r\n";
    cases.push(answered(upgrade, &["GET /x []"]));
    // Nothing is known of what follows an offer that somebody might have taken.
    for offer in ["websocket", "h2c, websocket", "x"] {
        let request = format!(
            "GET /x HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: {offer}\r\n\r\n"
        );
        cases.push(closed(request, &["GET /x []"]));
    }
    cases
}

#[tokio::test]
async fn every_length_is_seen_as_expected() {
    run(cases(), Limits::default()).await;
}
