//! Express's way of working: several handlers in a row for one route, and a static folder under a path.

use cepa::prelude::*;

struct User(&'static str);

/// `app.get("/secret", authenticate, greet)` in Express.
fn secret() -> Route {
    Route::new()
        .with(async |ctx, next| {
            let user = match ctx.get("authorization") {
                Some("Bearer onion") => User("ana"),
                _ => return ctx.throw(401, "say who you are"),
            };
            ctx.state.insert(user);
            next.run(ctx).await
        })
        .with(async |ctx, next| {
            ctx.set("cache-control", "no-store")?;
            next.run(ctx).await
        })
        .get(async |ctx| {
            let user = ctx.state.get::<User>().or_throw(500, "no user")?;
            Ok(format!("Hello, {}", user.0))
        })
}

pub(crate) fn app(folder: &str) -> App {
    App::new()
        .plug(serve(folder).at("/assets"))
        .plug(Router::new().get("/", async |_| "public").route("/secret", secret()))
}

#[tokio::main]
async fn main() -> Result {
    app("public").listen("127.0.0.1:3000").await
}
