//! The packages around Koa.

use std::time::Duration;

use cepa::kit::*;
use cepa::prelude::{App, Context, CsrfExt, JwtExt, Result, Router};
use serde::Deserialize;

#[derive(Deserialize)]
struct Claims {
    sub: String,
}

fn packages(inner: App, hour: Duration, pem: &[u8], redis: cepa::redis::Redis) -> Result {
    cors();
    cors().origin("https://a.example").origin("https://*.b.example").credentials();
    cors().origin_where(|origin| origin.ends_with(".test"));
    cors().allow_methods(["GET", "PUT"]).allow_headers(["x-onion"]).expose_headers(["x-onion"]);
    cors().max_age(hour).private_network().secure_context();
    helmet();
    helmet().without("x-frame-options").frames(Frames::Deny).hsts(hour, true, false);
    helmet().content_security_policy(Csp::new().directive("img-src", ["'self'", "data:"]));
    Csp::new().nonce("script-src");
    compress();
    compress().threshold(4096).codings([Coding::Brotli, Coding::Gzip]).level(Coding::Brotli, 5);
    compress().filter(|kind| kind == "application/x-onion");
    etag();
    etag().weak(true);
    conditional_get();
    rate_limit(100, hour);
    rate_limit(100, hour).client(|ctx| ctx.get("x-api-key").map(str::to_owned));
    rate_limit(100, hour).exempt(|ctx| ctx.path() == "/health").deny(|ctx| ctx.ip().is_none());
    rate_limit(100, hour).headers(RateHeaders::Standard).message("slower").status(429);
    rate_limit(100, hour).store(MemoryRates::new()).on_limited(|ctx, state| eprintln!("{state:?}"));
    rate_limit(100, hour).store(redis.rates()).pass_when_store_fails();
    jwt("a long secret");
    jwt("newest").or_secret("older").audience("shop").issuer("us").cookie("token").optional();
    jwt_key(JwtKey::rsa_pem(pem)?).revoked_when(async |claims| Ok(false)).show_cause(true);
    jwt("s").token(|ctx| ctx.query("token")).unless(|ctx| ctx.path() == "/login");
    basic_auth("ana", "secret").user("bo", "other").realm("Cellar");
    basic_auth_where(|name, password| name == password);
    response_time();
    response_time().precise(true);
    logger();
    logger().json().sink(|line| eprintln!("{line}"));
    favicon("public/favicon.ico").max_age(hour).mime("image/png");
    no_favicon();
    mount("/shop", inner);
    pretty_json();
    pretty_json().spaces(4).when_query("pretty");
    request_id();
    request_id().header("x-request-id").trust_client(false).query("requestId");
    cache_control().public().max_age(hour).stale_while_revalidate(hour);
    csrf();
    csrf().cookie("xsrf").trust_origin("https://a.example").token_in_query(true);
    rewrite("/i/:id", "/items/:id");
    method_override();
    timeout(hour).status(408);
    vhost("*.a.example", Router::new());
    health("/health").check("db", async || Ok(()));
    Ok(())
}

fn only_encrypted() -> App {
    App::new().with(async |ctx, next| {
        if ctx.is_secure() {
            return next.run(ctx).await;
        }
        ctx.set_status(308);
        ctx.redirect(&format!("https://{}{}", ctx.hostname(), ctx.url()))
    })
}

async fn in_handlers(ctx: &mut Context) -> Result {
    let claims: Claims = ctx.claims()?;
    ctx.csrf_token()?;
    ctx.state.get::<RequestId>();
    ctx.state.get::<RateState>();
    ctx.state.insert(Compression::Never);
    ctx.state.insert(Compression::Always);
    Ok(())
}
