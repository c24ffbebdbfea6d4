//! The page: files that are part of the program, so that the chat is one file to copy.
//!
//! The table lists them; each is answered with a strong entity tag, and browsers ask again each time (`no-cache`), so a new
//! version of the program is a new page.

use bytes::Bytes;
use cepa::prelude::*;

use crate::digest::digest;

const FILES: &[File] = &[
    File::new("/", "index.html", include_bytes!("../page/index.html")),
    File::new("/style.css", "style.css", include_bytes!("../page/style.css")),
    File::new("/favicon.svg", "favicon.svg", include_bytes!("../page/favicon.svg")),
    File::new("/app.js", "app.js", include_bytes!("../page/app.js")),
    File::new("/api.js", "api.js", include_bytes!("../page/api.js")),
    File::new("/composer.js", "composer.js", include_bytes!("../page/composer.js")),
    File::new("/log.js", "log.js", include_bytes!("../page/log.js")),
    File::new("/sidebar.js", "sidebar.js", include_bytes!("../page/sidebar.js")),
    File::new("/text.js", "text.js", include_bytes!("../page/text.js")),
    File::new("/transports.js", "transports.js", include_bytes!("../page/transports.js")),
];

struct File {
    path: &'static str,
    name: &'static str,
    content: &'static [u8],
}

pub(crate) fn router() -> Router {
    FILES.iter().fold(Router::new(), |router, file| {
        let tag: Arc<str> = digest(&[file.content]).into();
        router.get(file.path, async move |ctx| file.answer(ctx, &tag))
    })
}

impl File {
    const fn new(path: &'static str, name: &'static str, content: &'static [u8]) -> Self {
        Self { path, name, content }
    }

    fn answer(&self, ctx: &mut Context, tag: &str) -> Result {
        ctx.set_etag(tag)?;
        ctx.set("cache-control", "no-cache")?;
        ctx.set("content-security-policy", "frame-ancestors 'none'")?;
        ctx.set_status(200);
        if ctx.fresh() {
            ctx.set_status(304);
            return Ok(());
        }
        ctx.set_type(self.name)?;
        ctx.set_body(Bytes::from_static(self.content))
    }
}
