//! Modular routers: each knows its own paths, and the app plugs them in under a prefix.
//!
//! What a path does not allow is 405 with `Allow`; what no router knows is 404.

use cepa::prelude::*;

fn home() -> Router {
    Router::new().get("/", async |_| "home").get("/404", async |_| "a page about missing pages")
}

fn users() -> Router {
    Router::new()
        .prefix("/users")
        .get("/", async |ctx| {
            let page: u32 = ctx.query("page")?.unwrap_or(1);
            Ok(format!("users, page {page}"))
        })
        .get("/:id", async |ctx| {
            let id: u64 = ctx.param("id")?;
            Ok(Json(json!({ "id": id })))
        })
        .post("/", async |ctx| {
            ctx.set_status(201);
            "created"
        })
}

fn api() -> Router {
    Router::new()
        .with(async |ctx, next| {
            next.run(ctx).await?;
            ctx.set("x-api", "1")
        })
        .nest("/", users())
}

pub(crate) fn app() -> App {
    App::new().plug(home()).plug(Router::new().nest("/api", api()))
}

#[tokio::main]
async fn main() -> Result {
    app().listen("127.0.0.1:3000").await
}
