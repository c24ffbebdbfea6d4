//! A room over a plain WebSocket: what happens in the room as text frames, and what the client says and types.
//!
//! ```text
//! to the client   {"event":"message"|"people"|"typing"|"refused","data":..}
//! from it         {"event":"say","data":{"text":..,"picture":..,"key":..}}   {"event":"typing"}
//! ```
//!
//! What a client says comes back to it as the message, with the key that it gave; a refusal has the key as well, beside
//! `data`. Something said again with its key is answered with the first message, to this client only.
//!
//! One task serves a connection, so what a client says is stored in the order in which it said it, and a client that says
//! more than can be stored waits by itself. A frame that cannot be read is refused and the connection goes on.

use std::sync::LazyLock;

use cepa::Problem;
use cepa::hub::{Event, Member, Outbox, OutboxOptions, Wire};
use cepa::prelude::*;
use cepa::ws::{Limits, Message, WebSocket, WebSocketOptions, encode_text};
use serde::{Deserialize, Serialize};

use crate::app::Chat;
use crate::message::SAYING_BYTES;
use crate::messages::number;
use crate::rooms::{STREAM_BYTES, Seat};
use crate::{RoomName, Saying, Who};

/// How much is taken from the outbox for one write.
const WRITE_BYTES: usize = 64 * 1024;

/// One format for all connections, so that a frame is made once and shared.
static WIRE: LazyLock<Wire> = LazyLock::new(|| {
    Wire::new(|event: &Event| {
        encode_text(&format!(r#"{{"event":"{}","data":{}}}"#, event.name(), event.data()))
    })
});

static OPTIONS: LazyLock<WebSocketOptions> = LazyLock::new(|| {
    let limits = Limits { max_message: SAYING_BYTES, max_frame: SAYING_BYTES, ..Limits::default() };
    WebSocketOptions::new().limits(limits)
});

#[derive(Deserialize)]
#[serde(tag = "event", content = "data", rename_all = "lowercase")]
enum Asked {
    Say(Saying),
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
        serve(socket, outbox, &chat, &Place { seat, member }).await
    })
    .await
}

/// Where a client is: in the room, and in the hub.
struct Place {
    seat: Seat,
    member: Member,
}

async fn serve(mut socket: WebSocket, mut outbox: Outbox, chat: &Chat, place: &Place) -> Result {
    let mut frames = Vec::new();
    loop {
        tokio::select! {
            received = socket.recv() => match received? {
                Some(message) => {
                    let (key, heard) = hear(&message, chat, place).await;
                    if let Err(error) = heard {
                        let refused = Refused { event: "refused", data: (&error).into(), key };
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

#[derive(Serialize)]
struct Refused<'a> {
    event: &'static str,
    data: Problem<'a>,
    /// What is refused, when it said what it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

/// Does what a frame asks for; gives the key that was in it, and what became of it.
async fn hear(message: &Message, chat: &Chat, place: &Place) -> (Option<String>, Result) {
    let seat = &place.seat;
    let asked = message.json().map_err(|error| {
        let why = "That was no event of the chat.";
        Error::new(400, why).with_code("bad_event").with_source(error)
    });
    match asked {
        Ok(Asked::Say(saying)) => {
            let (room, who, key) =
                (seat.room().name().clone(), seat.who().clone(), saying.key.clone());
            let stored = chat.say(room, who, saying).await;
            let answered = stored.map(|stored| {
                if !stored.is_new {
                    // everybody was told long ago; only this client does not know
                    place.member.send(stored.said.event().clone());
                }
            });
            (key, answered)
        }
        Ok(Asked::Typing) => {
            seat.room().typing(seat.who(), Instant::now());
            (None, Ok(()))
        }
        Err(error) => (None, Err(error)),
    }
}
