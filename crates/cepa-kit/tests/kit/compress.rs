//! What is compressed, how, and what is left alone; `conformance/koa` compares the choices with koa-compress.

use std::io::Read;

use cepa_core::{App, Body};
use cepa_kit::{Coding, Compress, Compression, compress};
use cepa_test::{Client, Response};
use proptest::prelude::*;

pub fn app(compress: Compress, body: Vec<u8>) -> Client {
    let body = bytes::Bytes::from(body);
    Client::new(App::new().plug(compress).with(async move |ctx, _next| {
        match ctx.path() {
            "/never" => drop(ctx.state.insert(Compression::Never)),
            "/always" => drop(ctx.state.insert(Compression::Always)),
            "/stream" => {
                let chunk = body.clone();
                let chunks = futures_util::stream::iter((0..3).map(move |_| Ok(chunk.clone())));
                ctx.set_type("text")?;
                return ctx.set_body(Body::stream(chunks));
            }
            _ => ctx.set_type("text")?,
        }
        ctx.set("etag", "\"strong\"")?;
        ctx.set("accept-ranges", "bytes")?;
        ctx.set_body(body)
    }))
}

pub async fn ask(compress: Compress, body: &[u8], path: &str, coding: &str) -> Response {
    app(compress, body.to_vec()).get(path).header("accept-encoding", coding).send().await
}

pub fn decoded(coding: &str, bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    match coding {
        "gzip" => {
            let _ = flate2::read::GzDecoder::new(bytes).read_to_end(&mut text).unwrap();
        }
        "deflate" => {
            let _ = flate2::read::ZlibDecoder::new(bytes).read_to_end(&mut text).unwrap();
        }
        "br" => brotli::BrotliDecompress(&mut &*bytes, &mut text).unwrap(),
        "zstd" => text = zstd::decode_all(bytes).unwrap(),
        _ => text = bytes.to_vec(),
    }
    text
}

#[tokio::test]
async fn every_coding_gives_the_same_bytes_back() {
    for size in [1024, 70_000, 300_000] {
        let body: Vec<u8> = (0..size).map(|at| (at / 7 % 251) as u8).collect();
        for coding in ["zstd", "br", "gzip", "deflate"] {
            for path in ["/", "/stream"] {
                let response = ask(compress(), &body, path, coding).await;
                assert_eq!(response.get("content-encoding"), coding, "{size}");
                let expected = if path == "/" { body.clone() } else { body.repeat(3) };
                assert!(decoded(coding, &response.body) == expected, "{coding} {size} {path}");
                assert!(response.body.len() < expected.len());
            }
        }
    }
}

#[tokio::test]
async fn a_small_body_keeps_a_length_and_a_large_one_is_streamed() {
    let response = ask(compress(), &[b'a'; 5000], "/", "gzip").await;
    assert_eq!(response.get("content-length"), response.body.len().to_string());
    let response = ask(compress(), &[b'a'; 100_000], "/", "gzip").await;
    assert_eq!(response.get("content-length"), "");
}

#[tokio::test]
async fn head_says_what_get_would() {
    for size in [5000, 100_000] {
        let client = app(compress(), vec![b'a'; size]);
        let get = client.get("/").header("accept-encoding", "br").send().await;
        let head = client.head("/").header("accept-encoding", "br").send().await;
        assert_eq!(head.headers, get.headers, "{size}");
        assert_eq!(head.body, "");
    }
}

#[tokio::test]
async fn what_describes_the_bytes_is_put_right() {
    let response = ask(compress(), &[b'a'; 5000], "/", "gzip").await;
    assert_eq!(response.get("etag"), "W/\"strong\"");
    assert_eq!(response.get("accept-ranges"), "");
    assert_eq!(response.get("vary"), "Accept-Encoding");
    let response = ask(compress(), &[b'a'; 5000], "/", "identity").await;
    assert_eq!(response.get("etag"), "\"strong\"");
    assert_eq!(response.get("vary"), "Accept-Encoding");
}

#[tokio::test]
async fn zstd_is_the_first_choice_and_the_order_can_be_another() {
    let response = ask(compress(), &[b'a'; 5000], "/", "gzip, deflate, br, zstd").await;
    assert_eq!(response.get("content-encoding"), "zstd");
    let other = compress().codings([Coding::Gzip, Coding::Zstd]);
    let response = ask(other, &[b'a'; 5000], "/", "gzip, deflate, br, zstd").await;
    assert_eq!(response.get("content-encoding"), "gzip");
    let response = ask(compress().codings([Coding::Zstd]), &[b'a'; 5000], "/", "gzip").await;
    assert_eq!(response.get("content-encoding"), "");
}

#[tokio::test]
async fn the_threshold_is_a_kilobyte() {
    for (size, coding) in [(1023, ""), (1024, "gzip")] {
        let response = ask(compress(), &vec![b'a'; size], "/", "gzip").await;
        assert_eq!(response.get("content-encoding"), coding, "{size}");
    }
    let response =
        ask(compress().threshold(0), b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "/", "gzip").await;
    assert_eq!(response.get("content-encoding"), "gzip");
}

#[tokio::test]
async fn what_does_not_shrink_is_sent_as_it_is() {
    let mut seed = 1_u32;
    let noise = std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 24) as u8
    });
    let noise: Vec<u8> = noise.take(4000).collect();
    let response = ask(compress(), &noise, "/", "gzip").await;
    assert_eq!((response.get("content-encoding"), response.get("etag")), ("", "\"strong\""));
    assert_eq!(response.body, noise);
    let response = ask(compress().threshold(0), b"a", "/", "gzip").await;
    assert_eq!((response.get("content-encoding"), response.text()), ("", "a"));
}

#[tokio::test]
async fn a_handler_and_a_filter_decide() {
    assert_eq!(ask(compress(), &[b'a'; 5000], "/never", "gzip").await.get("content-encoding"), "");
    assert_eq!(
        ask(compress(), &[b'a'; 5000], "/always", "gzip").await.get("content-encoding"),
        "gzip"
    );
    let filtered = compress().filter(|kind| kind == "text/plain");
    assert_eq!(ask(filtered, &[b'a'; 5000], "/", "gzip").await.get("content-encoding"), "gzip");
    let filtered = compress().filter(|kind| kind == "text/html");
    assert_eq!(ask(filtered, &[b'a'; 5000], "/", "gzip").await.get("content-encoding"), "");
}

#[tokio::test]
async fn levels_can_be_chosen() {
    let words = ["onion", "leek", "garlic", "shallot", "chive", "ramson", "scallion", "allium"];
    let mut seed = 1_u32;
    let mut body = String::new();
    while body.len() < 20_000 {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        body.push_str(words[(seed >> 24) as usize % words.len()]);
        body.push_str([" ", ", ", ". ", " and the "][(seed >> 16) as usize % 4]);
    }
    for (coding, name) in [(Coding::Gzip, "gzip"), (Coding::Brotli, "br"), (Coding::Zstd, "zstd")] {
        let size = async |level| {
            ask(compress().level(coding, level), body.as_bytes(), "/", name).await.body.len()
        };
        assert!(size(99).await < size(1).await, "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_field_breaks_it(field in "[ -~]{0,60}") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let response = runtime.block_on(ask(compress(), &[b'a'; 2000], "/", &field));
        let coding = response.get("content-encoding");
        prop_assert!(coding.is_empty() || field.to_lowercase().contains(coding) || field.contains('*') || coding == "gzip");
        prop_assert_eq!(decoded(coding, &response.body), vec![b'a'; 2000]);
    }
}
