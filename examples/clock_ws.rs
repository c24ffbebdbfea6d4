//! WebSocket beside ordinary routes on one port: a JSON object every two seconds.

use cepa::prelude::*;

const PAGE: &str = "<!doctype html><title>clock</title><h1 id=count>…</h1><script>
new WebSocket(`ws://${location.host}/ws`).onmessage = e => count.textContent = JSON.parse(e.data).count
</script>";

pub(crate) fn app(period: Duration) -> App {
    let router = Router::new()
        .get("/", async |_| PAGE)
        .get("/about", async |_| "a clock on one port")
        .get("/ws", async move |ctx| {
            ctx.upgrade(async move |mut ws| {
                let mut ticks = tokio::time::interval(period);
                for count in 0_u64.. {
                    tokio::select! {
                        _ = ticks.tick() => ws.send(Json(json!({ "count": count }))).await?,
                        // The client may only leave: whatever it says ends the clock.
                        _ = ws.recv() => break,
                    }
                }
                Ok(())
            })
            .await
        });
    App::new().plug(router)
}

#[tokio::main]
async fn main() -> Result {
    app(Duration::from_secs(2)).listen("127.0.0.1:3000").await
}
