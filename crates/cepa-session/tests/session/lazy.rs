//! In cookie mode nothing is decoded until somebody asks.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cepa_core::{App, Context};
use cepa_session::{Session, SessionExt};
use cepa_test::Client;
use serde_json::json;

use crate::browser::{app, signed_cookie};

#[tokio::test]
async fn a_request_that_does_not_ask_loads_nothing() {
    let loads = Arc::new(AtomicUsize::new(0));
    let count = loads.clone();
    let session = Session::new().valid(move |_, _| {
        count.fetch_add(1, Ordering::SeqCst);
        true
    });
    let client = Client::new(app(&["new", "old"], session));
    let mut browser = signed_cookie("old", r#"{"a":1}"#);
    browser.cepa(&client, json!([])).await;
    assert!(browser.lines.is_empty(), "not even a signature is renewed");
    assert_eq!(loads.load(Ordering::SeqCst), 0);
    browser.cepa(&client, json!([["look"], ["look"], ["set", "b", 1]])).await;
    assert_eq!(loads.load(Ordering::SeqCst), 1, "loaded once");
}

#[tokio::test]
async fn without_the_middleware_there_is_no_session() {
    let app = App::new().on_error(|_, _| {}).with(async |ctx: &mut Context, _next| {
        assert!(ctx.try_session().is_none());
        assert!(ctx.commit_session().await.is_ok());
        ctx.session();
        Ok(())
    });
    assert_eq!(Client::new(app).get("/").send().await.status, 500);
}
