//! A stack inside a stack behaves as if it were written out in place.

use cepa_core::{App, Stack};
use cepa_test::Client;

use crate::Log;

fn layer(log: &Log, down: &'static str, up: &'static str) -> Stack {
    let log = log.clone();
    Stack::new().with(async move |ctx, next| {
        log.add(down);
        next.run(ctx).await?;
        log.add(up);
        Ok(())
    })
}

#[tokio::test]
async fn a_nested_stack_goes_on_to_the_outer_next() {
    let log = Log::default();
    let inner = layer(&log, "B>", "<B").plug(layer(&log, "C>", "<C"));
    let app = App::new().plug(layer(&log, "A>", "<A")).plug(inner).plug(layer(&log, "D>", "<D"));
    Client::new(app).get("/").send().await;
    assert_eq!(log.entries(), ["A>", "B>", "C>", "D>", "<D", "<C", "<B", "<A"]);
}

#[tokio::test]
async fn an_empty_stack_passes_on() {
    let app = App::new()
        .plug(Stack::new())
        .plug(Stack::new().plug(Stack::new()))
        .with(async |ctx, _next| ctx.set_body("reached"));
    assert_eq!(Client::new(app).get("/").send().await.text(), "reached");
}

#[tokio::test]
async fn one_stack_may_stand_in_several_places() {
    let log = Log::default();
    let twice = layer(&log, ">", "<");
    let app = App::new().plug(twice.clone()).plug(twice.then(&layer(&log, "end", "")));
    Client::new(app).get("/").send().await;
    assert_eq!(log.entries(), [">", ">", "end", "", "<", "<"]);
}
