//! Repeated request headers: lists are joined, single ones keep the first.

use cepa_core::App;
use cepa_test::Client;

#[tokio::test]
async fn get_sees_every_value() {
    let app = App::new().with(async |ctx, _next| {
        let seen = ["x-forwarded-for", "cookie", "user-agent", "accept"]
            .map(|name| ctx.get(name).unwrap_or("-").to_owned());
        ctx.set_body(seen.join(" | "))
    });
    let call = Client::new(app)
        .get("/")
        .header("x-forwarded-for", "1.1.1.1")
        .header("x-forwarded-for", "2.2.2.2")
        .header("cookie", "a=1")
        .header("cookie", "b=2")
        .header("user-agent", "first")
        .header("user-agent", "second");
    assert_eq!(call.send().await.text(), "1.1.1.1, 2.2.2.2 | a=1; b=2 | first | -");
}

#[tokio::test]
async fn referer_has_two_spellings() {
    for name in ["referer", "referrer"] {
        let app = App::new().with(async |ctx, _next| {
            let both = [ctx.get("Referer"), ctx.get("Referrer")].map(Option::unwrap_or_default);
            let both = both.join(" ");
            ctx.set_body(both)
        });
        let response = Client::new(app).get("/").header(name, "/from").send().await;
        assert_eq!(response.text(), "/from /from");
    }
}
