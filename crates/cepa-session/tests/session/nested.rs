//! One session middleware inside another: each stores its own.

use cepa_core::App;
use cepa_session::{Session, SessionExt};
use cepa_test::Client;

#[tokio::test]
async fn handlers_see_the_inner_one() {
    let app = App::new()
        .keys(["k"])
        .plug(Session::new().name("outer"))
        .with(async |ctx, next| {
            ctx.session().set("where", "above")?;
            next.run(ctx).await?;
            assert_eq!(ctx.session().get::<String>("where").as_deref(), Some("above"));
            Ok(())
        })
        .plug(Session::new().name("inner"))
        .with(async |ctx, _next| ctx.session().set("where", "below"));
    let response = Client::new(app).get("/").send().await;
    let lines = response.headers.get_all("set-cookie").iter();
    let names: Vec<&str> =
        lines.map(|line| line.to_str().unwrap().split('=').next().unwrap()).collect();
    assert_eq!(names, ["inner", "inner.sig", "outer", "outer.sig"]);
}

#[tokio::test]
async fn above_the_middleware_the_session_can_still_be_read() {
    let app = App::new()
        .keys(["k"])
        .with(async |ctx, next| {
            next.run(ctx).await?;
            assert_eq!(ctx.try_session().and_then(|session| session.get("a")), Some(1));
            Ok(())
        })
        .plug(Session::new())
        .with(async |ctx, _next| {
            ctx.set_status(200);
            ctx.session().set("a", 1)
        });
    assert_eq!(Client::new(app).get("/").send().await.status, 200);
}

#[tokio::test]
async fn one_that_is_given_up_leaves_nothing_behind() {
    let app = App::new()
        .keys(["k"])
        .with(async |ctx, next| {
            next.run(ctx).await?;
            assert_eq!(ctx.try_session().and_then(|session| session.get("a")), Some(1));
            Ok(())
        })
        .plug(Session::new().name("outer"))
        .with(async |ctx, next| {
            ctx.set_status(200);
            ctx.session().set("a", 1)?;
            let below = next.run(ctx);
            let below = tokio::time::timeout(std::time::Duration::ZERO, below).await;
            assert!(below.is_err(), "given up");
            Ok(())
        })
        .plug(Session::new().name("inner"))
        .with(async |ctx, _next| {
            ctx.session().set("a", 2)?;
            std::future::pending().await
        });
    let response = Client::new(app).get("/").send().await;
    let lines: Vec<_> = response.headers.get_all("set-cookie").iter().collect();
    assert_eq!((response.status.as_u16(), lines.len()), (200, 2));
    assert!(lines.iter().all(|line| line.to_str().unwrap().starts_with("outer")), "{lines:?}");
}

#[tokio::test]
async fn a_session_that_is_given_up_is_gone_above() {
    let app = App::new()
        .keys(["k"])
        .with(async |ctx, next| {
            let below = tokio::time::timeout(std::time::Duration::ZERO, next.run(ctx)).await;
            assert!(below.is_err() && ctx.try_session().is_none());
            ctx.set_body("given up")
        })
        .plug(Session::new())
        .with(async |ctx, _next| {
            ctx.session().set("a", 2)?;
            std::future::pending().await
        });
    assert_eq!(Client::new(app).get("/").send().await.text(), "given up");
}
