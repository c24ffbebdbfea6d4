//! The first program of the design: the onion around shared state, a static folder and a router.

use std::sync::Mutex;

use cepa::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct NewUser {
    name: String,
}

#[derive(Default)]
pub(crate) struct Db(Mutex<Vec<NewUser>>);

impl Db {
    fn users(&self) -> Vec<NewUser> {
        self.0.lock().map(|users| users.clone()).unwrap_or_default()
    }

    fn user(&self, id: u64) -> Option<NewUser> {
        self.users().into_iter().nth(usize::try_from(id).ok()?)
    }

    fn add(&self, user: NewUser) -> Result<NewUser> {
        self.0.lock().ok().or_throw(500, "the list is broken")?.push(user.clone());
        Ok(user)
    }
}

pub(crate) fn app(db: Arc<Db>, folder: &str) -> App {
    let users = Router::new()
        .prefix("/users")
        .get("/", async |ctx| Json(ctx.shared::<Db>().users()))
        .get("/:id", async |ctx| {
            let id: u64 = ctx.param("id")?;
            ctx.shared::<Db>().user(id).or_throw(404, "no such user").map(Json)
        })
        .post("/", async |ctx| {
            let new: NewUser = ctx.body_json().await?;
            ctx.set_status(201);
            Ok(Json(ctx.shared::<Db>().add(new)?))
        });
    App::new()
        .share(db)
        .with(async |ctx, next| {
            let start = Instant::now();
            next.run(ctx).await?;
            ctx.set("x-response-time", format!("{}ms", start.elapsed().as_millis()))
        })
        .plug(serve(folder))
        .plug(users)
}

#[tokio::main]
async fn main() -> Result {
    app(Arc::default(), "public").listen("127.0.0.1:3000").await
}
