//! Header values are checked where they are set: nothing can split a response.

use cepa_core::App;
use cepa_test::Client;

#[tokio::test]
async fn control_characters_are_an_error_that_the_client_does_not_see() {
    for value in ["a\r\nset-cookie: b=c", "a\nb", "a\rb", "a\0b"] {
        let app = App::new().with(async move |ctx, _next| {
            ctx.set_body("never sent")?;
            ctx.set("x-value", value)
        });
        let response = Client::new(app).get("/").send().await;
        assert_eq!((response.status.as_u16(), response.text()), (500, "Internal Server Error"));
        assert!(!response.headers.contains_key("x-value"));
        assert!(!response.headers.contains_key("set-cookie"));
    }
}

#[tokio::test]
async fn a_name_that_is_no_token_is_an_error() {
    let app = App::new().with(async |ctx, _next| ctx.set("x y", "z"));
    assert_eq!(Client::new(app).get("/").send().await.status, 500);
}

#[tokio::test]
async fn append_keeps_and_set_replaces() {
    let app = App::new().with(async |ctx, _next| {
        ctx.append("x-many", "1")?;
        ctx.append("x-many", 2)?;
        ctx.set("x-one", "first")?;
        ctx.set("X-One", "second")?;
        ctx.set("x-none", "gone")?;
        ctx.remove("X-None");
        ctx.set_body("ok")
    });
    let response = Client::new(app).get("/").send().await;
    let many: Vec<_> = response.headers.get_all("x-many").iter().collect();
    assert_eq!(many, ["1", "2"]);
    assert_eq!(response.get("x-one"), "second");
    assert_eq!(response.get("x-none"), "");
}

#[tokio::test]
async fn times_that_http_cannot_write_are_left_out() {
    let app = App::new().with(async |ctx, _next| {
        let old = std::time::UNIX_EPOCH - std::time::Duration::from_secs(1);
        ctx.set_last_modified(old);
        ctx.set_body("ok")
    });
    let response = Client::new(app).get("/").send().await;
    assert_eq!((response.status.as_u16(), response.get("last-modified")), (200, ""));
}

#[tokio::test]
async fn entity_tags_are_quoted_once() {
    for (tag, expected) in [
        ("abc", Some("\"abc\"")),
        ("\"abc\"", Some("\"abc\"")),
        ("W/\"abc\"", Some("W/\"abc\"")),
        ("a\"b", None),
    ] {
        let app = App::new().with(async move |ctx, _next| ctx.set_etag(tag));
        let response = Client::new(app).get("/").send().await;
        assert_eq!(response.headers.get("etag").map(|tag| tag.to_str().unwrap()), expected);
    }
}
