//! An app inside an app: what it shares and who sees its errors.

use std::sync::Arc;

use cepa_core::{App, Error};
use cepa_test::Client;

use crate::Log;

struct Name(&'static str);
struct Count(u32);

#[tokio::test]
async fn the_inner_app_sees_what_both_share_its_own_first() {
    let inner = App::new().share(Arc::new(Name("inner"))).with(async |ctx, next| {
        let name = ctx.shared::<Name>().0;
        let count = ctx.shared::<Count>().0;
        ctx.set("x-inner", format!("{name} {count}"))?;
        next.run(ctx).await
    });
    let app = App::new()
        .share(Arc::new(Name("outer")))
        .share(Arc::new(Count(7)))
        .with(async |ctx, next| {
            next.run(ctx).await?;
            let name = ctx.shared::<Name>().0;
            ctx.set("x-outer", name)
        })
        .plug(inner)
        .with(async |ctx, _next| ctx.set_body("below the inner app"));
    let response = Client::new(app).get("/").send().await;
    assert_eq!(response.get("x-inner"), "inner 7");
    assert_eq!(response.get("x-outer"), "outer");
    assert_eq!(response.text(), "below the inner app");
}

#[tokio::test]
async fn errors_are_shown_to_the_inner_observers_first() {
    let log = Log::default();
    let (inner_log, outer_log) = (log.clone(), log.clone());
    let inner = App::new()
        .on_error(move |_, _| inner_log.add("inner"))
        .with(async |_ctx, _next| Err(Error::new(400, "no")));
    let app = App::new().on_error(move |_, _| outer_log.add("outer")).plug(inner);
    assert_eq!(Client::new(app).get("/").send().await.status, 400);
    assert_eq!(log.entries(), ["inner", "outer"]);
}
