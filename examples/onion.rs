//! Middleware runs down in the order of registration and up in reverse.
//!
//! `GET /` answers `1 2 3 3 2 1`. With `?stop`, the second does not call `next`: `1 2 2 1`.

use cepa::prelude::*;

/// What ran, in order.
#[derive(Default)]
struct Log(Vec<&'static str>);

pub(crate) fn app() -> App {
    App::new()
        .with(async |ctx, next| {
            ctx.state.entry::<Log>().0.push("1");
            next.run(ctx).await?;
            ctx.state.entry::<Log>().0.push("1");
            let log = ctx.state.entry::<Log>().0.join(" ");
            ctx.set_body(log)
        })
        .with(async |ctx, next| {
            ctx.state.entry::<Log>().0.push("2");
            if ctx.query::<String>("stop")?.is_none() {
                next.run(ctx).await?;
            }
            ctx.state.entry::<Log>().0.push("2");
            Ok(())
        })
        .with(async |ctx, next| {
            ctx.state.entry::<Log>().0.push("3");
            next.run(ctx).await?;
            ctx.state.entry::<Log>().0.push("3");
            Ok(())
        })
}

#[tokio::main]
async fn main() -> Result {
    app().listen("127.0.0.1:3000").await
}
