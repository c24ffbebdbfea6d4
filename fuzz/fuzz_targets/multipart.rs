//! A multipart body with the boundary `onion`: whatever it is, the answer is the client's fault or a form.
#![no_main]

use std::sync::OnceLock;

use cepa_body::{BodyExt, Upload};
use cepa_core::http::{HeaderValue, Method, header};
use cepa_core::{App, Body, Callback, Request};
use libfuzzer_sys::fuzz_target;

fn app() -> &'static Callback {
    static APP: OnceLock<Callback> = OnceLock::new();
    APP.get_or_init(|| {
        let upload = Upload::new().memory().any();
        App::new()
            .on_error(|_error, _ctx| {})
            .with(async move |ctx, _next| {
                let form = ctx.upload(&upload).await?;
                for file in form.files() {
                    assert!(!file.name().contains(['/', '\0']));
                }
                ctx.set_body("")
            })
            .callback()
    })
}

fuzz_target!(|data: &[u8]| {
    let mut request = Request::new(Method::POST, "/");
    let kind = HeaderValue::from_static("multipart/form-data; boundary=onion");
    request.headers.insert(header::CONTENT_TYPE, kind);
    request.body = Body::from(data.to_vec());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let answer = runtime.block_on(app().handle(request));
    assert!(answer.status().as_u16() < 500, "{}", answer.status());
});
