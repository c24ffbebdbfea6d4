//! A form, read into whatever shape it has: the answer is the client's fault or a value of bounded depth.
#![no_main]

use std::sync::OnceLock;

use cepa_body::BodyExt;
use cepa_core::http::{HeaderValue, Method, header};
use cepa_core::{App, Body, Callback, Json, Request};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fn app() -> &'static Callback {
    static APP: OnceLock<Callback> = OnceLock::new();
    APP.get_or_init(|| {
        App::new()
            .on_error(|_error, _ctx| {})
            .with(async |ctx, _next| {
                let form: Value = ctx.body_form().await?;
                ctx.set_body(Json(form))
            })
            .callback()
    })
}

fuzz_target!(|data: &[u8]| {
    let mut request = Request::new(Method::POST, "/");
    let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
    request.headers.insert(header::CONTENT_TYPE, kind);
    request.body = Body::from(data.to_vec());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let answer = runtime.block_on(app().handle(request));
    assert!(answer.status().as_u16() < 500, "{}", answer.status());
});
