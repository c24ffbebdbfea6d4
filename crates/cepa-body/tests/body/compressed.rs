//! Compressed bodies: every kind of body in every coding, within its limit, whole or not at all.

use crate::send::*;

use std::io::Write;

use cepa_body::{BodyExt, BodyLimits};
use cepa_core::Json;
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use proptest::prelude::*;
use serde_json::{Value, json};

const CODINGS: [&str; 4] = ["gzip", "deflate", "br", "zstd"];

fn compress(coding: &str, bytes: &[u8]) -> Vec<u8> {
    let level = Compression::fast();
    match coding {
        "gzip" => {
            let mut encoder = GzEncoder::new(Vec::new(), level);
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        }
        "deflate" => {
            let mut encoder = ZlibEncoder::new(Vec::new(), level);
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        }
        "br" => {
            let mut compressed = Vec::new();
            brotli::CompressorWriter::new(&mut compressed, 4096, 3, 22).write_all(bytes).unwrap();
            compressed
        }
        "zstd" => zstd::encode_all(bytes, 3).unwrap(),
        other => panic!("{other}"),
    }
}

/// An app that answers with its bytes, of which it reads at most so many.
fn bytes(limit: usize) -> cepa_core::App {
    app(async move |ctx, _next| {
        let bytes = ctx.read_body().limit(limit).bytes().await?;
        ctx.set_body(bytes)
    })
}

#[tokio::test]
async fn every_kind_of_body_in_every_coding() {
    for coding in CODINGS {
        let send = |app, kind, body: &str| {
            post(app, kind, compress(coding, body.as_bytes())).header("content-encoding", coding)
        };
        let response = send(echo_json::<Value>(), JSON, "{\"a\":\"é\"}").send().await;
        assert_eq!(response.json::<Value>(), json!({"a": "é"}), "{coding}");
        let response = send(echo_form::<Value>(), FORM, "a[b]=1").send().await;
        assert_eq!(response.json::<Value>(), json!({"a": {"b": "1"}}), "{coding}");
        assert_eq!(send(echo_text(), "text/plain", "text").send().await.text(), "text", "{coding}");
        assert_eq!(send(bytes(9), "", "").send().await.text(), "", "{coding}");
    }
}

#[tokio::test]
async fn names_of_codings_have_no_case_and_an_alias() {
    for name in ["GZIP", " gzip ", "x-gzip", "X-Gzip"] {
        let call = post(bytes(9), "", compress("gzip", b"text")).header("content-encoding", name);
        assert_eq!(call.send().await.text(), "text", "{name}");
    }
}

#[tokio::test]
async fn the_limit_counts_what_comes_out() {
    let limit = 100_000;
    for coding in CODINGS {
        for (size, status) in [(limit, 200), (limit + 1, 413), (2_000_000, 413)] {
            let small = compress(coding, &vec![b'0'; size]);
            assert!(small.len() < limit, "{coding} {size}: {}", small.len());
            let call = post(bytes(limit), "", small).header("content-encoding", coding);
            assert_eq!(call.send().await.status, status, "{coding} {size}");
        }
    }
}

#[tokio::test]
async fn what_does_not_shrink_fits_all_the_same() {
    let mut state = 7_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    })
    .take(100_000)
    .collect();
    for coding in CODINGS {
        let large = compress(coding, &noise);
        assert!(large.len() > noise.len(), "{coding}");
        let body = pieces(large.chunks(9_999).map(bytes::Bytes::copy_from_slice));
        let call = post(bytes(noise.len()), "", body).header("content-encoding", coding);
        assert!(call.send().await.body == noise, "{coding}");
    }
}

