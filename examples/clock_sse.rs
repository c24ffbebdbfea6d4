//! Server-sent events: the time, every two seconds. Open http://127.0.0.1:3000 and watch.

use std::time::SystemTime;

use cepa::prelude::*;
use cepa::sse::SseEvent;

const PAGE: &str = "<!doctype html><title>clock</title><h1 id=time>…</h1><script>
new EventSource('/events').addEventListener('tick', e => time.textContent = e.data)
</script>";

pub(crate) fn app(period: Duration) -> App {
    let router = Router::new().get("/", async |_| PAGE).get("/events", async move |ctx| {
        ctx.sse().send(async move |events| {
            let mut ticks = tokio::time::interval(period);
            for count in 0_u64.. {
                ticks.tick().await;
                let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
                events.send(SseEvent::text(now.to_string()).event("tick")?.id(count)?).await?;
            }
            Ok(())
        })
    });
    App::new().plug(router)
}

#[tokio::main]
async fn main() -> Result {
    app(Duration::from_secs(2)).listen("127.0.0.1:3000").await
}
