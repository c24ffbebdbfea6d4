//! Sessions, byte for byte as koa-session 7 keeps them, so that Node and cepa servers can share them.
//!
//! [`Session`] is the middleware; `ctx.session()` of [`SessionExt`] gives the [`ActiveSession`] of a request. Without a
//! store the cookie is the session: base64 of JSON, signed with the app's keys, readable by the client. With a
//! [`Store`] the cookie is a random id. Either way a session of a Koa server with the same keys is read, changed and
//! written back here, and the other way round; keys rotate as everywhere, the newest first.
//!
//! A cookie that is the session can be sent again by whoever kept it, until it expires, also after
//! [`ActiveSession::destroy`]; one that lasts [until the browser closes](Session::until_browser_closes) never expires.
//! Where logging out must count, use a store.
//!
//! ```
//! use cepa_core::App;
//! use cepa_session::{Session, SessionExt};
//!
//! let app = App::new().keys(["a long secret"]).plug(Session::new()).with(async |ctx, _next| {
//!     let session = ctx.session();
//!     let visits: u64 = session.get("visits").unwrap_or(0) + 1;
//!     session.set("visits", visits)?;
//!     ctx.set_body(format!("visit {visits}"))
//! });
//! ```
//!
//! Where it differs from koa-session, on purpose:
//!
//! | koa-session | here |
//! |---|---|
//! | without `maxAge` the first cookie has no expiry, later ones have a day | the lifetime is a day, on every cookie |
//! | `maxAge: 0` is a day | does not pass: it is a slip of the program |
//! | no `SameSite` | `samesite=lax`, unless [`Session::any_site`] |
//! | a thrown error loses the cookie but not the write to the store | both are kept, as headers of errors are |
//! | a cookie too large for browsers is sent and lost | the request fails and says so ([`Session::max_cookie_bytes`]) |
//! | a cookie that holds a number or a text is a session | it is undecodable: a new session |
//! | names that begin with `_` are dropped silently | [`ActiveSession::set`] refuses them |
//! | a decoder's error deletes the cookie and fails the request | what cannot be decoded is a new session |
//! | events come after the request | observers are called when it is found out |
//! | a regeneration of a rolling session turns "until the browser closes" into a day | the lifetime stays |
//! | the id of a new session exists before it is saved | it is made when the session is first saved |
//!
//! Beyond koa-session: [`Session::encrypted`] and, for cookies of any kind, [`EncryptedCookies`];
//! [`ActiveSession::flash`]; a [`MemoryStore`]. A store in Redis is in `cepa-redis`.
//!
//! Not done: a lock against concurrent requests of one session: the last one to finish wins, as in Koa.

mod active;
mod codec;
mod commit;
mod encrypted;
mod event;
mod ext;
mod id;
mod load;
mod memory;
mod options;
mod sealed;
mod session;
mod store;
mod stringify;

pub use active::ActiveSession;
pub use encrypted::EncryptedCookies;
pub use event::{SessionEvent, SessionEventKind};
pub use ext::SessionExt;
pub use memory::MemoryStore;
pub use session::Session;
pub use store::{Store, StoreFuture};
pub use stringify::stringify;

/// What session data is made of: an object of JSON.
pub use serde_json::{Map, Value};
