//! A visitor keeps cookies as a browser does.

use std::time::{Duration, SystemTime};

use cepa_core::{App, Cookie};
use cepa_test::Client;

/// Sets the cookie that the query asks for, and answers with those that came.
fn visitor() -> Client {
    let app = App::new().with(async |ctx, _next| {
        if let Some(line) = ctx.query::<String>("set")? {
            ctx.append("set-cookie", line)?;
        }
        let came = ctx.get("cookie").unwrap_or("-").to_owned();
        ctx.set_body(came)
    });
    Client::new(app).with_cookies()
}

async fn sends(client: &Client, path: &str) -> String {
    client.get(path).await.text().to_owned()
}

#[tokio::test]
async fn what_was_set_comes_back_and_goes_with_its_removal() {
    let visitor = visitor();
    visitor.get("/").query("set", "a=1").await.expect_text("-");
    visitor.get("/").query("set", "b=2; httponly").await.expect_text("a=1");
    assert_eq!(sends(&visitor, "/").await, "a=1; b=2");
    visitor.get("/").query("set", "a=3").await;
    assert_eq!(sends(&visitor, "/").await, "a=3; b=2");
    visitor.get("/").query("set", "a=; expires=Thu, 01 Jan 1970 00:00:00 GMT").await;
    visitor.get("/").query("set", "b=2; max-age=0").await;
    assert_eq!(sends(&visitor, "/").await, "-");
}

#[tokio::test]
async fn a_path_is_for_what_is_below_it() {
    let visitor = visitor();
    visitor.get("/").query("set", "a=1; path=/shop").await;
    visitor.get("/").query("set", "b=2; path=/shop/cart").await;
    visitor.get("/deep/down/page").query("set", "c=3").await;
    for (path, cookies) in [
        ("/", "-"),
        ("/shop", "a=1"),
        ("/shops", "-"),
        ("/shop/cart/1", "b=2; a=1"),
        ("/deep/down", "c=3"),
        ("/deep", "-"),
    ] {
        assert_eq!(sends(&visitor, path).await, cookies, "{path}");
    }
}

#[tokio::test]
async fn secure_ones_are_for_encrypted_requests() {
    let visitor = visitor();
    visitor.get("/").query("set", "a=1; secure").await;
    visitor.get("/").encrypted().await.expect_text("-");
    visitor.get("/").query("set", "b=2; secure").encrypted().await;
    visitor.get("/").encrypted().await.expect_text("b=2");
    visitor.get("/").await.expect_text("-");
}

#[tokio::test]
async fn an_expiry_in_time_to_come_keeps_it() {
    let app = App::new().with(async |ctx, _next| {
        ctx.cookies().set(Cookie::new("a", "1").lifetime(Duration::from_secs(60)))?;
        ctx.set_body("")
    });
    let visitor = Client::new(app).with_cookies();
    visitor.get("/").await;
    assert_eq!(visitor.cookie("a").as_deref(), Some("1"), "{:?}", SystemTime::now());
}

#[tokio::test]
async fn a_clone_is_the_same_visitor_and_another_client_is_not() {
    let visitor = visitor();
    let same = visitor.clone();
    visitor.set_cookie("a", "1");
    assert_eq!(same.get("/").cookie("b", "2").await.text(), "b=2; a=1");
    same.forget_cookies();
    assert_eq!(visitor.cookie("a"), None);
    let stranger = Client::new(visitor.callback().clone());
    assert_eq!(stranger.cookie("a"), None);
}
