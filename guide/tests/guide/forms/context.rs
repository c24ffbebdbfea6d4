//! Koa's context.

use cepa::http::Method;
use cepa::prelude::*;

struct User;

#[derive(serde::Deserialize)]
struct Search {
    page: Option<u32>,
}

async fn a_client_that_leaves(ctx: &mut Context) -> Result<u64> {
    let gone = cepa::CancellationToken::new();
    let _guard = gone.clone().drop_guard();
    let sum = move || (0..u64::MAX).take_while(|_| !gone.is_cancelled()).sum();
    Ok(tokio::task::spawn_blocking(sum).await?)
}

fn refused() -> Result {
    Err(Error::new(403, "not yours"))
}

async fn context(ctx: &mut Context, name: Option<&str>, found: Option<User>) -> Result {
    let (request, response) = (&ctx.request, &mut ctx.response);
    ctx.original_url();
    ctx.state.insert(User);
    ctx.state.get::<User>();
    ctx.shared::<Vec<u8>>();
    ctx.cookies();
    ctx.assert(name.is_some(), 400, "name required")?;
    let user = found.or_throw(404, "no such user")?;
    format!("{ctx:?}");
    ctx.throw(403, "not yours")
}

async fn delegated(ctx: &mut Context) -> Result {
    ctx.get("accept");
    ctx.is(&["json"]);
    ctx.accepts(&["html", "json"]);
    ctx.method();
    ctx.path();
    ctx.url();
    let page: u32 = ctx.query("page")?.unwrap_or(1);
    let search: Search = ctx.query_as()?;
    ctx.href();
    ctx.query_string();
    ctx.subdomains(2);
    ctx.ips();
    ctx.length();
    ctx.content_type();
    ctx.flush_headers();
    &ctx.request.headers;
    ctx.host();
    ctx.hostname();
    ctx.protocol();
    ctx.is_secure();
    ctx.ip();
    ctx.fresh();
    ctx.status();
    ctx.set_status(201);
    ctx.set_body("onion")?;
    ctx.set("x-onion", "red")?;
    ctx.append("link", "</style.css>; rel=preload")?;
    ctx.remove("x-onion");
    ctx.has("x-onion");
    ctx.vary("Origin")?;
    ctx.set_type("html")?;
    ctx.set_etag("v1")?;
    ctx.set_last_modified(std::time::SystemTime::now());
    ctx.redirect("/login")?;
    ctx.back("/")?;
    ctx.attachment("plans.pdf");
    ctx.request.set_path("/other");
    ctx.request.method = Method::PUT;
    Ok(())
}
