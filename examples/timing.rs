//! The outermost middleware measures all the others, and tells in a header.

use cepa::prelude::*;

pub(crate) fn app() -> App {
    App::new()
        .with(async |ctx, next| {
            let start = Instant::now();
            next.run(ctx).await?;
            let elapsed = start.elapsed().as_micros() as f64 / 1000.0;
            println!("{} {} {elapsed} ms", ctx.method(), ctx.url());
            ctx.set("x-response-time", format!("{elapsed}ms"))
        })
        .with(async |ctx, _next| ctx.set_body("timed"))
}

#[tokio::main]
async fn main() -> Result {
    app().listen("127.0.0.1:3000").await
}
