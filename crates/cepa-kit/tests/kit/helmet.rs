//! Careful browsers; `koa` compares the values with koa-helmet.

use std::panic::catch_unwind;

use cepa_core::App;
use cepa_kit::{Csp, helmet};
use cepa_test::Client;

#[tokio::test]
async fn a_handler_may_replace_a_header_and_errors_keep_them() {
    let app = App::new().plug(helmet()).with(async |ctx, _next| match ctx.path() {
        "/own" => {
            ctx.set("content-security-policy", "default-src 'none'")?;
            ctx.set_body("ok")
        }
        _ => ctx.throw(404, "no"),
    });
    let client = Client::new(app);
    let own = client.get("/own").send().await;
    assert_eq!(own.get("content-security-policy"), "default-src 'none'");
    let thrown = client.get("/").send().await;
    assert_eq!((thrown.status.as_u16(), thrown.get("x-content-type-options")), (404, "nosniff"));
}

#[test]
fn slips_do_not_pass() {
    let refused = |build: fn()| assert!(catch_unwind(build).is_err());
    refused(|| drop(helmet().without("x-unknown")));
    refused(|| drop(helmet().referrer_policy(["nowhere"])));
    refused(|| drop(helmet().referrer_policy([])));
    refused(|| drop(helmet().cross_domain_policies("some")));
    refused(|| drop(Csp::new().directive("script-src", ["self"])));
    refused(|| drop(Csp::new().directive("script-src", ["nonce-abc"])));
    refused(|| drop(Csp::new().directive("script-src", ["'self'; img-src *"])));
    refused(|| drop(Csp::new().directive("script-src", ["a,b"])));
    refused(|| drop(Csp::new().directive("script-src", ["a\r\nb"])));
    refused(|| drop(Csp::new().directive("Script Src", ["'self'"])));
    refused(|| drop(Csp::new().without("child-src")));
}
