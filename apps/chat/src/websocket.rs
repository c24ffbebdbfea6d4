//! A room over a plain WebSocket: what happens in the room as text frames, and what the client says and types.
//!
//! ```text
//! to the client   {"event":"message"|"people"|"typing"|"refused","data":..}
//! from it         {"event":"say","data":{"text":..,"picture":..}}   {"event":"typing"}
//! ```
//!
//! One task serves a connection, so what a client says is stored in the order in which it said it, and a client that says
//! more than can be stored waits by itself. A frame that cannot be read is refused and the connection goes on.

use std::sync::LazyLock;

use cepa::hub::{Event, Outbox, OutboxOptions, Wire};
use cepa::prelude::*;
use cepa::ws::{Limits, Message, WebSocket, WebSocketOptions, encode_text};
use serde::Deserialize;

use crate::app::Chat;
use crate::messages::number;
use crate::problem::Problem;
use crate::rooms::{STREAM_BYTES, Seat};
use crate::{RoomName, Who};

/// The longest frame of a client: a text of the longest kind, every character escaped.
const FRAME_BYTES: usize = 64 * 1024;
/// How much is taken from the outbox for one write.
const WRITE_BYTES: usize = 64 * 1024;

/// One format for all connections, so that a frame is made once and shared.
static WIRE: LazyLock<Wire> = LazyLock::new(|| {
    Wire::new(|event: &Event| {
        encode_text(&format!(r#"{{"event":"{}","data":{}}}"#, event.name(), event.data()))
    })
});

static OPTIONS: LazyLock<WebSocketOptions> = LazyLock::new(|| {
    let limits = Limits { max_message: FRAME_BYTES, max_frame: FRAME_BYTES, ..Limits::default() };
    WebSocketOptions::new().limits(limits)
});

#[derive(Deserialize)]
#[serde(tag = "event", content = "data", rename_all = "lowercase")]
enum Asked {
    Say { text: Option<String>, picture: Option<String> },
    Typing,
}

pub(crate) fn router() -> Router {
    Router::new().get("/rooms/:room/ws", open)
}

async fn open(ctx: &mut Context) -> Result {
    let (name, who, since) = (RoomName::of(ctx)?, Who::of(ctx)?, number(ctx, "since")?);
    let chat = ctx.shared_arc::<Chat>();
    let room = chat.rooms().room(&name)?;
    ctx.upgrade_with(&OPTIONS, async move |socket| {
        let seat = room.enter(who)?;
        let options = OutboxOptions::new(&WIRE).limit_bytes(STREAM_BYTES);
        let (member, outbox) = chat.rooms().hub().outbox(options);
        chat.rooms().follow(&room, since, &member).await?;
        serve(socket, outbox, &chat, &seat).await
    })
    .await
}

async fn serve(mut socket: WebSocket, mut outbox: Outbox, chat: &Chat, seat: &Seat) -> Result {
    let mut frames = Vec::new();
    loop {
        tokio::select! {
            received = socket.recv() => match received? {
                Some(message) => {
                    if let Err(error) = hear(&message, chat, seat).await {
                        let refused = json!({ "event": "refused", "data": Problem::from(&error) });
                        socket.send(Json(refused)).await?;
                        if !error.is_exposed() {
                            // our own failure, which the app's observers should see
                            return Err(error);
                        }
                    }
                }
                None => return Ok(()),
            },
            taken = outbox.recv_many(&mut frames, WRITE_BYTES) => {
                if taken.is_err() {
                    // too slow, or told a part of what it missed: it comes back with its last id
                    return Ok(());
                }
                for frame in frames.drain(..) {
                    socket.feed_frames(frame).await?;
                }
                socket.flush().await?;
            }
        }
    }
}

async fn hear(message: &Message, chat: &Chat, seat: &Seat) -> Result {
    let asked = message.json().map_err(|error| {
        let why = "That was no event of the chat.";
        Error::new(400, why).with_code("bad_event").with_source(error)
    })?;
    match asked {
        Asked::Say { text, picture } => {
            let (room, who) = (seat.room().name().clone(), seat.who().clone());
            chat.say(room, who, &text.unwrap_or_default(), picture).await?;
        }
        Asked::Typing => seat.room().typing(seat.who(), Instant::now()),
    }
    Ok(())
}
