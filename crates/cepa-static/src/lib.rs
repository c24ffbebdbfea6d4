//! A folder of files as middleware: [`serve`].
//!
//! A request passes through three steps, one file each: `path` turns the target into a path below the folder or
//! refuses it, `file` finds and opens what is there, and `folder` answers, with validators and 304, or
//! passes on. All file system calls are made on the blocking pool, for a small file in one go.
//!
//! Where it differs from koa-static, on purpose: a strong entity tag and conditional requests, a redirect
//! to `dir/` for a folder, links that leave the folder are not followed, any `..` is refused, and no error
//! shows a path of the server.
//!
//! Not done yet: ranges, precompressed siblings, a fallback page for single-page applications, listings.

mod file;
mod folder;
mod path;

pub use folder::{StaticFiles, serve};
