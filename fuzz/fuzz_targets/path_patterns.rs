//! A line of patterns and a path: a pattern is taken or refused in words, and a path is matched or not, in
//! linear time (libFuzzer's deadline sees to that), whatever stands in either.
#![no_main]

use std::panic::{catch_unwind, set_hook, take_hook};

use cepa_core::http::{Method, Uri};
use cepa_core::{App, Body, Request};
use cepa_router::Router;
use libfuzzer_sys::fuzz_target;

/// What is no pattern is a panic that points at the program which wrote it: at this file. Any other
/// panic is a finding.
fn expect_refusals() {
    let before = take_hook();
    set_hook(Box::new(move |panic| {
        if panic.location().is_none_or(|location| !location.file().ends_with("path_patterns.rs")) {
            before(panic);
        }
    }));
}

fuzz_target!(init: expect_refusals(), |data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Some((patterns, path)) = text.split_once('\n') else { return };
    let router = catch_unwind(|| {
        patterns.split(' ').fold(Router::new(), |router, pattern| {
            router.get(pattern, async |ctx| ctx.path().to_owned())
        })
    });
    let Ok(router) = router else { return };
    let _ = (router.routes(), router.unreachable());
    let Ok(uri) = path.parse::<Uri>() else { return };
    let mut request = cepa_core::http::Request::new(Body::default());
    (*request.method_mut(), *request.uri_mut()) = (Method::GET, uri);
    let callback = App::new().plug(router).callback();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let answer = runtime.block_on(callback.handle(Request::from(request)));
    assert!(answer.status().as_u16() < 500, "{}", answer.status());
});
