//! Request bodies: JSON, forms, text, bytes, and multipart forms with files.
//!
//! Everything hangs on [`BodyExt`], which is implemented for [`Context`](cepa_core::Context): `body_json`, `body_form`
//! and `body_text`, `body_any` for whichever of these it is, `body_bytes`, and `upload`. Each checks type, size and
//! time first and fails with a status that fits: 400 malformed, 408 late, 413 too large, 415 a type that is not
//! read here, 422 well-formed but not what was asked for. [`BodyLimits`] and [`UploadLimits`] name every limit.
//!
//! Where it differs from Koa's parsers, on purpose: nothing is parsed before a handler asks; a wrong type is a
//! 415 and not an empty object; an empty JSON body and invalid UTF-8 are 400; a form with too many
//! fields is refused and not cut; failed uploads have a status of their own, and leave no file behind.
//!
//! ```
//! use cepa_body::BodyExt;
//! use cepa_core::App;
//! use serde::Deserialize;
//!
//! #[derive(Deserialize)]
//! struct Message {
//!     text: String,
//! }
//!
//! let app = App::new().with(async |ctx, _next| {
//!     let message: Message = ctx.body_json().await?;
//!     ctx.set_body(message.text)
//! });
//! ```
//!
//! Bodies may be compressed, as gzip or deflate, and with the feature `decompress` also as br or zstd; other codings
//! are a 415. It is not on by default because of what it brings along.
//!
//! [`QueryExt`] reads a query by the rules of forms.
//!
//! Read in this order: `ext` (the surface), `read` (one reading), `coding` and `inflate`, `text` (charsets), `json`,
//! `form`, `query`, `upload`.

mod coding;
mod ext;
mod form;
mod inflate;
mod json;
mod limits;
mod media_type;
mod query;
mod read;
mod refusal;
mod text;
mod upload;

pub use ext::BodyExt;
pub use limits::BodyLimits;
pub use query::QueryExt;
pub use read::ReadBody;
pub use upload::{FileBytes, Part, Upload, UploadForm, UploadLimits, UploadStore, UploadedFile};
