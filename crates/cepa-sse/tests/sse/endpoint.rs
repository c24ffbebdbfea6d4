//! The shapes in which a handler may answer.

use std::time::Duration;

use cepa_core::{Context, Error, OrThrow, Result};
use cepa_sse::{Sse, SseExt};

use crate::app;

async fn function(ctx: &mut Context) -> Sse {
    ctx.sse().subscribe("lobby")
}

#[tokio::test]
async fn a_value_a_result_a_function_and_set_body() {
    let (_, value) = app!(async |ctx| ctx.sse().subscribe("lobby"));
    let (_, result) = app!(async |ctx| {
        let room: String = ctx.query("room")?.or_throw(400, "which room?")?;
        tokio::task::yield_now().await;
        Ok::<_, Error>(ctx.sse().subscribe(room).retry(Duration::from_secs(1)))
    });
    let (_, named) = app!(function);
    let (_, body) = app!(async |ctx| -> Result {
        let sse = ctx.sse().subscribe("lobby");
        ctx.set_body(sse)
    });
    for client in [value, named, body] {
        assert_eq!(client.get("/").stream().await.status, 200);
    }
    assert_eq!(result.get("/?room=a").stream().await.status, 200);
    assert_eq!(result.get("/").send().await.status, 400);
}
