//! The REST side: the list of rooms, the history, and saying something by a plain request, which every transport that only
//! receives (polling, SSE) does.

use cepa::prelude::*;
use serde::{Deserialize, Serialize};

use crate::app::Chat;
use crate::message::SAYING_BYTES;
use crate::rooms::{PAGE, RoomLine};
use crate::{ClientId, RoomName, Said, Saying, Who, polling};

#[derive(Deserialize)]
struct Say {
    nick: String,
    client: String,
    #[serde(flatten)]
    saying: Saying,
}

#[derive(Deserialize)]
struct Typing {
    nick: String,
    client: String,
}

#[derive(Deserialize)]
struct Leave {
    client: String,
}

#[derive(Serialize)]
struct Page {
    messages: Vec<Said>,
}

pub(crate) fn router() -> Router {
    Router::new()
        .get("/rooms", rooms)
        .get("/rooms/:room/history", history)
        .post("/rooms/:room/messages", say)
        .post("/rooms/:room/typing", typing)
        .post("/rooms/:room/leave", leave)
}

async fn rooms(ctx: &mut Context) -> Result<Json<Vec<RoomLine>>> {
    ctx.shared::<Chat>().rooms().list().await.map(Json)
}

async fn history(ctx: &mut Context) -> Result<Json<Page>> {
    let room = RoomName::of(ctx)?;
    let before = number(ctx, "before")?.unwrap_or(i64::MAX as u64);
    let limit = number(ctx, "limit")?.unwrap_or(PAGE as u64) as usize;
    let messages = ctx.shared::<Chat>().rooms().history(&room, before, limit).await?;
    Ok(Json(Page { messages }))
}

async fn say(ctx: &mut Context) -> Result<Json<Said>> {
    let room = RoomName::of(ctx)?;
    let say: Say = ctx.read_body().limit(SAYING_BYTES).json().await?;
    let who = Who::parse(&say.client, &say.nick)?;
    let stored = ctx.shared::<Chat>().say(room, who, say.saying).await?;
    ctx.set_status(if stored.is_new { 201 } else { 200 });
    Ok(Json(stored.said))
}

async fn typing(ctx: &mut Context) -> Result {
    let name = RoomName::of(ctx)?;
    let body: Typing = ctx.read_body().limit(SAYING_BYTES).json().await?;
    let who = Who::parse(&body.client, &body.nick)?;
    ctx.shared::<Chat>().rooms().room(&name)?.typing(&who, Instant::now());
    Ok(())
}

/// `sendBeacon` may name any content type.
async fn leave(ctx: &mut Context) -> Result {
    let name = RoomName::of(ctx)?;
    let body: Leave = ctx.read_body().limit(SAYING_BYTES).any_type().json().await?;
    let client = ClientId::parse(&body.client)?;
    let chat = ctx.shared::<Chat>();
    let room = chat.rooms().room(&name)?;
    chat.polls().end(&polling::key(&room, &client));
    room.leave(&client, Instant::now());
    Ok(())
}

/// A number in the query.
///
/// # Errors
/// 422 `bad_number`.
pub(crate) fn number(ctx: &Context, name: &str) -> Result<Option<u64>> {
    match ctx.request.query_value(name) {
        None => Ok(None),
        Some(text) if text.is_empty() => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| {
            Error::new(422, format!("\"{name}\" must be a number.")).with_code("bad_number")
        }),
    }
}
