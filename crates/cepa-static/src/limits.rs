//! [`FileLimits`]: how much a request may ask of a folder.

use cepa_core::Context;

/// The limits of static files, for the whole app.
///
/// ```
/// use std::sync::Arc;
/// use cepa_core::App;
/// use cepa_static::{FileLimits, serve};
///
/// let limits = FileLimits { ranges: 1, ..FileLimits::default() };
/// let app = App::new().share(Arc::new(limits)).plug(serve("public"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileLimits {
    /// Ranges of one request; who asks for more gets the whole file, as RFC 9110, 14.2, allows. 0 reads no
    /// `Range` at all. Default 16.
    pub ranges: usize,
    /// Entries of a folder that are read for a listing, in the order of the file system; the rest is left out.
    /// Default 10,000.
    pub listed: usize,
}

impl Default for FileLimits {
    fn default() -> Self {
        Self { ranges: 16, listed: 10_000 }
    }
}

impl FileLimits {
    /// Those that the app shares, or the default ones.
    pub(crate) fn of(ctx: &Context) -> Self {
        ctx.try_shared().copied().unwrap_or_default()
    }
}
