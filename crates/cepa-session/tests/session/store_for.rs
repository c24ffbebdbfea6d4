//! A store that is made for each request.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cepa_session::{MemoryStore, Session, Store, StoreFuture};
use cepa_test::Client;

use crate::browser::app;

#[tokio::test]
async fn each_host_can_have_its_own() {
    let names = ["a.example", "b.example"];
    let stores = HashMap::from(names.map(|name| (name, Arc::new(MemoryStore::new()))));
    let kept = stores.clone();
    let session = Session::new().store_for(move |ctx| stores[ctx.hostname()].clone());
    let client = Client::new(app(&["k"], session));
    let ask = async |host: &str, cookie: &str, operations: &str| {
        let call = client.get("/").header("host", host).header("cookie", cookie);
        call.header("x-operations", operations).send().await
    };
    let first = ask("a.example", "", r#"[["set","a",1]]"#).await;
    let lines = first.headers.get_all("set-cookie").iter();
    let pairs = lines.map(|line| line.to_str().unwrap().split(';').next().unwrap());
    let cookie = pairs.collect::<Vec<_>>().join("; ");
    assert_eq!((kept["a.example"].len(), kept["b.example"].len()), (1, 0));
    let look = r#"[["look"]]"#;
    let again = ask("a.example", &cookie, look).await;
    assert_eq!(again.text(), r#"{"data":{"a":1},"isNew":false}"#);
    let elsewhere = ask("b.example", &cookie, look).await;
    assert_eq!(elsewhere.text(), r#"{"data":{},"isNew":true}"#);
    ask("a.example", &cookie, r#"[["destroy"]]"#).await;
    assert_eq!(kept["a.example"].len(), 0);
}

/// Writes down what one request does to the store that all share.
struct Journal {
    path: String,
    store: Arc<MemoryStore>,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Journal {
    fn note(&self, what: &str) {
        self.lines.lock().unwrap().push(format!("{} {what}", self.path));
    }
}

impl Store for Journal {
    fn get<'a>(&'a self, id: &'a str) -> StoreFuture<'a, Option<String>> {
        self.note("get");
        self.store.get(id)
    }

    fn set<'a>(
        &'a self,
        id: &'a str,
        record: String,
        keep: Option<Duration>,
    ) -> StoreFuture<'a, ()> {
        self.note("set");
        self.store.set(id, record, keep)
    }

    fn destroy<'a>(&'a self, id: &'a str) -> StoreFuture<'a, ()> {
        self.note("destroy");
        self.store.destroy(id)
    }
}

#[tokio::test]
async fn it_is_made_once_a_request_and_does_all_that_the_request_does() {
    let (made, lines) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::new())));
    let (count, store, journal) = (made.clone(), Arc::new(MemoryStore::new()), lines.clone());
    let session = Session::new().signed(false).store_for(move |ctx| {
        count.fetch_add(1, Ordering::SeqCst);
        Journal { path: ctx.path().to_owned(), store: store.clone(), lines: journal.clone() }
    });
    let client = Client::new(app(&["k"], session));
    let set = r#"[["set","a",1]]"#;
    let first = client.get("/one").header("x-operations", set).send().await;
    let cookie = first.get("set-cookie").split(';').next().unwrap().to_owned();
    let renew = r#"[["regenerate"],["set","a",2]]"#;
    let call = client.get("/two").header("cookie", &cookie).header("x-operations", renew);
    call.send().await;
    assert_eq!(made.load(Ordering::SeqCst), 2);
    assert_eq!(*lines.lock().unwrap(), ["/one set", "/two get", "/two destroy", "/two set"]);
}
