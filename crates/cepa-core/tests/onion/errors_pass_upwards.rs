//! An error leaves the layers in onion order, and any layer may handle it.

use cepa_core::{App, Error, OrThrow};
use cepa_test::Client;

use crate::Log;

#[tokio::test]
async fn an_error_below_is_seen_above_and_can_be_handled() {
    let app = App::new()
        .with(async |ctx, next| {
            if let Err(error) = next.run(ctx).await {
                ctx.set_status(error.status());
                ctx.set_body(format!("handled: {}", error.message()))?;
            }
            Ok(())
        })
        .with(async |ctx, _next| ctx.throw(418, "short and stout"));
    let response = Client::new(app).get("/").send().await;
    assert_eq!(response.status, 418);
    assert_eq!(response.text(), "handled: short and stout");
}

#[tokio::test]
async fn an_error_before_next_keeps_the_layers_below_from_running() {
    let log = Log::default();
    let below = log.clone();
    let app = App::new().with(async |_ctx, _next| Err(Error::new(401, "who are you"))).with(
        async move |_ctx, _next| {
            below.add("below");
            Ok(())
        },
    );
    let response = Client::new(app).get("/").send().await;
    assert_eq!((response.status.as_u16(), response.text()), (401, "who are you"));
    assert!(log.entries().is_empty());
}

#[tokio::test]
async fn an_error_after_next_replaces_the_body_and_keeps_the_headers() {
    let app = App::new()
        .with(async |ctx, next| {
            next.run(ctx).await?;
            Err(Error::new(503, "hidden"))
        })
        .with(async |ctx, _next| {
            ctx.set("x-kept", "yes")?;
            ctx.set_etag("gone")?;
            ctx.set_body("all is well")
        });
    let response = Client::new(app).get("/").send().await;
    assert_eq!((response.status.as_u16(), response.text()), (503, "Service Unavailable"));
    assert_eq!(response.get("x-kept"), "yes");
    assert_eq!(response.get("etag"), "");
    assert_eq!(response.get("content-type"), "text/plain; charset=utf-8");
}

#[tokio::test]
async fn any_standard_error_is_a_hidden_500() {
    let app = App::new().with(async |_ctx, _next| {
        "seven".parse::<u8>()?;
        Ok(())
    });
    let response = Client::new(app).get("/").send().await;
    assert_eq!((response.status.as_u16(), response.text()), (500, "Internal Server Error"));
}

#[tokio::test]
async fn or_throw_names_the_status() {
    let app = App::new().with(async |_ctx, _next| {
        "seven".parse::<u8>().or_throw(422, "a digit, please")?;
        Ok(())
    });
    let response = Client::new(app).get("/").send().await;
    assert_eq!((response.status.as_u16(), response.text()), (422, "a digit, please"));
}
