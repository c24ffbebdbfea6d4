//! An id that a client made up is never adopted.

use std::sync::Arc;

use cepa_session::{MemoryStore, Session};
use cepa_test::Client;
use serde_json::json;

use crate::browser::{Browser, app};

#[tokio::test]
async fn not_even_without_signatures() {
    let store = Arc::new(MemoryStore::new());
    let session = Session::new().signed(false).store(store.clone());
    let client = Client::new(app(&[], session));
    let mut browser = Browser::default();
    browser.cookies.insert("koa.sess".into(), "planted".into());
    browser.cepa(&client, json!([["set", "a", 1]])).await;
    assert_ne!(browser.cookies["koa.sess"], "planted");
    assert_eq!(store.len(), 1);
}
