//! koa-static and koa-send.

use cepa::prelude::*;

fn folders() -> App {
    App::new()
        .plug(serve("public"))
        .plug(serve("dist").at("/assets"))
        .plug(serve("a").index("home.html").no_index())
        .plug(serve("b").max_age(Duration::from_secs(3600)).immutable())
        .plug(serve("c").hidden(true).defer(true).extensions(["html"]))
        .plug(serve("d").precompressed(false).fall_through(false))
        .plug(serve("e").headers(|response, path| response.set("x-path", "e")))
        .plug(serve("f").fallback("index.html").listing(true))
}

async fn one(ctx: &mut Context) -> Result {
    let reports = serve("reports");
    reports.send(ctx, "2026/summary.pdf").await
}
