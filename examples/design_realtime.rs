//! The second program of the design: rooms, acknowledgements, the same rooms over SSE, and a WebSocket.

use cepa::prelude::*;

pub(crate) fn app() -> App {
    let io = SocketIo::new()
        .on_connect(async |socket| {
            socket.join("lobby");
            Ok(())
        })
        .with(async |event, next| next.run(event).await) // an onion around every incoming event
        .on("message", async |socket, text: String| {
            socket.to("lobby").emit("message", &text)?; // encoded once, for everyone
            Ok(json!({ "stored": true })) // what is returned is the acknowledgement
        });

    let router = Router::new()
        .get("/events", async |ctx| ctx.sse().subscribe("lobby")) // the same rooms over SSE
        .get("/ws", async |ctx| {
            ctx.upgrade(async |mut ws| {
                while let Some(msg) = ws.recv().await? {
                    ws.send(msg).await?;
                }
                Ok(())
            })
            .await
        });
    App::new().plug(io).plug(router)
}

#[tokio::main]
async fn main() -> Result {
    app().listen("127.0.0.1:3000").await
}
