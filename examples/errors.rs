//! A thrown error reaches `on_error` with its context, and the client gets its status.

use std::sync::Mutex;

use cepa::prelude::*;

/// What the observers have seen; a real one would be a log.
#[derive(Default)]
pub(crate) struct Seen(pub(crate) Mutex<Vec<String>>);

pub(crate) fn app(seen: Arc<Seen>) -> App {
    App::new()
        .on_error(move |error, ctx| {
            let line = format!("{} {}: {error}", ctx.method(), ctx.path());
            eprintln!("{line}");
            if let Ok(mut lines) = seen.0.lock() {
                lines.push(line);
            }
        })
        .with(async |ctx, next| {
            // Headers that are set before an error stay on its answer.
            ctx.set("x-request", "kept")?;
            next.run(ctx).await
        })
        .with(async |ctx, _next| match ctx.path() {
            "/teapot" => ctx.throw(418, "short and stout"),
            "/number" => {
                // Any error of the standard library is a 500 whose text the client does not see.
                let number: u32 =
                    ctx.request.query_value("n").or_throw(400, "n is missing")?.parse()?;
                ctx.set_body(number.to_string())
            }
            _ => ctx.set_body("all is well"),
        })
}

#[tokio::main]
async fn main() -> Result {
    app(Arc::default()).listen("127.0.0.1:3000").await
}
