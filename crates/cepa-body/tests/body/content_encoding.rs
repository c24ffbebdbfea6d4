//! Bodies that are not compressed, and codings that are not read.

use crate::send::*;

use serde_json::Value;

#[tokio::test]
async fn unknown_codings_are_refused_and_the_client_is_told_what_is_read() {
    let read =
        if cfg!(feature = "decompress") { "gzip, deflate, br, zstd" } else { "gzip, deflate" };
    for coding in ["x-unknown", "compress", "gzip, gzip", "gzip, identity", "gzip;q=1", "*"] {
        let call = post(echo_json::<Value>(), JSON, "{}").header("content-encoding", coding);
        let response = call.send().await;
        assert_eq!(refusal(&response), (415, "unsupported_encoding".into()), "{coding}");
        assert_eq!(response.get("accept-encoding"), read);
    }
}

#[cfg(not(feature = "decompress"))]
#[tokio::test]
async fn gzip_and_deflate_need_no_feature() {
    use flate2::{Compression, read};
    use std::io::Read;

    let (mut gzip, mut deflate) = (Vec::new(), Vec::new());
    read::GzEncoder::new(&b"{}"[..], Compression::fast()).read_to_end(&mut gzip).unwrap();
    read::ZlibEncoder::new(&b"{}"[..], Compression::fast()).read_to_end(&mut deflate).unwrap();
    for (coding, body) in [("gzip", gzip.clone()), ("x-gzip", gzip), ("deflate", deflate)] {
        let call = post(echo_json::<Value>(), JSON, body).header("content-encoding", coding);
        assert_eq!(call.send().await.status, 200, "{coding}");
    }
    for coding in ["br", "zstd"] {
        let call = post(echo_json::<Value>(), JSON, "{}").header("content-encoding", coding);
        assert_eq!(refusal(&call.send().await), (415, "unsupported_encoding".into()), "{coding}");
    }
}

#[tokio::test]
async fn identity_is_no_coding() {
    for coding in ["identity", "Identity", " identity ", ""] {
        let call = post(echo_json::<Value>(), JSON, "{}").header("content-encoding", coding);
        assert_eq!(call.send().await.status, 200, "{coding}");
    }
}

#[tokio::test]
async fn compressed_uploads_are_refused() {
    let app = uploads(cepa_body::Upload::new(), |_| Value::Null);
    let call = post(app, MULTIPART, form([])).header("content-encoding", "gzip");
    let response = call.send().await;
    assert_eq!(refusal(&response), (415, "unsupported_encoding".into()));
    assert_eq!(response.get("accept-encoding"), "identity");
}
