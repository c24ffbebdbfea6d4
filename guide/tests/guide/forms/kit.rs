//! The packages around Koa.

use std::time::Duration;

use cepa::http::Method;
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
    cors().origin_for(async |ctx| ctx.query("site"));
    cors().origin("https://a.example").credentials_for(async |ctx| Ok(ctx.path() == "/account"));
    cors().allow_methods(["GET", "PUT"]).allow_headers(["x-onion"]).expose_headers(["x-onion"]);
    cors().max_age(hour).private_network().secure_context();
    helmet();
    helmet().without("x-frame-options").frames(Frames::Deny).hsts(hour, true, false);
    helmet().content_security_policy(Csp::new().directive("img-src", ["'self'", "data:"]));
    Csp::new().nonce("script-src");
    compress();
    compress().threshold(4096).codings([Coding::Brotli, Coding::Gzip]).level(Coding::Brotli, 5);
    compress().threshold_for(|ctx| if ctx.path() == "/feed" { 256 } else { 4096 });
    compress().level_for(|_ctx, coding| (coding != Coding::Brotli).then_some(6));
    compress().default_coding(Coding::Gzip).wildcard_coding(Coding::Brotli);
    compress().filter(|kind| kind == "application/x-onion");
    etag();
    etag().weak(true);
    conditional_get();
    rate_limit(100, hour);
    rate_limit(100, hour).client(|ctx| ctx.get("x-api-key").map(str::to_owned));
    rate_limit(100, hour).exempt(|ctx| ctx.path() == "/health").deny(|ctx| ctx.ip().is_none());
    rate_limit(100, hour).exempt_when(async |ctx| Ok(ctx.path() == "/health"));
    rate_limit(100, hour).deny_when(async |ctx| Ok(ctx.ip().is_none()));
    rate_limit(100, hour).message("slower").status(429);
    rate_limit(100, hour).headers(RateHeaders::None);
    rate_limit(100, hour).header_names("x-total", "x-left", "x-reset");
    rate_limit(100, hour).namespace("login");
    rate_limit(100, hour).store(MemoryRates::new()).on_limited(|ctx, state| eprintln!("{state:?}"));
    rate_limit(100, hour).store(redis.rates()).pass_when_store_fails();
    jwt("a long secret");
    jwt("newest").or_secret("older").audience("shop").issuer("us").cookie("token").optional();
    jwt_key(JwtKey::rsa_pem(pem)?).revoked_when(async |ctx| Ok(ctx.path() == "/")).show_cause(true);
    jwt_key_for(async |header| Ok(header.key_id.map(JwtKey::secret)));
    jwt_key_in_state();
    jwt("s").subject("ana").token_id("t1").max_age(hour).algorithms(["HS256"]);
    jwt("s").leeway(hour).ignore_expiry();
    jwt("s").require_expiry();
    jwt("s").token(|ctx| ctx.request.query_value("token")).unless(|ctx| ctx.path() == "/login");
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
    https_only();
    https_only().port(8443).host("onions.example").temporary().ignore_url().status(403);
    https_only().redirect_methods([Method::GET, Method::POST]);
    vhost("*.a.example", Router::new());
    health("/health").check("db", async || Ok(()));
    Ok(())
}

async fn in_handlers(ctx: &mut Context) -> Result {
    let claims: Claims = ctx.claims()?;
    ctx.csrf_token()?;
    ctx.state.get::<RequestId>();
    ctx.state.get::<RateState>();
    ctx.state.insert(JwtKey::secret("the tenant's long secret"));
    ctx.state.get::<JwtClaims>().map(|known| known.token.as_str());
    ctx.state.get::<JwtRefusal>();
    ctx.state.get::<MountPath>().map(MountPath::as_str);
    ctx.state.insert(Compression::Never);
    ctx.state.insert(Compression::Always);
    Ok(())
}
