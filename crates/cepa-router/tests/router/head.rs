//! HEAD is answered by GET's route, unless a route names HEAD.

use cepa_core::http::Method;
use cepa_core::{App, Request};
use cepa_router::Router;

use crate::Client;

#[tokio::test]
async fn get_answers_head_without_the_body() {
    let app = App::new().plug(Router::new().get("/x", async |_| "four")).callback();
    let response = app.handle(Request::new(Method::HEAD, "/x")).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-length"], "4");
    assert!(response.body().is_empty());
}

/// The status tells which route ran, because HEAD has no body.
fn ran(router: Router, method: &str) -> u16 {
    Client::new(router).send(method, "/x").status.as_u16()
}

#[test]
fn a_route_that_names_head_wins_wherever_it_stands() {
    let get = |router: Router| router.get("/x", async |ctx| ctx.set_status(201));
    let all = |router: Router| router.all("/:y", async |ctx| ctx.set_status(202));
    let head = |router: Router| router.head("/:z", async |ctx| ctx.set_status(203));
    let new = Router::new;
    assert_eq!(ran(all(get(new())), "HEAD"), 201);
    assert_eq!(ran(get(all(new())), "HEAD"), 202);
    assert_eq!(ran(head(get(all(new()))), "HEAD"), 203);
    assert_eq!(ran(head(all(get(new()))), "GET"), 201);
    assert_eq!(ran(head(new()), "GET"), 405);
}

#[test]
fn post_does_not_answer_head() {
    let answer = Client::new(Router::new().post("/x", async |_| "")).send("HEAD", "/x");
    assert_eq!((answer.status.as_u16(), answer.allow.as_deref()), (405, Some("POST")));
}
