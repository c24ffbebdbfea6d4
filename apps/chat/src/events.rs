//! A room as server-sent events.
//!
//! The reader starts after `Last-Event-ID`, which a browser sends by itself when it reconnects, or else after `since`. Only
//! messages have ids, so marks and lists in between change nothing about where a reader stands.

use cepa::hub::OutboxOptions;
use cepa::prelude::*;
use cepa::sse::{self, Sse};

use crate::app::Chat;
use crate::messages::number;
use crate::rooms::STREAM_BYTES;
use crate::{RoomName, Who};

/// How soon a browser comes back when the stream ends.
const RETRY: Duration = Duration::from_secs(1);

pub(crate) fn router() -> Router {
    Router::new().get("/rooms/:room/events", events)
}

async fn events(ctx: &mut Context) -> Result<Sse> {
    let (name, who) = (RoomName::of(ctx)?, Who::of(ctx)?);
    let since = match ctx.last_event_id().and_then(|id| id.parse().ok()) {
        Some(id) => Some(id),
        None => number(ctx, "since")?,
    };
    let rooms = ctx.shared::<Chat>().rooms();
    let room = rooms.room(&name)?;
    let seat = room.enter(who)?;
    let options = OutboxOptions::new(sse::wire()).limit_bytes(STREAM_BYTES);
    let (member, outbox) = rooms.hub().outbox(options);
    rooms.follow(&room, since, &member).await?;
    Ok(ctx.sse().retry(RETRY).outbox(outbox).keep(seat))
}
