//! Bombs: heads, names, lines and bodies beyond every bound.

use cepa_server::Limits;

use super::{Case, answered, closed, refused, run};

fn get(fields: &str) -> String {
    format!("GET /x HTTP/1.1\r\nhost: a\r\n{fields}\r\n")
}

fn chunked(body: &str) -> String {
    format!("POST /x HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n{body}")
}

/// A path of so many bytes.
fn path(bytes: usize) -> String {
    format!("/{}", "y".repeat(bytes - 1))
}

fn target(bytes: usize) -> String {
    format!("GET {} HTTP/1.1\r\nhost: a\r\n\r\n", path(bytes))
}

pub(super) fn cases() -> Vec<Case> {
    let many = |count: usize| (0..count).map(|n| format!("x-{n}: y\r\n")).collect::<String>();
    let long = |bytes: usize| "y".repeat(bytes);
    vec![
        answered(get(&many(99)), &["GET /x []"]),
        refused(get(&many(100)), 431),
        refused(get(&many(5_000)), 431),
        refused(get(&"x:\r\n".repeat(20_000)), 431),
        answered(get(&format!("x: {}\r\n", long(32_000))), &["GET /x []"]),
        refused(get(&format!("x: {}\r\n", long(70_000))), 431),
        refused(get(&format!("x: {}\r\n", long(5_000_000))), 431),
        refused(get(&format!("{}: y\r\n", long(70_000))), 431),
        refused(get(&format!("cookie: {}\r\n", "a=b; ".repeat(20_000))), 431),
        answered(target(8_192), &[&format!("GET {} []", path(8_192))]),
        refused(target(8_193), 414),
        refused(target(70_000), 414),
        refused(target(5_000_000), 414),
        refused(format!("GET {}", path(70_000)), 414),
        refused(format!("GET http://a{} HTTP/1.1\r\nhost: a\r\n\r\n", path(8_192)), 414),
        refused(format!("GET http://{} HTTP/1.1\r\nhost: a\r\n\r\n", long(9_000)), 414),
        refused(format!("GET /?{} HTTP/1.1\r\nhost: a\r\n\r\n", "a[]=b&".repeat(20_000)), 414),
        refused(format!("GET /#{} HTTP/1.1\r\nhost: a\r\n\r\n", long(70_000)), 400),
        refused(format!("GET /x HTTP/1.1{}\r\nhost: a\r\n\r\n", " ".repeat(70_000)), 400),
        closed([get(""), target(9_000)].concat(), &["GET /x []", "414"]),
        refused(format!("{} / HTTP/1.1\r\nhost: a\r\n\r\n", "M".repeat(8_000)), 501),
        refused(format!("{} / HTTP/1.1\r\nhost: a\r\n\r\n", "M".repeat(70_000)), 400),
        refused("\r\n".repeat(3_000_000), 431),
        refused(format!("GET{}/ HTTP/1.1\r\nhost: a\r\n\r\n", " ".repeat(70_000)), 400),
        refused(get(&format!("x:{}y\r\n", " ".repeat(70_000))), 431),
        refused(get(&format!("host: {}\r\n", "a.".repeat(100))), 400),
        refused(format!("GET / HTTP/1.1\r\nhost: a:{}\r\n\r\n", "8".repeat(1_000)), 400),
        // Bodies: the app's bound, whatever the framing.
        refused(chunked(&format!("{}0\r\n\r\n", "1\r\nx\r\n".repeat(70_000))), 413),
        refused(chunked(&format!("20000\r\n{}\r\n0\r\n\r\n", long(0x2_0000))), 413),
        refused(
            format!(
                "POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: 3000000\r\n\r\n{}",
                long(3_000_000)
            ),
            413,
        ),
        // Parts of a chunked body that are not the body.
        refused(chunked(&format!("1;{}\r\nx\r\n0\r\n\r\n", long(70_000))), 400),
        refused(
            chunked(&format!("{}0\r\n\r\n", format!("1;{}\r\nx\r\n", long(100)).repeat(1_000))),
            400,
        ),
        refused(chunked(&format!("0\r\nx: {}\r\n\r\n", long(70_000))), 400),
        refused(chunked(&format!("0\r\n{}\r\n", many(5_000))), 400),
        refused(chunked(&format!("{}4\r\nabcd\r\n0\r\n\r\n", "0".repeat(70_000))), 400),
    ]
}

#[tokio::test]
async fn every_size_is_seen_as_expected() {
    run(cases(), Limits::default()).await;
}
