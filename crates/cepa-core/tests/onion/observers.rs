//! `on_error` sees every error, with its context, before the answer is written.

use std::sync::{Arc, Mutex};

use cepa_core::{App, Error};
use cepa_test::Client;

#[tokio::test]
async fn an_observer_sees_the_cause_and_the_client_does_not() {
    let seen = Arc::new(Mutex::new(String::new()));
    let sink = seen.clone();
    let app = App::new()
        .on_error(move |error, ctx| {
            *sink.lock().unwrap() = format!("{} {}: {error}", ctx.method(), ctx.path());
        })
        .with(async |_ctx, _next| Err(Error::internal("the disk is full")));
    let response = Client::new(app).get("/save?now").send().await;
    assert_eq!(response.text(), "Internal Server Error");
    assert_eq!(*seen.lock().unwrap(), "GET /save: 500: the disk is full");
}

#[tokio::test]
async fn an_observer_that_panics_takes_nothing_from_the_client() {
    let app = App::new()
        .on_error(|_, _| panic!("observer"))
        .with(async |ctx, _next| ctx.throw(409, "twice"));
    let response = Client::new(app).get("/").send().await;
    assert_eq!((response.status.as_u16(), response.text()), (409, "twice"));
}

#[tokio::test]
async fn a_header_of_the_error_replaces_what_was_set() {
    let app = App::new().with(async |ctx, _next| {
        ctx.set("cache-control", "max-age=3600")?;
        let name = cepa_core::http::header::CACHE_CONTROL;
        Err(Error::new(503, "").with_header(name, "no-store".parse()?))
    });
    let response = Client::new(app).get("/").send().await;
    let values: Vec<_> = response.headers.get_all("cache-control").iter().collect();
    assert_eq!(values, ["no-store"]);
}

#[tokio::test]
async fn an_error_carries_its_headers_but_not_those_of_an_entity() {
    let app = App::new().with(async |_ctx, _next| {
        use cepa_core::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
        let error = Error::new(401, "")
            .with_header(WWW_AUTHENTICATE, "Basic".parse()?)
            .with_header(CONTENT_TYPE, "text/evil".parse()?);
        Err(error)
    });
    let response = Client::new(app).get("/").send().await;
    assert_eq!((response.status.as_u16(), response.text()), (401, "Unauthorized"));
    assert_eq!(response.get("www-authenticate"), "Basic");
    assert_eq!(response.get("content-type"), "text/plain; charset=utf-8");
}
