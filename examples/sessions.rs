//! Signing in: a new session id, a message for the next page, and an encrypted cookie that outlives the session.

use cepa::prelude::*;
use cepa::session::MemoryStore;
use cepa::{Cookie, Router};
use serde::Deserialize;

#[derive(Deserialize)]
struct Login {
    name: String,
}

async fn home(ctx: &mut Context) -> Result<String> {
    let remembered = ctx.cookies().get_encrypted("last_name")?;
    let session = ctx.session();
    let messages: Vec<String> = session.take_flash("info");
    let greeting = match (session.get::<String>("name"), remembered) {
        (Some(name), _) => format!("You are {name}."),
        (None, Some(name)) => format!("Are you {name} again?"),
        (None, None) => "Who are you?".into(),
    };
    Ok([messages, vec![greeting]].concat().join("\n"))
}

async fn login(ctx: &mut Context) -> Result {
    let login: Login = ctx.body_form().await?;
    let session = ctx.session();
    session.regenerate(); // an id that was planted before is worth nothing now
    session.set("name", &login.name)?;
    session.flash("info", "Welcome!")?;
    let month = Duration::from_secs(30 * 24 * 3600);
    ctx.cookies().set_encrypted(Cookie::new("last_name", login.name).lifetime(month))?;
    ctx.redirect("/")
}

async fn logout(ctx: &mut Context) -> Result {
    ctx.session().destroy();
    ctx.redirect("/")
}

pub(crate) fn app() -> App {
    let pages = Router::new().get("/", home).post("/login", login).post("/logout", logout);
    App::new()
        .keys(["32 bytes or more, random, from the environment"])
        .plug(Session::new().store(MemoryStore::new()).rolling(true)) // or redis.sessions()
        .plug(pages)
}

#[tokio::main]
async fn main() -> Result {
    app().listen("127.0.0.1:3000").await
}
