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
        .with(async |ctx, _next| {
            let name = ctx.shared::<Name>().0;
            ctx.set_body(format!("below the inner app: {name}"))
        });
    let response = Client::new(app).get("/").send().await;
    assert_eq!(response.get("x-inner"), "inner 7");
    assert_eq!(response.get("x-outer"), "outer");
    assert_eq!(response.text(), "below the inner app: outer");
}

#[tokio::test]
async fn the_inner_app_signs_with_its_own_keys_or_with_those_of_the_outer() {
    let sign = || {
        App::new().with(async |ctx, next| {
            ctx.cookies().set_signed(cepa_core::Cookie::new("foo", "bar"))?;
            next.run(ctx).await
        })
    };
    for (inner, signature) in [
        (sign().keys(["k2"]), "foo.sig=ZbxH6dljDM_h44VYShsBUZxxzBc; path=/; httponly"),
        (sign(), "foo.sig=zVPRgE-Iy6-31re6osROWl_Haqw; path=/; httponly"),
    ] {
        let app = App::new().keys(["k1"]).plug(inner);
        let response = Client::new(app).get("/").send().await;
        let lines: Vec<_> = response.headers.get_all("set-cookie").iter().collect();
        assert_eq!(lines[1], signature);
    }
}

#[tokio::test]
async fn tasks_of_the_inner_app_are_shown_to_its_observers() {
    let log = Log::default();
    let (inner_log, outer_log) = (log.clone(), log.clone());
    let inner = App::new().on_error(move |_, _| inner_log.add("inner")).with(async |ctx, _next| {
        ctx.spawn(async { Err(Error::new(500, "later")) });
        Ok(())
    });
    let client = Client::new(App::new().on_error(move |_, _| outer_log.add("outer")).plug(inner));
    client.get("/").send().await;
    client.callback().tasks().close();
    client.callback().tasks().wait().await;
    assert_eq!(log.entries(), ["inner", "outer"]);
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
