//! koa-session.

use cepa::prelude::*;
use cepa::redis::Redis;
use cepa::session::{MemoryStore, SessionEvent};
use cepa::{Priority, SameSite};

fn plugged(app: App) -> App {
    app.plug(Session::new())
}

fn carried(
    read: fn(&Context) -> Option<String>,
    write: fn(&mut Context, &str) -> Result,
) -> Session {
    Session::new().external_id(read, write)
}

fn options(
    day: Duration,
    redis: Redis,
    encode: fn(&str) -> String,
    decode: fn(&str) -> Option<String>,
    store_of_the_host: fn(&Context) -> MemoryStore,
) -> Session {
    Session::new();
    Session::new().name("sid").max_age(day).rolling(true).renew(true);
    Session::new().until_browser_closes();
    Session::new().auto_commit(false).signed(false).secure(true).http_only(true);
    Session::new().path("/").domain("onions.example").same_site(SameSite::Strict).any_site();
    Session::new().store_for(store_of_the_host);
    Session::new().store(MemoryStore::new()).prefix("onion:").new_id(|_ctx| "an id".into());
    Session::new().priority(Priority::High).partitioned(true).overwrite(false).encrypted();
    Session::new().store(redis.sessions()).codec(encode, decode);
    Session::new().external_id(
        |ctx| ctx.get("x-session").map(str::to_owned),
        |ctx, id| ctx.set("x-session", id),
    );
    Session::new()
        .valid(|ctx, data| data.contains_key("user"))
        .before_save(|ctx, session| session.save())
        .on_event(|event: &SessionEvent, ctx| eprintln!("{event:?}"))
}

async fn session(ctx: &mut Context) -> Result {
    let views: Option<u64> = ctx.session().get("views");
    ctx.session().set("views", 1)?;
    ctx.session().remove("views");
    ctx.session().is_new();
    ctx.session().len();
    ctx.session().populated();
    ctx.session().max_age();
    ctx.session().set_max_age(Some(Duration::from_secs(60)));
    ctx.session().id();
    ctx.session().save();
    ctx.session().regenerate();
    ctx.session().destroy();
    ctx.session().replace(serde_json_map());
    ctx.session().data();
    ctx.session().flash("info", "saved")?;
    ctx.commit_session().await
}

fn serde_json_map() -> cepa::session::Map<String, Value> {
    cepa::session::Map::new()
}
