//! A handler with history: its own outbox joins first, then the past is read, then the live follows.

use cepa_core::{Context, Result};
use cepa_hub::{Hub, OutboxOptions};
use cepa_sse::{Sse, SseEvent, SseExt, wire};

use crate::{app, next};

async fn history(ctx: &mut Context) -> Result<Sse> {
    let hub = ctx.shared::<Hub>();
    let (member, outbox) = hub.outbox(OutboxOptions::new(wire()));
    member.join("lobby");
    // published while the database is read
    hub.to("lobby").emit("message", &"meanwhile")?;
    let past = SseEvent::json("past")?.event("message")?.id(1)?;
    Ok(ctx.sse().first([past]).outbox(outbox))
}

#[tokio::test]
async fn the_past_first_then_the_live_without_a_hole() {
    let (hub, client) = app!(history);
    let mut streaming = client.get("/").stream().await;
    hub.to("lobby").emit("message", &"live").unwrap();
    assert_eq!(next(&mut streaming).await, "event: message\nid: 1\ndata: \"past\"\n\n");
    assert_eq!(next(&mut streaming).await, "event: message\ndata: \"meanwhile\"\n\n");
    assert_eq!(next(&mut streaming).await, "event: message\ndata: \"live\"\n\n");
}

#[tokio::test]
async fn together_with_rooms_it_is_refused() {
    let (hub, client) = app!(async |ctx| {
        let (_member, outbox) = ctx.shared::<Hub>().outbox(OutboxOptions::new(wire()));
        ctx.sse().subscribe("lobby").outbox(outbox)
    });
    assert_eq!(client.get("/").send().await.status, 500);
    assert_eq!(hub.len(), 0);
}
