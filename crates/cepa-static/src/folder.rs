//! [`StaticFiles`]: the middleware, its options and its answers.
//!
//! GET and HEAD are served, other methods pass on, and so does what names no file. An answer has the
//! length, `Last-Modified`, a strong entity tag of size and time in nanoseconds, `Cache-Control` and a type; headers that are
//! set already stay. `If-None-Match` and `If-Modified-Since` lead to a 304 as RFC 9110 says.
//!
//! Size and time tell two versions of a file apart only once its time lies behind: a file system's clock
//! may tick every 10 ms, or every two seconds. So a file that was changed less than [`SETTLES_AFTER`] ago,
//! or in the future, has no validators yet, and is sent whole, unless files are promised never to change.

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use cepa_core::http::{Method, StatusCode, header};
use cepa_core::{Body, Context, Error, Middleware, Next, Response, Result};

use crate::file::{Content, File, Found, Lookup, Place};
use crate::path::{below, prefix, wanted};

/// How old a change must be for the next one to have another time: the resolution of FAT, the coarsest.
const SETTLES_AFTER: Duration = Duration::from_secs(2);

type HeadersFn = dyn Fn(&mut Response, &Path) -> Result + Send + Sync;

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
    StaticFiles {
        place: Arc::new(Place {
            root: std::path::absolute(&folder).unwrap_or(folder),
            index: Some("index.html".into()),
            extensions: Vec::new(),
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

/// A folder of files as middleware; made by [`serve`].
#[derive(Clone)]
pub struct StaticFiles {
    place: Arc<Place>,
    /// As in a request line, without a slash at its end.
    prefix: String,
    max_age: Duration,
    immutable: bool,
    hidden: bool,
    defer: bool,
    fall_through: bool,
    headers: Option<Arc<HeadersFn>>,
}

impl StaticFiles {
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
    /// ```
    /// # use cepa_static::serve;
    /// let uploads = serve("uploads").headers(|response, _path| {
    ///     response.set("content-security-policy", "sandbox")
    /// });
    /// ```
    #[must_use]
    pub fn headers(
        mut self,
        headers: impl Fn(&mut Response, &Path) -> Result + Send + Sync + 'static,
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
        let found = match wanted(path, self.hidden)? {
            Some(wanted) => {
                let lookup = Lookup {
                    place: self.place.clone(),
                    wanted,
                    read: ctx.method() == Method::GET && !is_conditional(ctx),
                };
                let work = tokio::task::spawn_blocking(move || lookup.run());
                work.await.map_err(Error::internal)?.map_err(Error::internal)?
            }
            None => Found::Missing,
        };
        match found {
            Found::File(file) => self.send(ctx, file)?,
            Found::Folder => add_slash(ctx)?,
            Found::Missing if self.fall_through => return Ok(false),
            Found::Missing => return Err(Error::new(404, "")),
        }
        Ok(true)
    }

    fn send(&self, ctx: &mut Context, file: File) -> Result {
        if let Some(headers) = &self.headers {
            headers(&mut ctx.response, &file.path)?;
        }
        self.describe(&mut ctx.response, &file)?;
        // A deferred folder is asked when the status is 404, which somebody may have set.
        if self.defer || !ctx.response.is_status_set() {
            ctx.set_status(StatusCode::OK);
        }
        if ctx.fresh() {
            ctx.set_status(StatusCode::NOT_MODIFIED);
            return Ok(());
        }
        ctx.set_body(match file.content {
            Content::Whole(bytes) => Body::from(bytes),
            Content::Open(open) => Body::file(tokio::fs::File::from_std(open), file.size),
        })
    }

    fn describe(&self, response: &mut Response, file: &File) -> Result {
        let can_be_told = |time: &SystemTime| {
            has_http_date(*time) && (self.immutable || has_settled(*time, SystemTime::now()))
        };
        if let Some(modified) = file.modified.filter(can_be_told) {
            if !response.has("last-modified") {
                response.set_last_modified(modified);
            }
            if !response.has("etag") {
                response.set_etag(&tag(file.size, modified))?;
            }
        }
        if !response.has("cache-control") {
            response.set(header::CACHE_CONTROL, self.cache_control())?;
        }
        if !response.has("content-type") {
            response.set_type(&file_type(&file.path))?;
        }
        Ok(())
    }

    fn cache_control(&self) -> String {
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

/// Strong: two versions of a file that has settled differ in size or in time.
fn tag(size: u64, modified: SystemTime) -> String {
    let since = modified.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    format!("{size:x}-{:x}", since.as_nanos())
}

/// Whether another change of a file that was changed at this time would have another time.
fn has_settled(modified: SystemTime, now: SystemTime) -> bool {
    now.duration_since(modified).is_ok_and(|age| age >= SETTLES_AFTER)
}

/// Dates of HTTP reach from 1970 to 9999; a file of another time has none.
fn has_http_date(time: SystemTime) -> bool {
    const END: Duration = Duration::from_secs(253_402_300_800);
    time.duration_since(SystemTime::UNIX_EPOCH).is_ok_and(|since| since < END)
}

/// The extension that decides the type, or octets.
fn file_type(path: &Path) -> Cow<'_, str> {
    match path.extension() {
        Some(extension) => extension.to_string_lossy(),
        None => "application/octet-stream".into(),
    }
}

fn is_conditional(ctx: &Context) -> bool {
    ctx.get("if-none-match").is_some() || ctx.get("if-modified-since").is_some()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_settles_two_seconds_after_its_last_change() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        for (age, settled) in [(0, false), (1_999, false), (2_000, true), (86_400_000, true)] {
            assert_eq!(has_settled(now - Duration::from_millis(age), now), settled, "{age} ms");
        }
        assert!(!has_settled(now + Duration::from_secs(60), now), "in the future");
    }
}
