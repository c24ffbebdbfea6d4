//! Koa's application, and its life of a request.

use cepa::prelude::*;
use cepa::{Limits, Proxies, Request, Shutdown, http};
use cepa_test::Client;

fn building(db: Arc<Vec<u8>>, api: App) {
    App::new();
    let app = App::new()
        .with(async |ctx, next| next.run(ctx).await)
        .plug(api)
        .share(db)
        .keys(["newest", "older"])
        .trust(Proxies::hops(1))
        .on_error(|error, ctx| eprintln!("{} {error}", ctx.path()))
        .on_error(|_, _| {})
        .render_error(cepa::kit::error_page(cfg!(debug_assertions)))
        .render_error(|error, ctx| ctx.set_body(format!("<h1>{}</h1>", error.status())));
    let callback = app.callback();
}

async fn proxies(app: App) -> Result {
    let app = app.trust(Proxies::networks(["10.0.0.0/8"])?);
    let app = app.trust(Proxies::hops(2).address_field("x-real-ip".parse()?));
    Ok(())
}

async fn serving(app: App, limits: Limits) -> Result {
    let app = app.limits(limits);
    app.listen("127.0.0.1:3000").await
}

async fn served(app: App) -> Result {
    let server = Server::new(app).bind("127.0.0.1:0").await?;
    let address = server.local_addr();
    let shutdown: Shutdown = server.shutdown();
    shutdown.begin();
    server.serve().await
}

async fn called(app: App, request: Request) {
    let callback = app.callback();
    Server::new(callback.clone());
    let mut ctx = callback.context(Request::new(http::Method::GET, "/"));
    callback.handle(request).await;
    Client::new(App::new()).get("/").await;
}

/// Koa's `app.context.hello = ..`.
trait Hello {
    fn hello(&self) -> String;
}

impl Hello for Context {
    fn hello(&self) -> String {
        format!("hello, {}", self.path())
    }
}

async fn onion(ctx: &mut Context, next: Next<'_>) -> Result {
    let stack = Stack::new().with(async |ctx, next| next.run(ctx).await);
    stack.run(ctx).await?;
    ctx.spawn(async { Ok(()) });
    ctx.closing().cancelled().await;
    ctx.state.insert(7_u32);
    next.run(ctx).await
}

fn errors() -> Error {
    Error::new(404, "no such user");
    Error::new(503, "down for repair").expose(true);
    Error::new(401, "who are you?")
        .with_header(http::header::WWW_AUTHENTICATE, http::HeaderValue::from_static("Basic"))
}
