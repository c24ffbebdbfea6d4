//! Uploads: one file, or several, stored under generated names.

use cepa::prelude::*;

const FORM: &str = "<form method=post action=/one enctype=multipart/form-data>
<input type=file name=picture><button>one</button></form>
<form method=post action=/many enctype=multipart/form-data>
<input type=file name=pictures multiple><button>many</button></form>";

pub(crate) fn app(folder: &str) -> App {
    // Names are generated: 32 hexadecimal digits and the extension of the original.
    let one = Upload::new().single("picture").disk(folder);
    let many = Upload::new().array("pictures", 3).disk(folder);
    let router = Router::new()
        .get("/", async |_| FORM)
        .post("/one", async move |ctx| {
            let form = ctx.upload(&one).await?;
            let file = form.file("picture").or_throw(422, "no picture came")?;
            let (was, stored) = (file.name(), file.stored_name());
            Ok(Json(json!({ "was": was, "stored": stored, "size": file.size() })))
        })
        .post("/many", async move |ctx| {
            let form = ctx.upload(&many).await?;
            Ok(Json(form.files().len()))
        });
    App::new().plug(router)
}

#[tokio::main]
async fn main() -> Result {
    app("uploads").listen("127.0.0.1:3000").await
}
