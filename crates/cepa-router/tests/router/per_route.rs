//! Middleware of one route: several functions in a row.

use cepa_core::{App, Stack};
use cepa_router::{Route, Router};

use crate::Client;

#[test]
fn functions_run_in_a_row_in_front_of_the_handler() {
    let route = Route::new()
        .with(async |ctx, next| {
            ctx.state.insert(vec!["one"]);
            next.run(ctx).await?;
            let below = String::from_utf8(ctx.response.body.as_bytes().unwrap().to_vec()).unwrap();
            ctx.set_body(below + " up")
        })
        .with(async |ctx, next| {
            ctx.state.get_mut::<Vec<&str>>().unwrap().push("two");
            next.run(ctx).await
        })
        .get(async |ctx| ctx.state.get::<Vec<&str>>().unwrap().join(" "));
    let client = Client::new(Router::new().route("/x", route).get("/y", async |ctx| {
        assert!(ctx.state.get::<Vec<&str>>().is_none());
        "alone"
    }));
    assert_eq!(client.text("/x").unwrap(), "one two up");
    assert_eq!(client.text("/y").unwrap(), "alone");
}

#[test]
fn they_stand_before_the_verbs_that_follow() {
    let route = Route::new()
        .get(async |_| "open")
        .with(async |ctx, next| match ctx.get("x-key") {
            Some(_) => next.run(ctx).await,
            None => ctx.throw(401, "key?"),
        })
        .post(async |_| "closed");
    let client = Client::new(Router::new().route("/x", route));
    assert_eq!(client.text("/x").unwrap(), "open");
    assert_eq!(client.send("POST", "/x").status, 401);
    assert_eq!(client.send("PUT", "/x").allow.as_deref(), Some("HEAD, GET, POST"));
}

#[test]
fn values_are_plugged_and_the_router_s_middleware_stands_around() {
    let mark = |mark: &'static str| {
        Stack::new().with(async move |ctx, next| {
            ctx.state.entry::<String>().push_str(mark);
            next.run(ctx).await
        })
    };
    let router = Router::new().plug(mark("router ")).route(
        "/x",
        Route::new().plug(mark("route")).get(async |ctx| ctx.state.remove::<String>().unwrap()),
    );
    let app = App::new().plug(mark("app ")).plug(router);
    assert_eq!(Client(app.callback()).text("/x").unwrap(), "app router route");
}
