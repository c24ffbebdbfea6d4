//! Careful browsers; `conformance/koa` compares the values with koa-helmet.

use std::panic::catch_unwind;

use cepa_core::App;
use cepa_kit::{Csp, CspNonce, Helmet, helmet};
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
    refused(|| drop(Csp::new().nonce("child-src")));
}

fn with_nonce(helmet: Helmet) -> Client {
    Client::new(App::new().plug(helmet).with(async |ctx, _next| {
        let nonce = ctx.state.get::<CspNonce>().map_or_else(String::new, ToString::to_string);
        ctx.set_body(nonce)
    }))
}

#[tokio::test]
async fn a_nonce_is_new_for_each_request_and_the_same_in_each_directive() {
    let policy = Csp::empty()
        .directive("script-src", ["'self'"])
        .directive("style-src", ["'none'"])
        .nonce("script-src")
        .nonce("style-src");
    let client = with_nonce(helmet().content_security_policy(policy));
    let mut nonces = Vec::new();
    for _ in 0..2 {
        let response = client.get("/").send().await;
        let nonce = response.text();
        assert_eq!(nonce.len(), 24);
        let expected =
            format!("script-src 'self' 'nonce-{nonce}';style-src 'none' 'nonce-{nonce}'");
        assert_eq!(response.get("content-security-policy"), expected);
        nonces.push(nonce.to_owned());
    }
    assert_ne!(nonces[0], nonces[1]);
}

#[tokio::test]
async fn a_policy_with_a_nonce_can_be_replaced_and_left_out() {
    let nonced = || helmet().content_security_policy(Csp::new().nonce("script-src").report_only());
    let response = with_nonce(nonced()).get("/").send().await;
    assert!(response.get("content-security-policy-report-only").contains("'nonce-"));
    assert_eq!(response.get("content-security-policy"), "");
    let left_out = nonced().without("content-security-policy-report-only");
    let replaced = nonced().content_security_policy(Csp::new());
    for helmet in [left_out, replaced] {
        let response = with_nonce(helmet).get("/").send().await;
        assert!(response.text().is_empty() && !format!("{:?}", response.headers).contains("nonce"));
    }
}
