//! Koa's request.

use cepa::http::Method;
use cepa::prelude::*;

async fn reading(ctx: &mut Context) {
    &ctx.request.headers;
    ctx.request.get("referer");
    ctx.request.method == Method::GET;
    ctx.request.url();
    ctx.request.path();
    ctx.query_string();
    ctx.request.query();
    ctx.get("origin");
    ctx.href();
    ctx.host();
    ctx.hostname();
    ctx.subdomains(2);
    ctx.protocol();
    ctx.is_secure();
    ctx.ips();
    ctx.ip();
    ctx.fresh();
    !ctx.fresh();
    ctx.method().is_idempotent();
    ctx.request.peer;
    ctx.request.encrypted;
    ctx.request.version;
    ctx.request.content_type();
    ctx.request.charset();
    ctx.request.length();
    ctx.accepts(&["html", "json"]);
    ctx.accepts_encodings(&["br", "gzip"]);
    ctx.accepts_charsets(&["utf-8"]);
    ctx.accepts_languages(&["de", "en"]);
    ctx.request.preferences("accept-language");
    ctx.is(&["json", "image/*", "+json", "urlencoded"]);
    format!("{:?}", ctx.request);
}

async fn changing(ctx: &mut Context) {
    ctx.request.method = Method::PUT;
    ctx.request.set_url("/new?page=2");
    ctx.request.set_path("/new");
    ctx.request.set_query_string("page=2");
    ctx.request.set_query([("page", "2"), ("tag", "red onion")]);
    ctx.request.peer = None;
    ctx.request.headers.remove("cookie");
}
