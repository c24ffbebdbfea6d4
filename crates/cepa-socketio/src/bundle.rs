//! The files for browsers under the server's path: our own client module, and the official bundle from a folder.
//!
//! `cepa.js` is part of this crate. The official client is foreign code and is served from wherever the application has
//! it (`node_modules/socket.io-client/dist`); without a folder the answer says how to get it. Names are a fixed list, so
//! no path is ever made of what a client sent. ETags are hashes of the content, kept with the file's size and time.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::SystemTime;

use bytes::Bytes;
use cepa_core::{Body, Context, Result};
use http::{Method, StatusCode};
use parking_lot::Mutex;

/// Our client, an ES module.
const CLIENT: &str = include_str!("../client/cepa.js");

static CLIENT_ETAG: LazyLock<String> = LazyLock::new(|| etag(CLIENT.as_bytes()));

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

/// A folder with the official client.
#[derive(Debug)]
pub(crate) struct Bundle {
    folder: PathBuf,
    read: Mutex<HashMap<&'static str, Entry>>,
}

#[derive(Debug, Clone)]
struct Entry {
    modified: Option<SystemTime>,
    etag: String,
    content: Bytes,
}

impl Bundle {
    pub(crate) fn new(folder: PathBuf) -> Bundle {
        Bundle { folder, read: Mutex::default() }
    }

    /// A file, from memory when it has not changed since it was read.
    async fn get(&self, name: &'static str) -> Option<Entry> {
        let path = self.folder.join(name);
        let modified = tokio::fs::metadata(&path)
            .await
            .ok()
            .filter(std::fs::Metadata::is_file)?
            .modified()
            .ok();
        if let Some(entry) = self.read.lock().get(name).filter(|entry| entry.modified == modified) {
            return Some(entry.clone());
        }
        let content = Bytes::from(tokio::fs::read(&path).await.ok()?);
        let entry = Entry { modified, etag: etag(&content), content };
        self.read.lock().insert(name, entry.clone());
        Some(entry)
    }
}

/// The file that the rest of a path names, if it is one of ours.
pub(crate) fn file(rest: &str) -> Option<&'static str> {
    let name = rest.strip_prefix('/')?;
    FILES.into_iter().find(|file| *file == name)
}

/// Serves a file.
pub(crate) async fn serve(
    ctx: &mut Context,
    name: &'static str,
    bundle: Option<&Bundle>,
) -> Result {
    if ctx.method() != Method::GET && ctx.method() != Method::HEAD {
        ctx.set_status(StatusCode::METHOD_NOT_ALLOWED);
        ctx.set("allow", "GET, HEAD")?;
        return ctx.set_body(Body::empty());
    }
    let (etag, content) = if name == FILES[0] {
        (CLIENT_ETAG.clone(), Bytes::from_static(CLIENT.as_bytes()))
    } else {
        let entry = match bundle {
            Some(bundle) => bundle.get(name).await,
            None => None,
        };
        match entry {
            Some(entry) => (entry.etag, entry.content),
            None => {
                ctx.set_status(StatusCode::NOT_FOUND);
                return ctx.set_body(HELP);
            }
        }
    };
    ctx.set_status(StatusCode::OK);
    ctx.set_etag(&etag)?;
    ctx.set("cache-control", "public, max-age=0")?;
    if ctx.fresh() {
        ctx.set_status(StatusCode::NOT_MODIFIED);
        return ctx.set_body(Body::empty());
    }
    let kind = if name.ends_with(".map") { "application/json" } else { "application/javascript" };
    ctx.set("content-type", format!("{kind}; charset=utf-8"))?;
    ctx.set_body(Body::from(content))
}

/// FNV-1a and the length: the same from every build, and on every machine of a cluster.
fn etag(content: &[u8]) -> String {
    let hash = content.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("\"{hash:016x}-{:x}\"", content.len())
}
