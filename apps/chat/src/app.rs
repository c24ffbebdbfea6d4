//! The chat as an application of cepa: what it is made of, and in which order a request meets it.

use std::path::Path;

use cepa::http::{HeaderValue, header};
use cepa::poll::Polls;
use cepa::prelude::*;

use crate::pictures::{PICTURES_BYTES, Pictures};
use crate::rooms::Rooms;
use crate::store::Store;
use crate::{Draft, Options, RoomName, Saying, Stored, Who};
use crate::{events, messages, page, pictures, polling, socketio, websocket};

/// How often rooms are swept, which is how late a crowd hears who came and went.
const SWEEP_EVERY: Duration = Duration::from_millis(250);

/// What all requests share: the rooms, the pictures, and the long polls.
#[derive(Debug)]
pub struct Chat {
    rooms: Rooms,
    pictures: Pictures,
    polls: Polls,
}

impl Chat {
    /// Opens the database and the folder of pictures.
    ///
    /// # Errors
    /// When one of them cannot be used; the message names it.
    pub fn open(db: &Path, pictures: &Path) -> Result<Self> {
        Ok(Self {
            rooms: Rooms::start(Store::open(db)?, Hub::new())?,
            pictures: Pictures::open(pictures, PICTURES_BYTES)?,
            polls: Polls::default(),
        })
    }

    /// Holds long polls in another way.
    #[must_use]
    pub fn with_polls(mut self, polls: Polls) -> Self {
        self.polls = polls;
        self
    }

    /// The rooms.
    pub fn rooms(&self) -> &Rooms {
        &self.rooms
    }

    /// The pictures.
    pub fn pictures(&self) -> &Pictures {
        &self.pictures
    }

    /// The long polls that are being held.
    pub fn polls(&self) -> &Polls {
        &self.polls
    }

    /// Checks what somebody says, stores it and delivers it; all transports end here.
    ///
    /// # Errors
    /// 422 `empty_text`, `text_too_long`, `bad_key` or `bad_picture`; 503 `busy`; 500 when the store fails.
    pub async fn say(&self, room: RoomName, who: Who, saying: Saying) -> Result<Stored> {
        let draft = Draft::new(room, who, saying)?;
        if let Some(url) = &draft.picture {
            self.pictures.check(url).await?;
        }
        self.rooms.say(draft).await
    }

    /// Keeps the lists of people true, for as long as it is awaited.
    pub async fn sweep(&self) {
        let mut tick = tokio::time::interval(SWEEP_EVERY);
        loop {
            tick.tick().await;
            self.rooms.sweep(Instant::now());
        }
    }

    /// The application.
    pub fn app(self: &Arc<Self>, options: &Options) -> App {
        let api = Router::new()
            .nest("/api", messages::router())
            .nest("/api", pictures::router())
            .nest("/api", polling::router())
            .nest("/api", events::router())
            .nest("/api", websocket::router());

        App::new()
            .share(Arc::clone(self))
            .with(speak_safely)
            .with(speak_json)
            .plug(page::router())
            .plug(self.pictures.serve())
            .plug(api)
            .plug(socketio::server(self, options))
    }
}

/// Nothing here is to be taken for another type than it says, and no other site learns where its visitors come from.
async fn speak_safely(ctx: &mut Context, next: Next<'_>) -> Result {
    ctx.set("x-content-type-options", "nosniff")?;
    ctx.set("referrer-policy", "no-referrer")?;
    next.run(ctx).await
}

/// The API's errors are problem+json whatever the client says it accepts, and its answers are nobody's to keep.
async fn speak_json(ctx: &mut Context, next: Next<'_>) -> Result {
    if ctx.path().starts_with("/api/") {
        let json = HeaderValue::from_static("application/problem+json");
        ctx.request.headers.insert(header::ACCEPT, json);
        ctx.set(header::CACHE_CONTROL, "no-store")?;
    }
    next.run(ctx).await
}
