//! [`StaticFiles`]: the middleware and its options.
//!
//! GET and HEAD are served, other methods pass on, and so does what names no file.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use cepa_core::http::{Method, StatusCode, header};
use cepa_core::{Context, Error, Middleware, Next, Response, Result};

use crate::answer::{self, Stats};
use crate::coding::preferred;
use crate::limits::FileLimits;
use crate::listing;
use crate::lookup::{Found, Lookup, Place, Root};
use crate::path::{Wanted, below, decoded, prefix, wanted};

type HeadersFn = dyn Fn(&mut Response, &Stats<'_>) -> Result + Send + Sync;

/// Serves the files of a folder, relative to where the process was when this is called.
///
/// ```
/// use cepa_core::App;
/// use cepa_static::serve;
///
/// let app = App::new()
///     .plug(serve("public"))
///     .plug(serve("uploads").at("/pictures"));
/// ```
pub fn serve(folder: impl Into<PathBuf>) -> StaticFiles {
    let folder = folder.into();
    StaticFiles::of(Root::Folder(std::path::absolute(&folder).unwrap_or(folder)))
}

/// Serves a folder that is part of the program, with the options of one on disk; feature `embed`.
///
/// A release build has the files in the binary. A debug build reads them from disk when this is called, so
/// that changing one needs a restart and no build.
///
/// ```
/// use cepa_static::{rust_embed, serve_embedded};
///
/// #[derive(rust_embed::Embed)]
/// #[crate_path = "cepa_static::rust_embed"]
/// #[folder = "src/"] // from where Cargo.toml is
/// struct Assets;
///
/// let app = cepa_core::App::new().plug(serve_embedded::<Assets>().at("/assets"));
/// ```
#[cfg(feature = "embed")]
pub fn serve_embedded<E: rust_embed::RustEmbed>() -> StaticFiles {
    StaticFiles::of(Root::Embedded(crate::embedded::Tree::new::<E>()))
}

/// A folder of files as middleware; made by [`serve`].
#[derive(Clone)]
pub struct StaticFiles {
    place: Arc<Place>,
    /// As in a request line, without a slash at its end.
    prefix: String,
    max_age: Duration,
    pub(crate) immutable: bool,
    hidden: bool,
    pub(crate) defer: bool,
    fall_through: bool,
    pub(crate) headers: Option<Arc<HeadersFn>>,
}

impl StaticFiles {
    fn of(root: Root) -> Self {
        Self {
            place: Arc::new(Place {
                root,
                index: Some("index.html".into()),
                extensions: Vec::new(),
                precompressed: true,
                fallback: None,
                listing: false,
            }),
            prefix: String::new(),
            max_age: Duration::ZERO,
            immutable: false,
            hidden: false,
            defer: false,
            fall_through: true,
            headers: None,
        }
    }

    /// Serves the folder below this path only: with `/assets`, `/assets/app.js` is the folder's `app.js`.
    ///
    /// The path is written as people do, `/my files`, or as browsers do, `/my%20files`; its case matters.
    ///
    /// # Panics
    /// When the prefix does not begin with a slash.
    #[must_use]
    #[track_caller]
    pub fn at(mut self, path: &str) -> Self {
        assert!(path.starts_with('/'), "the prefix {path:?} does not begin with a slash");
        self.prefix = prefix(path);
        self
    }

    /// The file that stands for a folder. Default `index.html`.
    #[must_use]
    pub fn index(mut self, name: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.place).index = Some(name.into());
        self
    }

    /// Folders have no index, and are not found.
    #[must_use]
    pub fn no_index(mut self) -> Self {
        Arc::make_mut(&mut self.place).index = None;
        self
    }

    /// Extensions to try, in order, for a name without one: with `["html"]`, `/about` is `about.html`.
    #[must_use]
    pub fn extensions<E: Into<String>>(mut self, extensions: impl IntoIterator<Item = E>) -> Self {
        let plain = |extension: E| extension.into().trim_start_matches('.').to_owned();
        Arc::make_mut(&mut self.place).extensions = extensions.into_iter().map(plain).collect();
        self
    }

    /// Whether `app.js.br`, `app.js.zst` or `app.js.gz` is sent for `app.js` to those who prefer it, under the
    /// type of `app.js`. Default `true`; it costs a look for each of the three a request.
    ///
    /// Nothing compares the files: whoever writes `app.js` writes its siblings too.
    #[must_use]
    pub fn precompressed(mut self, precompressed: bool) -> Self {
        Arc::make_mut(&mut self.place).precompressed = precompressed;
        self
    }

    /// Whether a folder without an index is listed, as a page, or as JSON for those who prefer it: an array of
    /// objects with `type` (`folder`, `file`), `name`, and the `size` of a file in bytes. Default `false`.
    ///
    /// Of a folder with more entries than [`FileLimits::listed`](crate::FileLimits::listed), the rest is left out.
    #[must_use]
    pub fn listing(mut self, listing: bool) -> Self {
        Arc::make_mut(&mut self.place).listing = listing;
        self
    }

    /// The page to send where nothing is, such as `index.html`, for applications that route in the browser.
    ///
    /// It answers a GET or HEAD whose last name has no extension, of a client that prefers HTML to JSON, and
    /// is asked about every time, whatever [`max_age`](Self::max_age) says. Place the routes of the server before it.
    ///
    /// ```
    /// # use cepa_static::serve;
    /// let app = cepa_core::App::new().plug(serve("dist").fallback("index.html"));
    /// ```
    #[must_use]
    pub fn fallback(mut self, page: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.place).fallback = Some(page.into());
        self
    }

    /// How long a copy may be used without asking, in whole seconds. Default 0.
    #[must_use]
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = age;
        self
    }

    /// Promises that files never change under their name, so that reloading a page does not ask either, and
    /// a file can be asked about as soon as it is there.
    #[must_use]
    pub fn immutable(mut self) -> Self {
        self.immutable = true;
        self
    }

    /// Serves hidden files too, whose name or folder begins with a dot. Default: they are missing.
    #[must_use]
    pub fn hidden(mut self, hidden: bool) -> Self {
        self.hidden = hidden;
        self
    }

    /// Serves a file only when everything below has left the request unanswered.
    #[must_use]
    pub fn defer(mut self, defer: bool) -> Self {
        self.defer = defer;
        self
    }

    /// Whether a request for no file passes on. With `false` it is a 404, and a method other than GET and
    /// HEAD a 405. Default `true`.
    #[must_use]
    pub fn fall_through(mut self, fall_through: bool) -> Self {
        self.fall_through = fall_through;
        self
    }

    /// Sets headers for a file, before the default ones, which do not replace them.
    ///
    /// What is set here counts: with an entity tag of its own, a file is asked about by that one.
    ///
    /// ```
    /// # use cepa_static::serve;
    /// let uploads = serve("uploads").headers(|response, _stats| {
    ///     response.set("content-security-policy", "sandbox")
    /// });
    /// ```
    #[must_use]
    pub fn headers(
        mut self,
        headers: impl Fn(&mut Response, &Stats<'_>) -> Result + Send + Sync + 'static,
    ) -> Self {
        self.headers = Some(Arc::new(headers));
        self
    }

    /// Answers when there is a file, and says whether there was one.
    async fn answer(&self, ctx: &mut Context) -> Result<bool> {
        let Some(path) = below(&self.prefix, ctx.path()) else { return Ok(false) };
        if !matches!(*ctx.method(), Method::GET | Method::HEAD) {
            return if self.fall_through { Ok(false) } else { Err(not_allowed()) };
        }
        let found = match wanted(&decoded(path)?, self.hidden)? {
            Some(wanted) => self.find(ctx, wanted).await?,
            None => Found::Missing,
        };
        match found {
            Found::File(file) => answer::send(self, ctx, file)?,
            Found::Listing(items) => listing::send(ctx, items)?,
            Found::Folder => add_slash(ctx)?,
            Found::Missing if self.fall_through => return Ok(false),
            Found::Missing => return Err(Error::new(404, "")),
        }
        Ok(true)
    }

    /// Answers with one file of the folder, from within a handler: with validators, ranges and siblings as
    /// the folder itself does.
    ///
    /// The path is text, such as a parameter of the route, and is not decoded again. It is held to the same
    /// rules as one in a request line, and [`at`](Self::at) means nothing here.
    ///
    /// ```
    /// # use cepa_core::App;
    /// # use cepa_static::serve;
    /// let reports = serve("reports");
    /// let app = App::new().with(async move |ctx, _next| {
    ///     reports.send(ctx, "2026/summary.pdf").await
    /// });
    /// ```
    ///
    /// # Errors
    /// 404 when there is no such file, 400 or 403 when the path is one that is refused.
    pub async fn send(&self, ctx: &mut Context, path: &str) -> Result {
        let found = match wanted(path, self.hidden)? {
            Some(wanted) => self.find(ctx, wanted).await?,
            None => Found::Missing,
        };
        match found {
            Found::File(file) => answer::send(self, ctx, file),
            Found::Listing(items) => listing::send(ctx, items),
            Found::Folder | Found::Missing => Err(Error::new(404, "")),
        }
    }

    async fn find(&self, ctx: &Context, wanted: Wanted) -> Result<Found> {
        let lookup = Lookup {
            place: self.place.clone(),
            codings: preferred(ctx.get("accept-encoding")),
            takes_page: self.place.fallback.is_some() && takes_page(ctx, &wanted),
            wanted,
            hidden: self.hidden,
            listed: FileLimits::of(ctx).listed,
            read: answer::needs_all(ctx),
        };
        if !self.place.root.blocks() {
            return lookup.run().map_err(Error::internal);
        }
        let work = tokio::task::spawn_blocking(move || lookup.run());
        work.await.map_err(Error::internal)?.map_err(Error::internal)
    }

    /// What is said of caching, unless something else was set.
    pub(crate) fn cache_control(&self) -> String {
        let seconds = self.max_age.as_secs();
        let immutable = if self.immutable { ",immutable" } else { "" };
        format!("max-age={seconds}{immutable}")
    }
}

