//! `@koa/multer` in memory: fields and files come back as JSON.

use cepa::body::UploadLimits;
use cepa::prelude::*;

fn app(upload: Upload) -> App {
    App::new().with(async move |ctx, _next| {
        if ctx.is(&["multipart"]).is_none() {
            return ctx.set_body(Json(json!({ "fields": {}, "files": [] })));
        }
        let form = ctx.upload(&upload).await?;
        let fields: Value = form.fields()?;
        let file = |file: &cepa::body::UploadedFile| {
            let bytes = file.bytes().cloned().unwrap_or_default();
            let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
            // multer leaves parameters out.
            let kind = file.content_type().split(';').next().unwrap_or_default();
            json!([file.field(), file.name(), kind, file.size(), text])
        };
        let files: Vec<Value> = form.files().iter().map(file).collect();
        ctx.set_body(Json(json!({ "fields": fields, "files": files })))
    })
}

pub(super) fn programs() -> Vec<(&'static str, App)> {
    let small = UploadLimits {
        file_size: 10,
        files: 2,
        fields: 2,
        field_size: 10,
        field_name_size: 10,
        parts: 3,
        ..UploadLimits::default()
    };
    vec![
        ("uploads", app(Upload::new().any())),
        ("uploads-single", app(Upload::new().single("picture"))),
        ("uploads-array", app(Upload::new().array("pictures", 2))),
        ("uploads-fields", app(Upload::new().fields([("one", 1), ("two", 2)]))),
        ("uploads-none", app(Upload::new().none())),
        ("uploads-small", app(Upload::new().any().limits(small))),
        (
            "uploads-filter",
            app(Upload::new().any().filter(|part| Ok(part.content_type() == "image/png"))),
        ),
    ]
}
