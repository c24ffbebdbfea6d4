//! Compressed bodies are refused, and the client is told what is read.

use crate::send::*;

use serde_json::Value;

#[tokio::test]
async fn compressed_bodies_are_refused_and_told_what_is_read() {
    for coding in ["gzip", "deflate", "br", "zstd", "GZIP", "gzip, gzip", "x-unknown"] {
        let call = post(echo_json::<Value>(), JSON, "{}").header("content-encoding", coding);
        let response = call.send().await;
        assert_eq!(refusal(&response), (415, "unsupported_encoding".into()), "{coding}");
        assert_eq!(response.get("accept-encoding"), "identity");
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
async fn uploads_are_refused_likewise() {
    let app = uploads(cepa_body::Upload::new(), |_| Value::Null);
    let call = post(app, MULTIPART, form([])).header("content-encoding", "gzip");
    assert_eq!(refusal(&call.send().await), (415, "unsupported_encoding".into()));
}