impl Middleware for StaticFiles {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        if !self.defer {
            return if self.answer(ctx).await? { Ok(()) } else { next.run(ctx).await };
        }
        next.run(ctx).await?;
        if ctx.response.body.is_unset() && ctx.status() == StatusCode::NOT_FOUND {
            self.answer(ctx).await?;
        }
        Ok(())
    }
}

/// Whether a page would do in place of what was asked for: neither of a script that is missing nor to a call of
/// an interface is HTML an answer.
fn takes_page(ctx: &Context, wanted: &Wanted) -> bool {
    let name = wanted.path.rsplit('/').next().unwrap_or_default();
    !name.contains('.') && ctx.accepts(&["html", "json"]) == Some("html")
}

/// Sends the client from `/dir` to `/dir/`, where relative links of the index lead to the right place.
fn add_slash(ctx: &mut Context) -> Result {
    let url = ctx.request.original_url();
    let (path, query) = match url.split_once('?') {
        Some((path, query)) => (path, format!("?{query}")),
        None => (url, String::new()),
    };
    let location = format!("/{}/{query}", path.trim_matches(['/', '\\']));
    ctx.set_status(StatusCode::MOVED_PERMANENTLY);
    ctx.redirect(&location)
}

fn not_allowed() -> Error {
    let allow = cepa_core::http::HeaderValue::from_static("GET, HEAD");
    Error::new(405, "").with_header(header::ALLOW, allow)
}

impl fmt::Debug for StaticFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StaticFiles")
            .field("place", &self.place)
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}
