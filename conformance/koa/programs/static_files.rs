//! `koa-static` over a folder that the rig makes for both (`src/files.rs`).

use cepa::files::StaticFiles;
use cepa::prelude::*;

use crate::files::Files;

fn app(files: StaticFiles) -> App {
    App::new().plug(files).with(async |ctx, _next| match ctx.path() {
        "/below" | "/a.txt" => ctx.set_body("below"),
        _ => Ok(()),
    })
}

pub(super) fn programs(files: &Files) -> Vec<(&'static str, App)> {
    let folder = || serve(files.path());
    vec![
        ("static", app(folder())),
        ("static-conditional", app(folder())),
        ("static-cached", app(folder().max_age(Duration::from_millis(3_600_500)).immutable())),
        ("static-hidden", app(folder().hidden(true))),
        ("static-extensions", app(folder().extensions(["txt", "html"]))),
        ("static-no-index", app(folder().no_index())),
        ("static-index", app(folder().index("a.txt"))),
        ("static-plain", app(folder().precompressed(false))),
        ("static-defer", app(folder().defer(true))),
    ]
}
