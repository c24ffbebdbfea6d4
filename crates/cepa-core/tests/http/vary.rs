//! `vary` adds each field once, in its first spelling.

use cepa_core::App;
use cepa_test::Client;

#[tokio::test]
async fn table() {
    for (calls, expected) in [
        (&["Origin"][..], "Origin"),
        (&["Origin", "origin"], "Origin"),
        (&["Origin", "Accept, Accept-Encoding"], "Origin, Accept, Accept-Encoding"),
        (&["Origin", "*"], "*"),
        (&["*", "Origin"], "*"),
    ] {
        let app = App::new().with(async move |ctx, _next| {
            for fields in calls {
                ctx.vary(fields)?;
            }
            ctx.set_body("ok")
        });
        assert_eq!(Client::new(app).get("/").send().await.get("vary"), expected);
    }
}

#[tokio::test]
async fn a_name_that_is_no_token_is_an_error() {
    let app = App::new().with(async |ctx, _next| ctx.vary("a b"));
    assert_eq!(Client::new(app).get("/").send().await.status, 500);
}
