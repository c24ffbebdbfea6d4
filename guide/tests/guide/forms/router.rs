//! @koa/router.

use cepa::prelude::*;

async fn list(ctx: &mut Context) -> &'static str {
    "all"
}

async fn show(ctx: &mut Context) -> Result<String> {
    let id: u64 = ctx.param("id")?;
    let page: Option<u32> = ctx.try_param("page")?;
    Ok(format!("{id} {page:?} {:?}", ctx.route))
}

async fn check(ctx: &mut Context, next: Next<'_>) -> Result {
    next.run(ctx).await
}

fn options(router: Router) -> Router {
    Router::new();
    router.prefix("/users").sensitive().strict().host("api.example").host("*.api.example")
}

fn registering(router: Router, users: Router, admin: Router) -> Router {
    router
        .get("/users", list)
        .post("/users", async |ctx| ctx.set_status(201))
        .get(["/onions", "/leeks/:id<u64>"], show)
        .put("/users/:id", show)
        .patch("/users/:id", show)
        .delete("/users/:id", show)
        .head("/users", list)
        .options("/users", list)
        .all("/anything", list)
        .on("PROPFIND", "/users", list)
        .get("/users/:id", show)
        .name("user")
        .route("/users/:id/posts", Route::new().with(check).get(list).post(list))
        .with(check)
        .plug(cepa::kit::etag())
        .nest("/users", users)
        .nest("/admin", Router::new().with(check).nest("", admin))
        .redirect("/old/:id", "/new/:id", 301)
        .param("user", async |value, ctx, next| next.run(ctx).await)
}

fn patterns(router: Router) -> Router {
    router
        .get("/:id", list)
        .get("/files/*path", list)
        .get("/posts{/:page}", list)
        .get("/a\\:b", list)
        .get("/n/:id<u64>", list)
        .get("/y/:year<[0-9]{4}>", list)
        .get("/café", list)
}

fn urls(router: &Router, app: &App) -> Result {
    router.url("user", &[("id", "3")])?;
    router.url_with_query("user", &[("id", "3")], &[("page", "2")])?;
    Router::url_of("/users/:id", &[("id", "3")])?;
    router.routes();
    app.routes();
    router.unreachable();
    router.warnings();
    Ok(())
}

async fn not_allowed(ctx: &mut Context, next: Next<'_>) -> Result {
    next.run(ctx).await?;
    ctx.route.is_some();
    if [405, 501].contains(&ctx.status().as_u16()) {
        return ctx.throw(404, "");
    }
    Ok(())
}

async fn not_found(ctx: &mut Context, next: Next<'_>) -> Result {
    next.run(ctx).await?;
    if ctx.status() == 404 && !ctx.response.is_status_set() {
        ctx.set_body("nothing here")?;
    }
    Ok(())
}
