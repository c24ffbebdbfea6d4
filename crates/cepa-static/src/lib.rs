//! A folder of files as middleware: [`serve`].
//!
//! A request passes through three steps: `path` turns the target into a path below the folder or refuses it,
//! `lookup` finds and opens what is there, in a folder of the file system (`disk`) or of the program
//! (`embedded`), and `answer` sends it, whole or in ranges, or says that the client has it. `folder` holds the
//! options and passes on what names no file; `listing` shows what lies in a folder. What waits for a disk is
//! done on the blocking pool, for a small file in one go.
//!
//! Where it differs from koa-static, on purpose: a strong entity tag and conditional requests, ranges, siblings
//! chosen by the client's weights, with `Vary`, and only beside the file itself, a redirect to `dir/` for a
//! folder, links that leave the folder are not followed, any `..` is refused, and no error shows a path of
//! the server.

mod answer;
mod coding;
mod content;
mod disk;
#[cfg(feature = "embed")]
mod embedded;
mod folder;
mod limits;
mod listing;
mod lookup;
mod parts;
mod path;
mod range;
mod validators;

pub use answer::Stats;
#[cfg(feature = "embed")]
pub use folder::serve_embedded;
pub use folder::{StaticFiles, serve};
pub use limits::FileLimits;
#[cfg(feature = "embed")]
pub use rust_embed;
