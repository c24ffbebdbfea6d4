//! What a path stands for: a file, an index, a name without its extension, a page in its place, a listing.
//!
//! Files come from one [`Root`]: a folder of the file system (`disk`), or one that is part of the program
//! (`embedded`). Both answer the same four questions; all rules about names are here, once.
//!
//! Beside a file may lie compressed ones, `app.js.br` beside `app.js`. They are looked for in the same way.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::coding::Coding;
use crate::content::Content;
use crate::disk;
#[cfg(feature = "embed")]
use crate::embedded::Tree;
use crate::listing::{Item, Kind};
use crate::path::{Wanted, has_drive_letter};
use crate::validators::Version;

/// Where files come from.
#[derive(Debug, Clone)]
pub(crate) enum Root {
    /// A folder of the file system.
    Folder(PathBuf),
    /// A folder that is part of the program.
    #[cfg(feature = "embed")]
    Embedded(Tree),
}

/// The folder, and what names mean in it.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) root: Root,
    pub(crate) index: Option<String>,
    pub(crate) extensions: Vec<String>,
    /// Whether compressed siblings are looked for.
    pub(crate) precompressed: bool,
    /// The page for paths that name nothing.
    pub(crate) fallback: Option<String>,
    /// Whether a folder without an index is listed.
    pub(crate) listing: bool,
}

/// What to look for, and where.
#[derive(Debug)]
pub(crate) struct Lookup {
    pub(crate) place: Arc<Place>,
    pub(crate) wanted: Wanted,
    /// What the client prefers to the file as it is, best first.
    pub(crate) codings: Vec<Coding>,
    /// Whether the client would take a page in place of what it asked for.
    pub(crate) takes_page: bool,
    /// Whether hidden names are listed, and how many entries at most.
    pub(crate) hidden: bool,
    pub(crate) listed: usize,
    /// Whether the bytes of a small file will be needed.
    pub(crate) read: bool,
}

/// What was found.
#[derive(Debug)]
pub(crate) enum Found {
    File(File),
    /// A folder that has an index or is listed, and was asked for without a slash.
    Folder,
    /// What lies in a folder that has no index, in no order.
    Listing(Vec<Item>),
    Missing,
}

/// A regular file.
#[derive(Debug)]
pub(crate) struct File {
    /// Where it is, before links were resolved: its name decides its type.
    pub(crate) path: PathBuf,
    /// How the content is compressed; size and version are those of the sibling then.
    pub(crate) coding: Option<Coding>,
    /// Whether another client may get another coding.
    pub(crate) has_siblings: bool,
    /// Whether this is the page for paths that name nothing.
    pub(crate) is_fallback: bool,
    pub(crate) size: u64,
    pub(crate) version: Version,
    pub(crate) content: Content,
}

/// A file that has been opened.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) size: u64,
    pub(crate) version: Version,
    pub(crate) content: Content,
}

/// What stands at a path below the root.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// A regular file, and where its root finds it: on disk, with links resolved; a folder likewise.
    File(PathBuf),
    Folder(PathBuf),
    Missing,
}

impl Root {
    fn entry(&self, relative: &str) -> io::Result<Entry> {
        match self {
            Self::Folder(root) => disk::entry(root, relative),
            #[cfg(feature = "embed")]
            Self::Embedded(tree) => Ok(tree.entry(relative)),
        }
    }

    fn open(&self, real: &Path, read: bool) -> io::Result<Option<Opened>> {
        match self {
            Self::Folder(_) => disk::open(real, read),
            #[cfg(feature = "embed")]
            Self::Embedded(tree) => Ok(tree.open(real)),
        }
    }

    fn names(&self, real: &Path, most: usize) -> io::Result<Vec<String>> {
        match self {
            Self::Folder(_) => disk::names(real, most),
            #[cfg(feature = "embed")]
            Self::Embedded(tree) => Ok(tree.names(real, most)),
        }
    }

    fn size(&self, real: &Path) -> io::Result<Option<u64>> {
        match self {
            Self::Folder(_) => disk::size(real),
            #[cfg(feature = "embed")]
            Self::Embedded(tree) => Ok(tree.size(real)),
        }
    }

    /// What the application is told of where a file is.
    fn path_of(&self, relative: &str) -> PathBuf {
        let relative = relative.trim_start_matches('/');
        match self {
            Self::Folder(root) => root.join(relative),
            #[cfg(feature = "embed")]
            Self::Embedded(_) => relative.into(),
        }
    }

