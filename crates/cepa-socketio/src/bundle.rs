//! The files for browsers under the server's path: our own client module, and the official bundle.
//!
//! `cepa.js` is part of this crate. The official client is foreign code and comes from wherever the application has it: a
//! folder (`node_modules/socket.io-client/dist`), or the program itself (feature `embed`); without either the answer says
//! how to get it. Names are a fixed list, so no path is ever made of what a client sent, and what is kept is bounded.
//!
//! A file is read, hashed and compressed once, and kept until its size or time changes. Each coding has an ETag of its own,
//! since its bytes are others. Only gzip, which every browser takes: the largest file is 40 KB in it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use bytes::Bytes;
use cepa_core::{Body, Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{Method, StatusCode};
use parking_lot::Mutex;

/// Our client, an ES module.
const CLIENT: &str = include_str!("../client/cepa.js");

/// The first is ours.
const FILES: [&str; 9] = [
    "cepa.js",
    "socket.io.js",
    "socket.io.js.map",
    "socket.io.min.js",
    "socket.io.min.js.map",
    "socket.io.esm.min.js",
    "socket.io.esm.min.js.map",
    "socket.io.msgpack.min.js",
    "socket.io.msgpack.min.js.map",
];

const HELP: &str = "The official Socket.IO client is not installed here.\n\
    Get it with `npm install socket.io-client`, and name its folder:\n\
    SocketIo::client_bundle(\"node_modules/socket.io-client/dist\")\n\
    Or use the client that is built in: import { io } from \"/socket.io/cepa.js\"\n";

/// Files below this size are not compressed.
const THRESHOLD: usize = 1024;

/// The files, and where the official ones come from.
#[derive(Debug, Default)]
pub(crate) struct Bundle {
    source: OnceLock<Source>,
    kept: Mutex<HashMap<&'static str, Kept>>,
}

/// Where the official client comes from.
#[derive(Debug)]
pub(crate) enum Source {
    Folder(PathBuf),
    #[cfg(feature = "embed")]
    Program(fn(&str) -> Option<Cow<'static, [u8]>>),
}

/// A file, and what it was when it was read; what is part of the program has no such stamp.
#[derive(Debug, Clone)]
struct Kept {
    stamp: Option<Stamp>,
    file: Arc<File>,
}

/// Time and size.
type Stamp = (Option<SystemTime>, u64);

#[derive(Debug)]
struct File {
    etag: String,
    content: Bytes,
    gzip: Option<Bytes>,
}

impl Bundle {
    /// False when there is a source already.
    pub(crate) fn set(&self, source: Source) -> bool {
        self.source.set(source).is_ok()
    }

    async fn get(&self, name: &'static str) -> Option<Arc<File>> {
        let folder = match self.source.get() {
            Some(Source::Folder(folder)) if name != FILES[0] => Some(folder.join(name)),
            _ => None,
        };
        let stamp = match &folder {
            Some(path) => {
                let found =
                    tokio::fs::metadata(path).await.ok().filter(std::fs::Metadata::is_file)?;
                Some((found.modified().ok(), found.len()))
            }
            None => None,
        };
        if let Some(kept) = self.kept.lock().get(name).filter(|kept| kept.stamp == stamp) {
            return Some(Arc::clone(&kept.file));
        }
        let content = match (folder, self.source.get()) {
            _ if name == FILES[0] => Cow::Borrowed(CLIENT.as_bytes()),
            (Some(path), _) => Cow::Owned(tokio::fs::read(path).await.ok()?),
            #[cfg(feature = "embed")]
            (None, Some(Source::Program(read))) => read(name)?,
            _ => return None,
        };
        // it takes some milliseconds, once
        let file = tokio::task::spawn_blocking(move || File::new(content)).await.ok()?;
        let file = Arc::new(file);
        self.kept.lock().insert(name, Kept { stamp, file: Arc::clone(&file) });
        Some(file)
    }
}

impl File {
    fn new(content: Cow<'static, [u8]>) -> File {
        let gzip = (content.len() >= THRESHOLD).then(|| gzip(&content).ok()).flatten();
        let gzip = gzip.filter(|gzip| gzip.len() < content.len()).map(Bytes::from);
        let etag = etag(&content);
        let content = match content {
            Cow::Borrowed(content) => Bytes::from_static(content),
            Cow::Owned(content) => content.into(),
        };
        File { etag, content, gzip }
    }
}

fn gzip(content: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    encoder.finish()
}

/// The file that the rest of a path names, if it is one of ours.
pub(crate) fn file(rest: &str) -> Option<&'static str> {
    let name = rest.strip_prefix('/')?;
    FILES.into_iter().find(|file| *file == name)
}

/// Serves a file.
pub(crate) async fn serve(ctx: &mut Context, name: &'static str, bundle: &Bundle) -> Result {
    if ctx.method() != Method::GET && ctx.method() != Method::HEAD {
        ctx.set_status(StatusCode::METHOD_NOT_ALLOWED);
        ctx.set("allow", "GET, HEAD")?;
        return ctx.set_body(Body::empty());
    }
    let Some(file) = bundle.get(name).await else {
        ctx.set_status(StatusCode::NOT_FOUND);
        return ctx.set_body(HELP);
    };
    ctx.set_status(StatusCode::OK);
    ctx.set("cache-control", "public, max-age=0")?;
    ctx.vary("accept-encoding")?;
    let gzip = file.gzip.as_ref();
    let gzip = gzip.filter(|_| ctx.accepts_encodings(&["gzip", "identity"]) == Some("gzip"));
    let coding = if gzip.is_some() { "-gzip" } else { "" };
    ctx.set_etag(&format!("\"{}{coding}\"", file.etag))?;
    if ctx.fresh() {
        ctx.set_status(StatusCode::NOT_MODIFIED);
        return ctx.set_body(Body::empty());
    }
    let kind = if name.ends_with(".map") { "application/json" } else { "application/javascript" };
    ctx.set("content-type", format!("{kind}; charset=utf-8"))?;
    if gzip.is_some() {
        ctx.set("content-encoding", "gzip")?;
    }
    ctx.set_body(Body::from(gzip.unwrap_or(&file.content).clone()))
}

/// FNV-1a and the length: the same from every build, and on every machine of a cluster.
fn etag(content: &[u8]) -> String {
    let hash = content.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}-{:x}", content.len())
}
