//! The shapes that handlers and middleware may have: closures without annotations, functions, captures.

use std::sync::Arc;

use cepa_core::{App, Context, Json, Next, OrThrow, Result};
use cepa_router::{Route, Router};

use crate::Client;

struct Users(Vec<String>);

async fn named(ctx: &mut Context) -> Result<String> {
    Ok(format!("named {}", ctx.path()))
}

async fn passing(ctx: &mut Context, next: Next<'_>) -> Result {
    next.run(ctx).await
}

#[test]
fn handlers_return_anything_that_can_be_a_body() {
    let captured = Arc::new("captured".to_owned());
    let users = Router::new()
        .prefix("/users")
        .with(passing)
        .get("/", async |ctx| Json(ctx.shared::<Users>().0.clone()))
        .get("/named", named)
        .get("/text", async |_| "text")
        .get("/nothing", async |_| ())
        .get("/captured", async move |_| (*captured).clone())
        .get("/:id", async |ctx| {
            let id: usize = ctx.param("id")?;
            tokio::task::yield_now().await;
            ctx.shared::<Users>().0.get(id).cloned().or_throw(404, "no such user")
        })
        .post("/", async |ctx| {
            ctx.set_status(201);
            Ok(Json("made"))
        })
        .route("/route/:x", Route::new().with(passing).get(named).put(async |_| "put"));
    let app = App::new().share(Arc::new(Users(vec!["ana".into(), "bo".into()]))).plug(users);
    let client = Client(app.callback());
    for (path, status, text) in [
        ("/users", 200, "[\"ana\",\"bo\"]"),
        ("/users/named", 200, "named /users/named"),
        ("/users/text", 200, "text"),
        ("/users/nothing", 204, ""),
        ("/users/captured", 200, "captured"),
        ("/users/1", 200, "bo"),
        ("/users/9", 404, "no such user"),
        ("/users/route/1", 200, "named /users/route/1"),
    ] {
        let answer = client.get(path);
        assert_eq!((answer.status.as_u16(), &*answer.text), (status, text), "{path}");
    }
    assert_eq!(client.get("/users/x").status, 400);
    assert_eq!(client.send("POST", "/users").status, 201);
}

#[test]
fn an_empty_router_passes_everything_on() {
    let app = App::new().plug(Router::new()).with(async |ctx, _next| ctx.set_body("below"));
    assert_eq!(Client(app.callback()).text("/").unwrap(), "below");
    assert!(Router::new().routes().is_empty());
}
