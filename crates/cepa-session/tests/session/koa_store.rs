//! Koa and cepa on one store: a folder with one file a session.

use std::path::PathBuf;
use std::time::Duration;

use cepa_session::{Session, Store, StoreFuture};
use cepa_test::Client;
use serde_json::json;

use crate::browser::{Browser, app};
use crate::peer::Peer;

/// A folder of its own, removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("cepa-session-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

struct FolderStore(PathBuf);

impl Store for FolderStore {
    fn get<'a>(&'a self, id: &'a str) -> StoreFuture<'a, Option<String>> {
        Box::pin(async move { Ok(tokio::fs::read_to_string(self.0.join(id)).await.ok()) })
    }

    fn set<'a>(&'a self, id: &'a str, record: String, _: Option<Duration>) -> StoreFuture<'a, ()> {
        Box::pin(async move { Ok(tokio::fs::write(self.0.join(id), record).await?) })
    }

    fn destroy<'a>(&'a self, id: &'a str) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            let _ = tokio::fs::remove_file(self.0.join(id)).await;
            Ok(())
        })
    }
}

#[tokio::test]
async fn both_read_and_write_the_same_records() {
    let peer = Peer::shared("session.mjs");
    let folder = Folder::new("shared");
    let koa = json!({ "keys": ["k"], "session": { "maxAge": 60_000 }, "folder": folder.0 });
    let session = Session::new().store(FolderStore(folder.0.clone()));
    let cepa = Client::new(app(&["k"], session));
    let mut browser = Browser::default();

    browser.koa(peer, &koa, json!([["set", "a", 1]])).await;
    let id = browser.cookies["koa.sess"].clone();
    assert_eq!(folder.names(), std::slice::from_ref(&id));

    let seen = browser.cepa(&cepa, json!([["set", "b", 2]])).await;
    assert_eq!(seen["data"], json!({ "a": 1, "b": 2 }));
    assert_eq!(browser.cookies["koa.sess"], id, "the id stays");
    let record = std::fs::read_to_string(folder.0.join(&id)).unwrap();
    assert!(record.starts_with(r#"{"a":1,"b":2,"_expire":"#), "{record}");
    assert!(record.ends_with(r#","_maxAge":60000}"#), "{record}");

    let seen = browser.koa(peer, &koa, json!([["regenerate"], ["look"]])).await;
    assert_eq!(seen["data"], json!({ "a": 1, "b": 2 }));
    assert_ne!(browser.cookies["koa.sess"], id);
    browser.cepa(&cepa, json!([["regenerate"]])).await;
    assert_eq!(folder.names(), [browser.cookies["koa.sess"].clone()]);

    let mut late = browser.clone();
    browser.cepa(&cepa, json!([["destroy"]])).await;
    assert!(folder.names().is_empty());
    let seen = late.koa(peer, &koa, json!([["look"]])).await;
    assert_eq!((&seen["isNew"], &seen["events"]), (&json!(true), &json!(["missed"])));
}
