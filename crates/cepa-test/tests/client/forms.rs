//! Forms and uploads reach the app as browsers send them.

use cepa_body::{BodyExt, Upload};
use cepa_core::{App, Json};
use cepa_test::{Client, Multipart};
use serde_json::{Value, json};

#[tokio::test]
async fn a_form_is_encoded() {
    let client = Client::new(App::new().with(async |ctx, _next| {
        let form: Value = ctx.body_form().await?;
        ctx.set_body(Json(form))
    }));
    let form = [("name", "Zwiebel & Söhne"), ("tags[]", "red"), ("tags[]", "a+b = c%")];
    let expected = json!({ "name": "Zwiebel & Söhne", "tags": ["red", "a+b = c%"] });
    client.post("/").form(form).await.expect_status(200).expect_json(expected);
}

#[tokio::test]
async fn a_query_is_encoded_and_added() {
    let client = Client::new(App::new().with(async |ctx, _next| {
        let url = ctx.url().to_owned();
        ctx.set_body(url)
    }));
    let call = client.get("/find?page=2").query("q", "red onion & co").query("limit", 10);
    call.await.expect_text("/find?page=2&q=red+onion+%26+co&limit=10");
}

#[tokio::test]
async fn a_multipart_form_is_read_as_it_was_meant() {
    let client = Client::new(App::new().with(async |ctx, _next| {
        let form = ctx.upload(&Upload::new()).await?;
        let files: Vec<_> = form
            .files()
            .iter()
            .map(|file| {
                json!([
                    file.field(),
                    file.name(),
                    file.content_type(),
                    file.bytes().map(|b| b.to_vec())
                ])
            })
            .collect();
        ctx.set_body(Json(json!({ "files": files, "title": form.field("a \"title\"") })))
    }));
    let form = Multipart::new()
        .text("a \"title\"", "Größe\r\nzwei")
        .file("f", "rot \"1\".png", [0, 255])
        .file_of_type("f", "x", "text/x-onion", "")
        .part(&[("content-disposition", "form-data; name=g; filename=plain.bin")], "p");
    client.post("/").multipart(form).await.expect_status(200).expect_json(json!({
        "files": [
            ["f", "rot \"1\".png", "image/png", [0, 255]],
            ["f", "x", "text/x-onion", []],
            ["g", "plain.bin", "text/plain", [112]],
        ],
        "title": "Größe\r\nzwei",
    }));
}

#[tokio::test]
async fn a_cut_upload_is_a_bad_request() {
    let client = Client::new(App::new().with(async |ctx, _next| {
        ctx.upload(&Upload::new()).await?;
        ctx.set_body("")
    }));
    let form = Multipart::new().file("f", "onion.txt", "red");
    let (kind, mut bytes) = (form.content_type(), form.into_bytes());
    bytes.truncate(bytes.len() / 2);
    client.post("/").header("content-type", kind).body(bytes).await.expect_status(400);
}
