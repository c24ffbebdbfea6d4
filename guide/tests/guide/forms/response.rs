//! Koa's response.

use std::time::SystemTime;

use bytes::Bytes;
use cepa::prelude::*;
use cepa::{Disposition, http};
use futures_util::stream;
use tokio::fs::File;

const PIXEL: &[u8] = b"GIF89a";

async fn head(ctx: &mut Context) -> Result {
    ctx.status();
    ctx.set_status(201);
    ctx.response.is_status_set();
    ctx.status().canonical_reason();
    ctx.response.get("x-onion");
    ctx.has("x-onion");
    ctx.set("x-onion", "red")?;
    for (name, value) in [("x-onion", "red"), ("x-leek", "green")] {
        ctx.set(name, value)?;
    }
    ctx.append("set-cookie", "a=1")?;
    ctx.remove("x-onion");
    &ctx.response.headers;
    ctx.vary("Accept, Origin")?;
    ctx.flush_headers();
    ctx.length();
    ctx.response.set_length(5);
    ctx.content_type();
    ctx.set_type("html")?;
    ctx.response.is(&["html"]);
    ctx.set_etag("v1")?;
    ctx.response.get("etag");
    ctx.set_last_modified(SystemTime::now());
    ctx.response.get("last-modified");
    format!("{:?}", ctx.response);
    Ok(())
}

async fn bodies(ctx: &mut Context, text: String, chunks: Vec<std::io::Result<Bytes>>) -> Result {
    ctx.set_body("onion")?;
    ctx.set_body(text)?;
    ctx.set_body(Bytes::from_static(b"onion"))?;
    ctx.set_body(vec![0_u8, 255])?;
    ctx.set_body(PIXEL)?;
    ctx.set_body(Json(json!({ "id": 7 })))?;
    ctx.set_body(json!({ "id": 7 }))?;
    ctx.set_body(Json(Value::Null))?;
    ctx.set_body(None::<&str>)?;
    ctx.set_body(Body::empty())?;
    ctx.set_body(Body::stream(stream::iter(chunks)))?;
    ctx.set_body(Body::reader(File::open("big.log").await?))?;
    let file = File::open("big.log").await?;
    let size = file.metadata().await?.len();
    ctx.set_body(Body::file(file, size))?;
    ctx.response.body = Body::from("wrapped");
    ctx.response.body.take();
    ctx.response.body.is_unset();
    Ok(())
}

async fn leading(ctx: &mut Context) -> Result {
    ctx.redirect("/login")?;
    ctx.set_status(301);
    ctx.redirect("https://onions.example/")?;
    ctx.back("/")?;
    ctx.attachment("日本.csv");
    ctx.attachment("");
    let inline = Disposition::inline("plans.pdf").header_value();
    ctx.set(http::header::CONTENT_DISPOSITION, inline)?;
    Disposition::attachment("€.pdf").fallback("rates.pdf")?;
    Disposition::attachment("€.pdf").without_fallback();
    Ok(())
}
