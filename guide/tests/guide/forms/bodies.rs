//! @koa/bodyparser, koa-body, multer.

use cepa::body::{BodyLimits, UploadLimits, UploadStore};
use cepa::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct NewUser {
    name: String,
}

async fn parsing(ctx: &mut Context) -> Result {
    let new: NewUser = ctx.body_json().await?;
    let new: NewUser = ctx.body_form().await?;
    let any: Value = ctx.body_any().await?;
    let any = ctx.body_any::<Value>().await;
    ctx.body_text().await?;
    ctx.body_bytes().await?;
    let any: Value = ctx.read_body().strict().json().await?;
    let big: Value = ctx.read_body().limit(8 << 20).json().await?;
    let odd: Value = ctx.read_body().any_type().json().await?;
    let signed = ctx.body_bytes().await?;
    let parsed: Value = ctx.body_json().await?;
    match ctx.body_json::<NewUser>().await {
        Ok(new) => ctx.set_body(new.name),
        Err(error) => ctx.set_body(format!("not understood: {error}")),
    }
}

async fn by_type(ctx: &mut Context) -> Result<Value> {
    match ctx.is(&["json", "urlencoded"]) {
        Some("json") => ctx.body_json().await,
        Some(_) => ctx.body_form().await,
        None => ctx.throw(415, "JSON or a form"),
    }
}

fn limits(app: App) -> App {
    app.share(Arc::new(BodyLimits { json: 64 * 1024, form_depth: 3, ..BodyLimits::default() }))
}

fn uploads(upload: Upload, store: impl UploadStore) -> Upload {
    Upload::new().store(store);
    Upload::new().strict();
    Upload::new().disk("pictures").synced();
    Upload::new().single("picture").disk("pictures");
    Upload::new().array("pictures", 12);
    Upload::new().fields([("avatar", 1), ("gallery", 8)]);
    Upload::new().none();
    Upload::new().any();
    Upload::new().memory();
    Upload::new().disk("pictures");
    Upload::new().filter(|_part| Ok(false));
    let limits = UploadLimits { files: 3, ..UploadLimits::default() };
    (limits.file_size, limits.files, limits.parts);
    (limits.fields, limits.field_size, limits.field_name_size);
    (limits.index, limits.part_headers);
    upload
        .name(|part| format!("onion.{}", part.extension().unwrap_or("bin")))
        .filter(|part| Ok(part.content_type() == "image/png"))
        .limits(limits)
        .file_size(1 << 20)
}

async fn receiving(ctx: &mut Context, upload: Upload) -> Result {
    let form = ctx.upload(&upload).await?;
    let file = form.file("picture").or_throw(422, "no picture")?;
    form.files();
    form.field("title");
    form.pairs();
    let fields: NewUser = form.fields()?;
    (file.field(), file.name(), file.content_type(), file.size());
    (file.path(), file.stored_name());
    file.bytes();
    form.discard().await
}
