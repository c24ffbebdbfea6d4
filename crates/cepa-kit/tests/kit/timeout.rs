//! The most time that handlers may take.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cepa_core::{App, Stack};
use cepa_kit::{MountPath, mount, rewrite, timeout};
use cepa_test::Client;

struct Dropped(Arc<AtomicBool>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_takes_longer_is_dropped_and_answered_for() {
    let dropped = Arc::new(AtomicBool::new(false));
    let watch = dropped.clone();
    let app = App::new().on_error(|_, _| {}).plug(timeout(Duration::from_secs(2))).with(
        async move |ctx, _next| {
            let _guard = Dropped(watch);
            let millis: u64 = ctx.query("ms")?.unwrap();
            ctx.set("x-before", "kept")?;
            tokio::time::sleep(Duration::from_millis(millis)).await;
            ctx.set_body("done")
        },
    );
    let client = Client::new(app);
    assert_eq!(client.get("/?ms=1999").send().await.text(), "done");
    dropped.store(false, Ordering::SeqCst);
    let late = client.get("/?ms=2001").send().await;
    assert_eq!((late.status.as_u16(), late.text()), (503, "Request timeout"));
    assert_eq!(late.get("x-before"), "kept");
    assert!(dropped.load(Ordering::SeqCst), "its work was cancelled");
}

#[tokio::test(start_paused = true)]
async fn the_status_can_be_koas() {
    let app = App::new()
        .plug(timeout(Duration::from_secs(1)).status(408))
        .with(async |_ctx, _next| std::future::pending().await);
    assert_eq!(Client::new(app).get("/").send().await.status, 408);
}

#[tokio::test(start_paused = true)]
async fn what_is_given_up_leaves_nothing_behind() {
    let limit = || timeout(Duration::from_secs(1));
    let never = || Stack::new().with(async |_ctx, _next| std::future::pending().await);
    let passes = || Stack::new().with(async |ctx, next| next.run(ctx).await);
    let below: [Stack; 4] = [
        Stack::new().plug(mount("/a", never())),
        Stack::new().plug(mount("/a", mount("/b", passes()))).plug(never()),
        Stack::new().plug(rewrite("/a/:name/:id", "/:id/:name")).plug(never()),
        Stack::new().plug(mount("/a", rewrite("/b/c", "/x"))).plug(mount("/a/b", never())),
    ];
    for stack in below {
        let app = App::new()
            .with(async |ctx, next| {
                let timed_out = next.run(ctx).await.is_err();
                let place = ctx.state.get::<MountPath>().map(|place| place.as_str().to_owned());
                ctx.set_body(format!("{timed_out} {} {place:?}", ctx.request.url()))
            })
            .plug(limit())
            .plug(stack);
        let response = Client::new(app).get("/a/b/c?q=1").send().await;
        assert_eq!(response.text(), "true /a/b/c?q=1 None");
    }
}

#[tokio::test(start_paused = true)]
async fn a_timeout_within_a_mount_stays_within_it() {
    let never = Stack::new().with(async |_ctx, _next| std::future::pending().await);
    let inner = Stack::new()
        .with(async |ctx, next| {
            let timed_out = next.run(ctx).await.is_err();
            let place = ctx.state.get::<MountPath>().map(|place| place.as_str().to_owned());
            ctx.set_body(format!("{timed_out} {} {place:?}", ctx.request.url()))
        })
        .plug(timeout(Duration::from_secs(1)));
    let app = App::new().plug(mount("/a", inner)).plug(never);
    let response = Client::new(app).get("/a/b").send().await;
    assert_eq!(response.text(), "true /b Some(\"/a\")");
}
