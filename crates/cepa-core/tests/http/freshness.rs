//! `fresh` by RFC 9110, 13: the tag decides when the client sent one, the date else.

use std::time::{Duration, UNIX_EPOCH};

use cepa_core::App;
use cepa_test::Client;

const OLD: &str = "Thu, 01 Jan 1970 00:00:10 GMT";
const NEW: &str = "Thu, 01 Jan 1970 00:00:30 GMT";

async fn is_fresh(method: &str, status: u16, headers: &[(&str, &str)]) -> bool {
    let app = App::new().with(async move |ctx, _next| {
        ctx.set_status(status);
        ctx.set_etag("v1")?;
        ctx.set_last_modified(UNIX_EPOCH + Duration::from_secs(20));
        let fresh = ctx.fresh();
        ctx.set("x-fresh", fresh.to_string())
    });
    let mut call = Client::new(app).request(method.parse().unwrap(), "/");
    for (name, value) in headers {
        call = call.header(name, value);
    }
    call.send().await.get("x-fresh") == "true"
}

#[tokio::test]
async fn table() {
    for (expected, method, status, headers) in [
        (false, "GET", 200, &[][..]),
        (true, "GET", 200, &[("if-none-match", "\"v1\"")]),
        (true, "HEAD", 200, &[("if-none-match", "\"v1\"")]),
        (true, "GET", 200, &[("if-none-match", "W/\"v1\"")]),
        (true, "GET", 200, &[("if-none-match", "\"v0\", \"v1\"")]),
        (true, "GET", 200, &[("if-none-match", "*")]),
        (false, "GET", 200, &[("if-none-match", "\"v2\"")]),
        (true, "GET", 200, &[("if-modified-since", NEW)]),
        (false, "GET", 200, &[("if-modified-since", OLD)]),
        (false, "GET", 200, &[("if-modified-since", "not a date")]),
        (true, "GET", 200, &[("if-none-match", "\"v1\""), ("if-modified-since", OLD)]),
        (false, "GET", 200, &[("if-none-match", "\"v2\""), ("if-modified-since", NEW)]),
        (false, "POST", 200, &[("if-none-match", "\"v1\"")]),
        (false, "GET", 404, &[("if-none-match", "\"v1\"")]),
        (false, "GET", 200, &[("if-none-match", "\"v1\""), ("cache-control", "no-cache")]),
        (true, "GET", 200, &[("if-none-match", "\"v1\""), ("cache-control", "max-age=0")]),
        (true, "GET", 200, &[("if-none-match", "\"a,b\" , W/\"v1\"")]),
        (false, "GET", 200, &[("if-none-match", "\"a, v1 ,b\"")]),
        (true, "GET", 304, &[("if-none-match", "\"v1\"")]),
        (false, "GET", 200, &[("if-none-match", "\"v1")]),
    ] {
        assert_eq!(
            is_fresh(method, status, headers).await,
            expected,
            "{method} {status} {headers:?}"
        );
    }
}
