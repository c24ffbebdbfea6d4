//! Three async middlewares build one answer, and the first one sends it.

use cepa::prelude::*;

#[derive(Default)]
struct Message(String);

/// Something that takes its time: a query, a file, another service.
async fn third_part() -> &'static str {
    tokio::task::yield_now().await;
    "ccc"
}

pub(crate) fn app() -> App {
    App::new()
        .with(async |ctx, next| {
            ctx.state.entry::<Message>().0.push_str("aaa");
            next.run(ctx).await?;
            let message = std::mem::take(&mut ctx.state.entry::<Message>().0);
            ctx.set_body(message)
        })
        .with(async |ctx, next| {
            ctx.state.entry::<Message>().0.push_str("bbb");
            next.run(ctx).await
        })
        .with(async |ctx, next| {
            let part = third_part().await;
            ctx.state.entry::<Message>().0.push_str(part);
            next.run(ctx).await
        })
}

#[tokio::main]
async fn main() -> Result {
    app().listen("127.0.0.1:3000").await
}
