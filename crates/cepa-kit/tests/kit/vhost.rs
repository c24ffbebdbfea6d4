//! Middleware for one host name of several.

use std::panic::catch_unwind;

use cepa_core::App;
use cepa_kit::vhost;
use cepa_test::Client;

#[tokio::test]
async fn the_name_decides() {
    let said = |text: &'static str| App::new().with(async move |ctx, _next| ctx.set_body(text));
    let app = App::new()
        .plug(vhost("api.example.com", said("api")))
        .plug(vhost("*.example.com", said("wild")))
        .plug(vhost("[::1]", said("six")))
        .plug(said("other"));
    let client = Client::new(app);
    for (host, text) in [
        ("api.example.com", "api"),
        ("API.example.com:8080", "api"),
        ("a.b.example.com", "wild"),
        ("example.com", "other"),
        (".example.com", "other"),
        ("evilexample.com", "other"),
        ("api.example.com.evil.test", "other"),
        ("[::1]:3000", "six"),
        ("é.example.com", "wild"),
    ] {
        assert_eq!(client.get("/").header("host", host).send().await.text(), text, "{host}");
    }
}

#[test]
fn slips_do_not_pass() {
    for host in ["", "*", "a.*.b", "a.example:80", "a/b", "*."] {
        assert!(catch_unwind(|| drop(vhost(host, App::new()))).is_err(), "{host}");
    }
}
