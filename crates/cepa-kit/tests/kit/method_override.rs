//! Other methods for clients that can only POST.

use cepa_core::App;
use cepa_core::http::Method;
use cepa_kit::{MethodOverride, OriginalMethod, method_override};
use cepa_test::Client;

fn client(method_override: MethodOverride) -> Client {
    Client::new(App::new().plug(method_override).with(async |ctx, _next| {
        let original = ctx.state.get::<OriginalMethod>().map(|original| original.0.to_string());
        ctx.set_body(format!("{} {}", ctx.method(), original.unwrap_or_default()))
    }))
}

#[tokio::test]
async fn a_post_becomes_what_its_header_says() {
    let client = client(method_override());
    let with = |method: &str| client.post("/").header("x-http-method-override", method);
    assert_eq!(with("PUT").send().await.text(), "PUT POST");
    assert_eq!(with("delete").send().await.text(), "DELETE POST");
    assert_eq!(with("").send().await.text(), "POST ");
    for method in ["GET", "CONNECT", "x"] {
        assert_eq!(with(method).send().await.status, 400, "{method}");
    }
}

#[tokio::test]
async fn nothing_else_becomes_anything() {
    let client = client(method_override().query("_method"));
    let call = client.get("/?_method=DELETE").header("x-http-method-override", "DELETE");
    assert_eq!(call.send().await.text(), "GET ");
}

#[tokio::test]
async fn a_parameter_counts_when_it_was_asked_for() {
    assert_eq!(client(method_override()).post("/?_method=PUT").send().await.text(), "POST ");
    let with = || method_override().query("_method").methods([Method::PUT]);
    assert_eq!(client(with()).post("/?_method=PUT").send().await.text(), "PUT POST");
    assert_eq!(client(with()).post("/?_method=DELETE").send().await.status, 400);
}
