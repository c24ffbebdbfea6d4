//! Which coding an answer gets, by what the client says and by the program's options.

use cepa_kit::{Coding, Compress, compress};

use crate::compress::{app, ask};

const BODY: [u8; 2000] = [b'a'; 2000];

/// What the coding is for this field; `None` is a request without it.
async fn coding(compress: Compress, field: Option<&str>) -> String {
    let client = app(compress, BODY.to_vec());
    let mut call = client.get("/");
    if let Some(field) = field {
        call = call.header("accept-encoding", field);
    }
    call.send().await.get("content-encoding").to_owned()
}

#[tokio::test]
async fn weights_come_before_the_programs_order() {
    let table = [
        ("gzip;q=0.5, br;q=0.6, zstd;q=0.4", "br"),
        ("gzip, br;q=0", "gzip"),
        ("br;q=0.2, br;q=0.9, gzip;q=0.5", "br"),
        ("gzip;q=0, gzip, br;q=0.5", "gzip"),
        ("x-gzip", "gzip"),
        ("x-gzip;q=0.1, deflate;q=0.2", "deflate"),
        ("gzip;q=0, *;q=0.5", "zstd"),
        ("zstd;q=0, br;q=0, gzip;q=0, *", "deflate"),
        ("identity, gzip;q=0.9", ""),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("*;q=0.8, zstd;q=0.5, br;q=0.5, gzip;q=0.5, deflate;q=0.5", ""),
        ("*;q=0", ""),
        ("snappy", ""),
        ("gzip;q=high", ""),
    ];
    for (field, expected) in table {
        assert_eq!(coding(compress(), Some(field)).await, expected, "{field}");
    }
}

#[tokio::test]
async fn a_client_that_names_none_gets_the_default() {
    assert_eq!(coding(compress(), None).await, "");
    assert_eq!(coding(compress().default_coding(Coding::Gzip), None).await, "gzip");
    let left_out = compress().codings([Coding::Brotli]).default_coding(Coding::Gzip);
    assert_eq!(coding(left_out, None).await, "");
    let empty = coding(compress().default_coding(Coding::Gzip), Some("")).await;
    assert_eq!(empty, "", "an empty field refuses codings");
}

#[tokio::test]
async fn a_star_alone_is_gzip_unless_told_otherwise() {
    assert_eq!(coding(compress(), Some("*")).await, "gzip");
    assert_eq!(coding(compress().wildcard_coding(Coding::Brotli), Some(" * ")).await, "br");
    let left_out = compress().codings([Coding::Deflate]);
    assert_eq!(coding(left_out, Some("*")).await, "deflate");
}

#[tokio::test]
async fn a_threshold_can_depend_on_the_answer() {
    let by_type = || {
        compress().threshold_for(|ctx| {
            let is_text = ctx.response.content_type() == Some("text/plain");
            if is_text { 2000 } else { 4000 }
        })
    };
    for (size, path, expected) in
        [(2000, "/", "gzip"), (1999, "/", ""), (3999, "/always", ""), (4000, "/always", "gzip")]
    {
        let response = ask(by_type(), &vec![b'a'; size], path, "gzip").await;
        assert_eq!(response.get("content-encoding"), expected, "{size} {path}");
    }
}

#[tokio::test]
async fn a_function_chooses_levels_and_leaves_codings_out() {
    let only_small_brotli = || {
        compress().level_for(|ctx, coding| match coding {
            Coding::Brotli => ctx.response.length().filter(|length| *length < 1500).map(|_| 11),
            Coding::Gzip => Some(99),
            _ => None,
        })
    };
    for (size, expected) in [(1400, "br"), (2000, "gzip")] {
        let body = vec![b'a'; size];
        let response = ask(only_small_brotli(), &body, "/", "gzip, br, zstd, deflate").await;
        assert_eq!(response.get("content-encoding"), expected, "{size}");
        assert_eq!(crate::compress::decoded(expected, &response.body), body);
    }
}
