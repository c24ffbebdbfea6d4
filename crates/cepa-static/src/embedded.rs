//! A folder that is part of the program: what `rust-embed` put into it, as a [`Tree`].
//!
//! A tree is made once, when the application starts, and never changes; looking something up in it waits for
//! nothing. A release build serves the very bytes of the program, without a copy. A debug build reads the
//! folder from disk instead, also once.
//!
//! The entity tag is the content's hash, made while compiling. There is no date: that of a source file says when
//! it was checked out.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Bound::{Excluded, Unbounded};
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use rust_embed::RustEmbed;

use crate::content::Content;
use crate::lookup::{Entry, Opened};
use crate::validators::Version;

/// How many bytes of the hash stand in the tag: 128 bits, as much as nobody finds twice by chance.
const TAG_BYTES: usize = 16;

/// Files by their path, which has neither a slash at its ends nor empty names.
#[derive(Clone)]
pub(crate) struct Tree(Arc<BTreeMap<String, Embedded>>);

struct Embedded {
    bytes: Bytes,
    tag: String,
}

impl Tree {
    pub(crate) fn new<E: RustEmbed>() -> Self {
        let file = |name: Cow<'static, str>| {
            let file = E::get(&name)?;
            let bytes = match file.data {
                Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                Cow::Owned(bytes) => Bytes::from(bytes),
            };
            let tag = URL_SAFE_NO_PAD.encode(&file.metadata.sha256_hash()[..TAG_BYTES]);
            Some((name.trim_matches('/').to_owned(), Embedded { bytes, tag }))
        };
        Self(Arc::new(E::iter().filter_map(file).collect()))
    }

    pub(crate) fn entry(&self, relative: &str) -> Entry {
        let path = relative.trim_matches('/');
        if self.0.contains_key(path) {
            Entry::File(path.into())
        } else if path.is_empty() || self.below(path).next().is_some() {
            Entry::Folder(path.into())
        } else {
            Entry::Missing
        }
    }

    pub(crate) fn open(&self, path: &Path) -> Option<Opened> {
        let file = self.0.get(path.to_str()?)?;
        Some(Opened {
            size: file.bytes.len() as u64,
            version: Version::Hash(file.tag.clone()),
            content: Content::Whole(file.bytes.clone()),
        })
    }

    pub(crate) fn names(&self, path: &Path, most: usize) -> Vec<String> {
        let first = |rest: &str| rest.split('/').next().unwrap_or_default().to_owned();
        let mut names: Vec<String> =
            self.below(path.to_str().unwrap_or_default()).map(first).collect();
        names.dedup();
        names.truncate(most);
        names
    }

    pub(crate) fn size(&self, path: &Path) -> Option<u64> {
        Some(self.0.get(path.to_str()?)?.bytes.len() as u64)
    }

    /// What lies below a folder, each as a path from there, in order: so all that lies in one folder is together.
    fn below<'t>(&'t self, path: &str) -> impl Iterator<Item = &'t str> {
        let folder = if path.is_empty() { String::new() } else { format!("{path}/") };
        let after = self.0.range::<str, _>((Excluded(&*folder), Unbounded));
        after.map_while(move |(name, _)| name.strip_prefix(&*folder))
    }
}

impl fmt::Debug for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