#[tokio::test]
async fn more_bytes_than_any_coding_needs_are_not_gathered() {
    let endless =
        || futures_util::stream::repeat_with(|| Ok(bytes::Bytes::from_static(&[0; 1000])));
    let call = post(bytes(1000), "", cepa_core::Body::stream(endless()));
    assert_eq!(refusal(&call.header("content-encoding", "gzip").send().await).0, 413);
    let call = post(bytes(1000), "", vec![0; 2150]).header("content-encoding", "gzip");
    assert_eq!(refusal(&call.send().await), (413, "body_too_large".into()));
}

#[tokio::test]
async fn a_body_that_is_cut_damaged_or_goes_on_is_a_400() {
    let text = "some text that is long enough to be compressed, compressed, compressed".repeat(20);
    let malformed = (400, "malformed_encoding".to_owned());
    for coding in CODINGS {
        let whole = compress(coding, text.as_bytes());
        for end in 1..whole.len() {
            let call = post(bytes(9999), "", whole[..end].to_vec());
            let response = call.header("content-encoding", coding).send().await;
            assert_eq!(refusal(&response), malformed, "{coding} up to {end}");
        }
        let longer = [&whole[..], b"more"].concat();
        let call = post(bytes(9999), "", longer).header("content-encoding", coding);
        assert_eq!(refusal(&call.send().await), malformed, "{coding} and more");
        let call = post(bytes(9999), "", text.clone()).header("content-encoding", coding);
        assert_eq!(refusal(&call.send().await), malformed, "{coding}, plain");
    }
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    let call = post(bytes(9999), "", encoder.finish().unwrap());
    let response = call.header("content-encoding", "deflate").send().await;
    assert_eq!(refusal(&response), malformed, "deflate without zlib's frame");
}

#[tokio::test]
async fn members_and_frames_in_a_row_are_one_body() {
    for coding in ["gzip", "zstd"] {
        let twice = [compress(coding, b"one "), compress(coding, b"two")].concat();
        let call = post(bytes(9), "", twice).header("content-encoding", coding);
        assert_eq!(call.send().await.text(), "one two", "{coding}");
    }
}

#[tokio::test]
async fn a_window_larger_than_its_limit_is_a_400() {
    let usual = BodyLimits::default().zstd_window;
    for (zstd_window, log, status) in
        [(usual, 23, 200), (usual, 24, 400), (3 << 20, 21, 200), (3 << 20, 22, 400), (0, 11, 400)]
    {
        let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
        encoder.window_log(log).unwrap();
        encoder.write_all(b"text").unwrap();
        let limits = BodyLimits { zstd_window, ..BodyLimits::default() };
        let app = app(async move |ctx, _next| {
            let body = ctx.read_body().limits(limits).bytes().await?;
            ctx.set_body(body)
        });
        let call = post(app, "", encoder.finish().unwrap());
        let answer = call.header("content-encoding", "zstd").send().await;
        assert_eq!(answer.status, status, "{zstd_window} {log}");
    }
}

#[tokio::test]
async fn inflated_bytes_stay_beside_what_was_parsed() {
    let app = app(async |ctx, _next| {
        let signed = ctx.body_bytes().await?;
        assert_eq!((ctx.get("content-encoding"), ctx.request.length()), (None, None));
        let value: Value = ctx.body_json().await?;
        ctx.set_body(Json(json!([signed.len(), value])))
    });
    let call = post(app, JSON, compress("br", b"{\"a\": 1}")).header("content-encoding", "br");
    assert_eq!(call.send().await.text(), "[8,{\"a\":1}]");
}

proptest! {
    #[test]
    fn anything_is_inflated_or_refused(
        coding in proptest::sample::select(CODINGS.to_vec()),
        noise in proptest::collection::vec(any::<u8>(), 0..300),
        keep in 0_usize..12,
    ) {
        let start = compress(coding, b"abcdefgh");
        let body = [&start[..keep.min(start.len())], &noise[..]].concat();
        let call = post(bytes(1000), "", body).header("content-encoding", coding);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let status = runtime.block_on(call.send()).status.as_u16();
        prop_assert!(matches!(status, 200 | 400 | 413), "{status}");
    }
}
