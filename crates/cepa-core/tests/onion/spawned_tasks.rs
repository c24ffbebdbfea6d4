//! `ctx.spawn`: tasks outlive the request, shutdown can wait for them, and observers see them fail.

use std::sync::{Arc, Mutex};

use cepa_core::{App, Error};
use cepa_test::Client;

#[tokio::test]
async fn a_task_is_dropped_when_the_time_for_shutting_down_is_over() {
    let app = App::new().with(async |ctx, _next| {
        ctx.spawn(std::future::pending());
        Ok(())
    });
    let client = Client::new(app);
    client.get("/").send().await;
    client.callback().tasks().close();
    client.callback().ended().cancel();
    client.callback().tasks().wait().await;
}

#[tokio::test]
async fn a_failed_task_is_shown_to_the_observers() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = seen.clone();
    let app = App::new()
        .on_error(move |error, ctx| sink.lock().unwrap().push(format!("{} {error}", ctx.url())))
        .with(async |ctx, _next| {
            ctx.spawn(async { Err(Error::internal("lost")) });
            ctx.spawn(async { panic!("and found") });
            ctx.set_body("begun")
        });
    let client = Client::new(app);
    assert_eq!(client.get("/job?1").send().await.text(), "begun");
    client.callback().tasks().close();
    client.callback().tasks().wait().await;
    let mut seen = seen.lock().unwrap().clone();
    seen.sort();
    assert_eq!(seen, ["/job?1 500: lost", "/job?1 500: panicked: and found"]);
}
