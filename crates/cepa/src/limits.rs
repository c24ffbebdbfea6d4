//! [`Limits`]: every bound and deadline of the HTTP side under one name.
//!
//! A limit is declared where it is kept: those of connections in `cepa-server`, those of bodies and uploads in
//! `cepa-body`, those of files in `cepa-static`, those of WebSockets in `cepa-ws`. Each of these finds what the app shares of its own type. This puts them together, so that an
//! application has one place to look and one value to set.

use std::sync::Arc;

use cepa_core::App;

/// What a client may take of the server: how much, how many, for how long. All have defaults.
///
/// | part | limits | beyond them |
/// |---|---|---|
/// | [`server`](crate::ServerLimits) | connections, heads, stalls, rates, streams, shutdown | 431, 414, 501, 503; or the connection or the stream ends |
/// | [`body`](crate::body::BodyLimits) | bytes by kind, deadline, depth and number of a form's names | 413, 408 |
/// | [`upload`](crate::body::UploadLimits) | files, fields, parts, names, bytes, deadline | 413, 408 |
/// | [`files`](crate::files::FileLimits) | ranges, listings | the whole file; the rest is left out |
/// | [`websocket`](crate::ws::Limits) | messages, frames, fragments, deadlines, keep-alive | 1009, 1008; or the connection ends |
///
/// ```no_run
/// use cepa::body::BodyLimits;
/// use cepa::{Limits, ServerLimits, prelude::*};
///
/// # async fn example() -> Result {
/// let limits = Limits {
///     server: ServerLimits { connections: 1_000, ..ServerLimits::default() },
///     body: BodyLimits { json: 64 * 1024, ..BodyLimits::default() },
///     ..Limits::default()
/// };
/// App::new().limits(limits).listen("127.0.0.1:3000").await
/// # }
/// ```
///
/// What a call, an upload or an upgrade sets for itself comes before this. Socket.IO, the hub and long polling have
/// limits in their own options, because one application may want several.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    /// Of connections and what is read and written on them.
    pub server: cepa_server::Limits,
    /// Of bodies that are read whole.
    #[cfg(feature = "body")]
    pub body: cepa_body::BodyLimits,
    /// Of multipart forms.
    #[cfg(feature = "body")]
    pub upload: cepa_body::UploadLimits,
    /// Of what is asked of folders.
    #[cfg(feature = "static")]
    pub files: cepa_static::FileLimits,
    /// Of each WebSocket; those of Socket.IO are in its options.
    #[cfg(feature = "ws")]
    pub websocket: cepa_ws::Limits,
}

/// Adds `limits` to [`App`].
pub trait Limited {
    /// Sets all limits of the HTTP side, and of WebSockets.
    #[must_use]
    fn limits(self, limits: Limits) -> Self;
}

impl Limited for App {
    fn limits(self, limits: Limits) -> Self {
        let app = self.share(Arc::new(limits.server));
        #[cfg(feature = "body")]
        let app = app.share(Arc::new(limits.body)).share(Arc::new(limits.upload));
        #[cfg(feature = "static")]
        let app = app.share(Arc::new(limits.files));
        #[cfg(feature = "ws")]
        let app = app.share(Arc::new(limits.websocket));
        app
    }
}
