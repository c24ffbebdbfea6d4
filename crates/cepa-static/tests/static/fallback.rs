//! One page for all paths of an application that routes in the browser.

use std::time::Duration;

use cepa_static::serve;
use cepa_test::Client;

use crate::folder::{Folder, client};

fn folder() -> Folder {
    Folder::new().file("index.html", "page").file("app.js", "script").file("docs/a.txt", "file")
}

fn app(folder: &Folder) -> Client {
    client(serve(folder.path()).fallback("index.html"))
}

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

#[tokio::test]
async fn pages_that_are_not_there_are_the_fallback() {
    let folder = folder();
    for target in ["/users", "/users/", "/users/42/edit?tab=1", "/docs", "/docs/none", "/v1.2/x"] {
        for accept in [BROWSER, "text/html", "text/*", "*/*"] {
            let response = app(&folder).get(target).header("accept", accept).send().await;
            let answer = (response.status.as_u16(), response.text());
            assert_eq!(answer, (200, "page"), "{target} {accept}");
            assert_eq!(response.get("content-type"), "text/html; charset=utf-8");
            assert_eq!(response.get("vary"), "Accept");
        }
    }
    let head = app(&folder).head("/users").header("accept", BROWSER).send().await;
    assert_eq!((head.status.as_u16(), head.get("content-length")), (200, "4"));
}

#[tokio::test]
async fn what_is_no_page_stays_missing() {
    let folder = folder();
    for target in ["/none.js", "/a/none.png", "/users/a.b", "/.git/config", "/.env", "/a%5cb"] {
        let response = app(&folder).get(target).header("accept", BROWSER).send().await;
        assert_eq!(response.text(), "next", "{target}");
    }
    let others = ["application/json", "application/json, text/plain, */*", "image/avif,image/webp"];
    for accept in others.into_iter().chain(["text/html;q=0", "text/html;q=0.5, application/json"]) {
        let response = app(&folder).get("/users").header("accept", accept).send().await;
        assert_eq!(response.text(), "next", "{accept}");
    }
    let post = app(&folder).post("/users").header("accept", BROWSER).send().await;
    assert_eq!(post.text(), "next");
    let climbing = app(&folder).get("/%2e%2e/users").header("accept", BROWSER).send().await;
    assert_eq!(climbing.status, 403);
}

#[tokio::test]
async fn files_come_first_and_do_not_vary() {
    let folder = folder();
    for (target, text) in [("/app.js", "script"), ("/docs/a.txt", "file"), ("/", "page")] {
        let response = app(&folder).get(target).header("accept", BROWSER).send().await;
        assert_eq!((response.text(), response.get("vary")), (text, ""), "{target}");
    }
}

#[tokio::test]
async fn the_fallback_is_asked_about_every_time() {
    let folder = folder();
    let files = serve(folder.path()).fallback("index.html").immutable();
    let app = client(files.max_age(Duration::from_secs(3600)));
    let page = app.get("/users").send().await;
    assert_eq!(page.get("cache-control"), "max-age=0");
    let tag = page.get("etag");
    assert_eq!(app.get("/others").header("if-none-match", tag).send().await.status, 304);
    let script = app.get("/app.js").send().await;
    assert_eq!(script.get("cache-control"), "max-age=3600,immutable");
}

#[tokio::test]
async fn below_a_prefix_it_is_the_prefix_s() {
    let folder = folder();
    let app = client(serve(folder.path()).at("/app").fallback("index.html"));
    assert_eq!(app.get("/app/users").send().await.text(), "page");
    assert_eq!(app.get("/users").send().await.text(), "next");
}

#[tokio::test]
async fn a_fallback_that_is_missing_is_missing() {
    let folder = folder();
    let app = client(serve(folder.path()).fallback("none.html").fall_through(false));
    assert_eq!(app.get("/users").send().await.status, 404);
}
