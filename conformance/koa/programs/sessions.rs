//! `koa-session` in a cookie: the path says what happens to the session, the answer is what is in it.

use cepa::SameSite;
use cepa::prelude::*;
use cepa::session::ActiveSession;

fn object(ctx: &Context) -> Result<serde_json::Map<String, Value>> {
    Ok(serde_json::from_str(&ctx.request.query_value("data").unwrap_or_default())?)
}

/// The data, whether it is new, how many there are.
fn seen(session: &ActiveSession) -> Value {
    json!([session.data(), session.is_new(), session.len()])
}

async fn program(ctx: &mut Context, _next: Next<'_>) -> Result {
    let (path, name) = (ctx.path().to_owned(), ctx.request.query_value("name").unwrap_or_default());
    match path.as_str() {
        "/look" => {}
        "/count" => {
            let count: u64 = ctx.session().get("count").unwrap_or(0);
            ctx.session().set("count", count + 1)?;
        }
        "/set" => {
            for (name, value) in object(ctx)? {
                ctx.session().set(name, value)?;
            }
        }
        "/remove" => drop(ctx.session().remove(&name)),
        "/replace" => {
            let data = object(ctx)?;
            ctx.session().replace(data);
        }
        "/destroy" => {
            ctx.session().destroy();
            return ctx.set_body(Json(json!([null, null, null])));
        }
        "/save" => ctx.session().save(),
        "/max-age" => {
            let seconds = ctx.query("seconds")?.unwrap_or_default();
            ctx.session().set_max_age(Some(Duration::from_secs(seconds)));
        }
        "/browser" => ctx.session().set_max_age(None),
        "/regenerate" => ctx.session().regenerate(),
        "/fail" => {
            ctx.session().set("failed", true)?;
            return ctx.throw(418, "on purpose");
        }
        _ => return ctx.set_body("untouched"),
    }
    let seen = seen(ctx.session());
    ctx.set_body(Json(seen))
}

fn app(session: Session) -> App {
    App::new().keys(["new", "old"]).plug(session).with(program)
}

pub(super) fn programs() -> Vec<(&'static str, App)> {
    let session = Session::new;
    vec![
        ("sessions", app(session())),
        ("sessions-rolling", app(session().rolling(true).path("/").http_only(false))),
        ("sessions-renew", app(session().renew(true).max_age(Duration::from_secs(60)))),
        ("sessions-unsigned", app(session().signed(false))),
        ("sessions-browser", app(session().until_browser_closes().same_site(SameSite::Strict))),
        ("sessions-old-key", App::new().keys(["old"]).plug(session()).with(program)),
    ]
}
