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
