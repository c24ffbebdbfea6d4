//! A store that fails fails the request, and nothing is pretended.

use std::time::Duration;

use cepa_core::{Error, Result};
use cepa_session::{Session, Store, StoreFuture};
use cepa_test::Client;

use crate::browser::app;

/// A store that fails when it reads, or when it writes.
struct Broken {
    reading: bool,
}

fn outcome<T>(fails: bool, value: T) -> Result<T> {
    if fails { Err(Error::new(503, "the store is away")) } else { Ok(value) }
}

impl Store for Broken {
    fn get<'a>(&'a self, _: &'a str) -> StoreFuture<'a, Option<String>> {
        Box::pin(async move { outcome(self.reading, None) })
    }

    fn set<'a>(&'a self, _: &'a str, _: String, _: Option<Duration>) -> StoreFuture<'a, ()> {
        Box::pin(async move { outcome(!self.reading, ()) })
    }

    fn destroy<'a>(&'a self, _: &'a str) -> StoreFuture<'a, ()> {
        Box::pin(async move { outcome(true, ()) })
    }
}

async fn status(reading: bool, operations: &str) -> (u16, usize) {
    let session = Session::new().signed(false).store(Broken { reading });
    let client = Client::new(app(&[], session));
    let call = client.get("/").header("cookie", "koa.sess=id");
    let response = call.header("x-operations", operations).send().await;
    (response.status.as_u16(), response.headers.get_all("set-cookie").iter().count())
}

#[tokio::test]
async fn reading() {
    assert_eq!(status(true, r#"[["look"]]"#).await, (503, 0));
}

#[tokio::test]
async fn writing() {
    assert_eq!(status(false, r#"[["look"]]"#).await, (200, 0));
    assert_eq!(status(false, r#"[["set","a",1]]"#).await, (503, 0));
}
