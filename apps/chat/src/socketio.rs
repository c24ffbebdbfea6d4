//! A room over Socket.IO, for our own client and the official ones.
//!
//! ```text
//! auth {nick, client}
//! from the client   join {room, since} → {messages, people}     say {text, picture, key} → {ok: message} | {error: problem}     typing
//! to it             message, people, typing
//! ```
//!
//! The sockets are members of the same hub as the streams of the other transports, so what is published to a room reaches
//! them as an event of that name. A socket is in one room; joining another leaves the first.

use cepa::prelude::*;
use cepa::socketio::{Options as Limits, Socket};
use serde::{Deserialize, Serialize};

use crate::app::Chat;
use crate::message::SAYING_BYTES;
use crate::rooms::{STREAM_BYTES, Seat};
use crate::{Nick, Options, RoomName, Said, Saying, Who};

#[derive(Deserialize)]
struct Auth {
    nick: String,
    client: String,
}

#[derive(Deserialize)]
struct Join {
    room: String,
    since: Option<u64>,
}

#[derive(Default, Serialize)]
struct Joined {
    messages: Vec<Said>,
    people: Vec<Nick>,
}

pub(crate) fn server(chat: &Arc<Chat>, options: &Options) -> SocketIo {
    let limits = Limits {
        max_payload: SAYING_BYTES,
        max_attachments: 0,
        max_outgoing: STREAM_BYTES,
        ..Limits::default()
    };
    let (joining, saying) = (Arc::clone(chat), Arc::clone(chat));
    let io = SocketIo::with_options(limits)
        .with_hub(chat.rooms().hub().clone())
        .admit(admit)
        .on("join", async move |socket, asked: Join| join(&joining, &socket, asked).await.map(Json))
        .on("say", async move |socket, asked: Saying| {
            let seat = seat(&socket)?;
            let (room, who) = (seat.room().name().clone(), seat.who().clone());
            let stored = saying.say(room, who, asked).await?;
            Ok(Json(Answer { ok: stored.said }))
        })
        .on("typing", async |socket, ()| {
            let seat = seat(&socket)?;
            seat.room().typing(seat.who(), Instant::now());
            Ok(())
        })
        .on_disconnect(async |socket, _reason| {
            socket.data().remove::<Seat>();
            Ok(())
        });
    match &options.client_bundle {
        Some(folder) => io.client_bundle(folder),
        None => io,
    }
}

#[derive(Serialize)]
struct Answer {
    ok: Said,
}

/// Nobody comes in without a name.
async fn admit(socket: Socket) -> Result {
    let auth =
        Auth::deserialize(&*socket.handshake().auth).or_throw(400, "auth needs nick and client")?;
    socket.data().insert(Who::parse(&auth.client, &auth.nick)?);
    Ok(())
}

async fn join(chat: &Chat, socket: &Socket, asked: Join) -> Result<Joined> {
    let name = RoomName::parse(&asked.room)?;
    let who = socket.data().get::<Who>().or_throw(500, "the socket was admitted without a name")?;
    let room = chat.rooms().room(&name)?;
    if let Some(before) = socket.data().get::<Seat>() {
        socket.leave(before.room().channel());
    }
    socket.data().insert(room.enter((*who).clone())?);

    let mut joined = Joined::default();
    let take = |said| joined.messages.extend(said);
    let join = |people| {
        socket.join(room.channel());
        joined.people = people;
    };
    if !chat.rooms().read(&room, asked.since, take, join).await? {
        // more than fits an answer: the client gets a part, and comes back for the rest with its last id
        for said in joined.messages.drain(..) {
            socket.emit("message", &said)?;
        }
        socket.disconnect(false);
    }
    Ok(joined)
}

fn seat(socket: &Socket) -> Result<Arc<Seat>> {
    socket.data().get::<Seat>().ok_or_else(|| {
        Error::new(409, "Join a room before you say something.").with_code("not_in_a_room")
    })
}
