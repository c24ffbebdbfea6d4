//! Methods: every verb, 405 with `Allow`, 501, and what has the last word over them.

use cepa_core::App;
use cepa_core::http::Method;
use cepa_router::{Route, Router};

use crate::Client;

#[test]
fn each_verb_registers_its_method() {
    let client = Client::new(
        Router::new()
            .get("/", async |_| "GET")
            .post("/", async |_| "POST")
            .put("/", async |_| "PUT")
            .patch("/", async |_| "PATCH")
            .delete("/", async |_| "DELETE")
            .options("/", async |_| "OPTIONS")
            .on("PROPFIND", "/", async |_| "PROPFIND")
            .on(Method::TRACE, "/", async |_| "TRACE")
            .head("/head", async |ctx| ctx.set_status(202))
            .route(
                "/route",
                Route::new()
                    .get(async |_| "GET")
                    .post(async |_| "POST")
                    .put(async |_| "PUT")
                    .patch(async |_| "PATCH")
                    .delete(async |_| "DELETE")
                    .options(async |_| "OPTIONS")
                    .on("PROPFIND", async |_| "PROPFIND")
                    .head(async |ctx| ctx.set_status(202))
                    .all(async |_| "other"),
            ),
    );
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"] {
        assert_eq!(client.send(method, "/").text, method);
        assert_eq!(client.send(method, "/route").text, method);
    }
    assert_eq!(client.send("TRACE", "/").text, "TRACE");
    assert_eq!(client.send("TRACE", "/route").text, "other");
    assert_eq!(client.send("HEAD", "/head").status, 202);
    assert_eq!(client.send("HEAD", "/route").status, 202);
}

#[test]
fn all_takes_every_method_whatever_its_name() {
    let client = Client::new(Router::new().all("/x", async |ctx| ctx.method().to_string()));
    for method in ["GET", "POST", "OPTIONS", "PROPFIND", "ANYTHING"] {
        assert_eq!(client.send(method, "/x").text, method);
    }
}

#[test]
fn a_method_that_the_path_lacks_is_405_and_allow_has_the_others_in_order() {
    let client = Client::new(
        Router::new()
            .put("/x", async |_| "")
            .get("/:any", async |_| "")
            .put("/:any", async |_| "")
            .delete("/x{/:id}", async |_| "")
            .post("/other", async |_| ""),
    );
    let answer = client.send("POST", "/x");
    assert_eq!(answer.status, 405);
    assert_eq!(answer.allow.as_deref(), Some("PUT, HEAD, GET, DELETE"));
    assert_eq!(answer.text, "Method Not Allowed");
}

#[test]
fn a_path_without_routes_is_404_without_allow() {
    let answer = Client::new(Router::new().get("/x", async |_| "")).send("POST", "/y");
    assert_eq!((answer.status.as_u16(), answer.allow), (404, None));
}

#[test]
fn a_method_that_no_route_has_is_501() {
    let client = Client::new(Router::new().get("/x", async |_| ""));
    let answer = client.send("PROPFIND", "/nowhere");
    assert_eq!((answer.status.as_u16(), answer.allow), (501, None));
    let answer = client.send("PROPFIND", "/x");
    assert_eq!((answer.status.as_u16(), answer.allow.as_deref()), (501, Some("HEAD, GET")));
}

#[test]
fn a_method_that_some_route_has_is_implemented() {
    let client =
        Client::new(Router::new().get("/x", async |_| "").on("PROPFIND", "/dav", async |_| ""));
    assert_eq!(client.send("PROPFIND", "/nowhere").status, 404);
    assert_eq!(client.send("PROPFIND", "/x").status, 405);
    assert_eq!(client.send("PURGE", "/x").status, 501);
}

#[test]
fn middleware_below_has_the_last_word() {
    let router = || Router::new().get("/x", async |_| "");
    let app = App::new().plug(router()).with(async |ctx, _next| ctx.set_body("below"));
    let answer = Client(app.callback()).send("POST", "/x");
    assert_eq!((answer.status.as_u16(), &*answer.text, answer.allow), (200, "below", None));

    let app = App::new().plug(router()).with(async |ctx, _next| {
        ctx.set_status(404);
        Ok(())
    });
    let answer = Client(app.callback()).send("POST", "/x");
    assert_eq!((answer.status.as_u16(), answer.allow), (404, None));

    let app = App::new().plug(router()).with(async |ctx, _next| ctx.throw(404, "thrown"));
    assert_eq!(Client(app.callback()).send("POST", "/x").text, "thrown");
}

#[test]
fn middleware_above_sees_the_answer() {
    let app = App::new()
        .with(async |ctx, next| {
            next.run(ctx).await?;
            assert_eq!(ctx.status(), 405);
            ctx.set_body("seen")
        })
        .plug(Router::new().get("/x", async |_| ""));
    let answer = Client(app.callback()).send("POST", "/x");
    assert_eq!((answer.status.as_u16(), &*answer.text), (405, "seen"));
}

#[test]
fn a_request_without_a_path_has_no_route() {
    let client =
        Client::new(Router::new().all("/", async |_| "root").all("{/*x}", async |_| "all"));
    assert_eq!(client.text("/").unwrap(), "root");
    assert_eq!(client.send("CONNECT", "example.com:80").status, 404);
    assert_eq!(client.send("OPTIONS", "*").status, 404);
}
