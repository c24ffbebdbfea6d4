//! What a client sends, and what was understood of it: `/raw`, `/echo`, `/upload`.

use std::path::Path;

use cepa::prelude::*;

pub(crate) fn router(uploads: Option<&Path>) -> Router {
    let upload = match uploads {
        Some(folder) => Upload::new().disk(folder),
        None => Upload::new(),
    };
    Router::new()
        .all("/raw", async |ctx| ctx.body_bytes().await)
        .post("/echo", async |ctx| ctx.body_any::<Value>().await)
        .post("/upload", async move |ctx| {
            let form = ctx.upload(&upload).await?;
            let files = form.files().iter().map(|file| {
                json!({
                    "field": file.field(),
                    "name": file.name(),
                    "size": file.size(),
                    "type": file.content_type(),
                    "stored": file.stored_name(),
                })
            });
            Ok(Json(files.collect::<Value>()))
        })
}
