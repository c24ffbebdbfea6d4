//! Short and long polling.
//!
//! A short poll reads what is there. A long poll is held by [`cepa::poll`] until a short poll would find something new.
//! There is one for each client and room: a newer one answers the older, which is told so by `"replaced": true`.

use cepa::poll::Polled;
use cepa::prelude::*;

use crate::app::Chat;
use crate::messages::number;
use crate::room::Room;
use crate::rooms::News;
use crate::{ClientId, RoomName, Who};

pub(crate) fn router() -> Router {
    Router::new().get("/rooms/:room/poll", poll).get("/rooms/:room/wait", wait)
}

async fn poll(ctx: &mut Context) -> Result<Json<News>> {
    let (name, who, since) = (RoomName::of(ctx)?, Who::of(ctx)?, number(ctx, "since")?);
    let rooms = ctx.shared::<Chat>().rooms();
    let room = rooms.room(&name)?;
    room.renew(&who, Instant::now())?;
    rooms.news(&room, &who.client, since).await.map(Json)
}

async fn wait(ctx: &mut Context) -> Result<Json<News>> {
    let (name, who, since) = (RoomName::of(ctx)?, Who::of(ctx)?, number(ctx, "since")?);
    let seen = number(ctx, "seen")?;
    let chat = ctx.shared::<Chat>();
    let rooms = chat.rooms();
    let room = rooms.room(&name)?;
    room.renew(&who, Instant::now())?;

    let key = key(&room, &who.client);
    let poll = chat.polls().on(rooms.hub(), room.channel()).and(room.changes()).client(&key);
    let look = || async {
        let news = rooms.news(&room, &who.client, since).await?;
        let is_new = !news.messages.is_empty() || seen != Some(news.version);
        Ok(is_new.then_some(news))
    };
    let polled = poll.wait(ctx, look).await?;
    let replaced = matches!(polled, Polled::Replaced);
    let news = match polled {
        Polled::News(news) => news,
        Polled::Nothing | Polled::Replaced => rooms.news(&room, &who.client, since).await?,
    };
    Ok(Json(News { replaced, ..news }))
}

/// The key of a client's long poll in a room.
pub(crate) fn key(room: &Room, client: &ClientId) -> String {
    format!("{} {}", room.channel(), client.tab().as_str())
}
