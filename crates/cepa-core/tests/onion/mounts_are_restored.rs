//! A mounted app that is dropped half way, as a timeout does, leaves nothing of itself behind.

use std::sync::Arc;
use std::time::Duration;

use cepa_core::App;
use cepa_test::Client;

struct Name(&'static str);

async fn name_after_a_timeout(inner: App) -> String {
    let app = App::new()
        .share(Arc::new(Name("outer")))
        .with(async |ctx, next| {
            let outcome = tokio::time::timeout(Duration::from_millis(1), next.run(ctx)).await;
            assert!(outcome.is_err(), "the app below never answers");
            let name = ctx.shared::<Name>().0;
            ctx.set_body(name)
        })
        .plug(inner.share(Arc::new(Name("inner"))))
        .with(async |_ctx, _next| std::future::pending().await);
    Client::new(app).get("/").send().await.text().to_owned()
}

#[tokio::test(start_paused = true)]
async fn dropped_within_the_mounted_app() {
    let inner = App::new().with(async |_ctx, _next| std::future::pending().await);
    assert_eq!(name_after_a_timeout(inner).await, "outer");
}

#[tokio::test(start_paused = true)]
async fn dropped_below_the_mounted_app() {
    assert_eq!(name_after_a_timeout(App::new()).await, "outer");
}

#[tokio::test(start_paused = true)]
async fn a_timeout_within_the_mounted_app_is_still_within_it() {
    let inner = App::new().with(async |ctx, next| {
        let outcome = tokio::time::timeout(Duration::from_millis(1), next.run(ctx)).await;
        assert!(outcome.is_err(), "what is below never answers");
        let name = ctx.shared::<Name>().0;
        ctx.set_body(name)
    });
    let app = App::new()
        .share(Arc::new(Name("outer")))
        .plug(inner.share(Arc::new(Name("inner"))))
        .with(async |_ctx, _next| std::future::pending().await);
    assert_eq!(Client::new(app).get("/").send().await.text(), "inner");
}