    /// Whether looking something up may wait for a disk.
    pub(crate) fn blocks(&self) -> bool {
        match self {
            Self::Folder(_) => true,
            #[cfg(feature = "embed")]
            Self::Embedded(_) => false,
        }
    }
}

impl Lookup {
    /// Looks for the file.
    ///
    /// # Errors
    /// When the file system fails otherwise than by having nothing there.
    pub(crate) fn run(self) -> io::Result<Found> {
        let mut found = self.find()?;
        if let (Found::Missing, true, Some(page)) = (&found, self.takes_page, &self.place.fallback)
        {
            found = self.found(self.place.root.entry(page)?, page)?;
            if let Found::File(file) = &mut found {
                file.is_fallback = true;
            }
        }
        Ok(found)
    }

    fn find(&self) -> io::Result<Found> {
        let Place { root, index, extensions, .. } = &*self.place;
        let Wanted { path, is_folder } = &self.wanted;
        let index = || index.as_ref().map(|index| format!("{path}/{index}"));
        if *is_folder {
            let found = |index: String| self.found(root.entry(&index)?, &index);
            return match index().map_or(Ok(Found::Missing), found)? {
                Found::Missing => self.list(path),
                found => Ok(found),
            };
        }
        let name = path.rsplit('/').next().unwrap_or_default();
        if !name.is_empty() && !name.contains('.') {
            for extension in extensions {
                let path = format!("{path}.{extension}");
                if let Entry::File(real) = root.entry(&path)? {
                    return self.read(&real, &path);
                }
            }
        }
        match root.entry(path)? {
            Entry::Folder(_) => match index().map(|index| root.entry(&index)).transpose()? {
                Some(Entry::File(_)) => Ok(Found::Folder),
                _ if self.place.listing => Ok(Found::Folder),
                _ => Ok(Found::Missing),
            },
            entry => self.found(entry, path),
        }
    }

    fn list(&self, path: &str) -> io::Result<Found> {
        let root = &self.place.root;
        if !self.place.listing {
            return Ok(Found::Missing);
        }
        let Entry::Folder(real) = root.entry(path)? else { return Ok(Found::Missing) };
        let mut items = Vec::new();
        for name in root.names(&real, self.listed)? {
            let is_refused = name.contains('\\') || path.is_empty() && has_drive_letter(&name);
            if is_refused || name.starts_with('.') && !self.hidden {
                continue;
            }
            let (kind, size) = match root.entry(&format!("{path}/{name}"))? {
                Entry::File(real) => match root.size(&real)? {
                    Some(size) => (Kind::File, Some(size)),
                    None => continue,
                },
                Entry::Folder(_) => (Kind::Folder, None),
                Entry::Missing => continue,
            };
            items.push(Item { kind, name, size });
        }
        Ok(Found::Listing(items))
    }

    fn found(&self, entry: Entry, path: &str) -> io::Result<Found> {
        match entry {
            Entry::File(real) => self.read(&real, path),
            Entry::Folder(_) | Entry::Missing => Ok(Found::Missing),
        }
    }

    fn read(&self, real: &Path, path: &str) -> io::Result<Found> {
        let root = &self.place.root;
        let siblings = self.siblings(path)?;
        let named = |wanted: &Coding| siblings.iter().find(|(coding, _)| coding == wanted);
        let best = self.codings.iter().find_map(named);
        let mut opened = None;
        if let Some((coding, real)) = best {
            opened = root.open(real, self.read)?.map(|open| (Some(*coding), open));
        }
        if opened.is_none() {
            opened = root.open(real, self.read)?.map(|open| (None, open));
        }
        let Some((coding, Opened { size, version, content })) = opened else {
            return Ok(Found::Missing);
        };
        let (has_siblings, is_fallback) = (!siblings.is_empty(), false);
        let path = root.path_of(path);
        Ok(Found::File(File { path, coding, has_siblings, is_fallback, size, version, content }))
    }

    /// The compressed files beside a file, and where they are.
    fn siblings(&self, path: &str) -> io::Result<Vec<(Coding, PathBuf)>> {
        let mut siblings = Vec::new();
        if self.place.precompressed {
            for coding in Coding::ALL {
                let sibling = format!("{path}.{}", coding.extension());
                if let Entry::File(real) = self.place.root.entry(&sibling)? {
                    siblings.push((coding, real));
                }
            }
        }
        Ok(siblings)
    }
}
