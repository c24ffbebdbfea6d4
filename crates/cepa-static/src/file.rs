//! Finding and opening a file below the folder. Everything here blocks and runs on the blocking pool.
//!
//! A path is walked from the folder down, name by name. While no name is a symbolic link the path lies below
//! the folder; at the first link it is resolved as a whole, and must still lie below the folder, resolved likewise.
//! Nothing of that is remembered, so that exchanging a release behind a link takes effect. Only regular
//! files are opened, and that is known before opening, since opening a FIFO would wait for a writer.
//!
//! Beside a file may lie compressed ones, `app.js.br` beside `app.js`. They are looked for in the same way.
//!
//! Invariant: size and time in a [`File`] are those of the open file, not of whatever stood there before.
//!
//! Not done: to hold out against someone who exchanges folders for links between the walk and the
//! opening. Whoever can write to the served folder can also put a file there.

use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use crate::coding::Coding;
use crate::listing::{Item, Kind, MAX_ENTRIES};
use crate::path::{Wanted, has_drive_letter};

/// A file of at most this many bytes is read while it is opened, instead of being streamed.
const READ_AT_ONCE: u64 = 64 * 1024;

/// The folder, and what names mean in it.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) root: PathBuf,
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
    /// Whether hidden names are listed.
    pub(crate) hidden: bool,
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
    /// How the content is compressed; size and time are those of the sibling then.
    pub(crate) coding: Option<Coding>,
    /// Whether another client may get another coding.
    pub(crate) has_siblings: bool,
    /// Whether this is the page for paths that name nothing.
    pub(crate) is_fallback: bool,
    pub(crate) size: u64,
    pub(crate) modified: Option<SystemTime>,
    pub(crate) content: Content,
}

#[derive(Debug)]
pub(crate) enum Content {
    Whole(Vec<u8>),
    Open(fs::File),
}

/// What stands at a path below the root.
enum Entry {
    /// A regular file, and where it is when links are resolved; a folder likewise.
    File(PathBuf),
    Folder(PathBuf),
    Missing,
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
            found = self.found(entry(&self.place.root, page)?, page)?;
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
            let found = |index: String| self.found(entry(root, &index)?, &index);
            return match index().map_or(Ok(Found::Missing), found)? {
                Found::Missing => self.list(path),
                found => Ok(found),
            };
        }
        let name = path.rsplit('/').next().unwrap_or_default();
        if !name.is_empty() && !name.contains('.') {
            for extension in extensions {
                let path = format!("{path}.{extension}");
                if let Entry::File(real) = entry(root, &path)? {
                    return self.read(&real, &path);
                }
            }
        }
        match entry(root, path)? {
            Entry::Folder(_) => match index().map(|index| entry(root, &index)).transpose()? {
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
        let Entry::Folder(real) = entry(root, path)? else { return Ok(Found::Missing) };
        let Some(names) = present(fs::read_dir(real))? else { return Ok(Found::Missing) };
        let mut items = Vec::new();
        for name in names.take(MAX_ENTRIES) {
            let Ok(name) = name?.file_name().into_string() else { continue };
            let is_refused = name.contains('\\') || path.is_empty() && has_drive_letter(&name);
            if is_refused || name.starts_with('.') && !self.hidden {
                continue;
            }
            let (kind, size) = match entry(root, &format!("{path}/{name}"))? {
                Entry::File(real) => match present(fs::metadata(real))? {
                    Some(metadata) => (Kind::File, Some(metadata.len())),
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
        let siblings = self.siblings(path)?;
        let named = |wanted: &Coding| siblings.iter().find(|(coding, _)| coding == wanted);
        let best = self.codings.iter().find_map(named);
        let mut opened = None;
        if let Some((coding, real)) = best {
            opened = self.open(real)?.map(|open| (Some(*coding), open));
        }
        if opened.is_none() {
            opened = self.open(real)?.map(|open| (None, open));
        }
        let Some((coding, (size, modified, content))) = opened else { return Ok(Found::Missing) };
        let path = self.place.root.join(path.trim_start_matches('/'));
        let has_siblings = !siblings.is_empty();
        let is_fallback = false;
        Ok(Found::File(File { path, coding, has_siblings, is_fallback, size, modified, content }))
    }

    /// The compressed files beside a file, and where they are.
    fn siblings(&self, path: &str) -> io::Result<Vec<(Coding, PathBuf)>> {
        let mut siblings = Vec::new();
        if self.place.precompressed {
            for coding in Coding::ALL {
                let sibling = format!("{path}.{}", coding.extension());
                if let Entry::File(real) = entry(&self.place.root, &sibling)? {
                    siblings.push((coding, real));
                }
            }
        }
        Ok(siblings)
    }

    fn open(&self, real: &Path) -> io::Result<Option<Opened>> {
        let Some(file) = present(fs::File::open(real))? else { return Ok(None) };
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Ok(None);
        }
        let modified = metadata.modified().ok();
        let size = metadata.len();
        if !self.read || size > READ_AT_ONCE {
            return Ok(Some((size, modified, Content::Open(file))));
        }
        let mut bytes = Vec::with_capacity(size as usize);
        file.take(size).read_to_end(&mut bytes)?;
        Ok(Some((bytes.len() as u64, modified, Content::Whole(bytes))))
    }
}

/// Size, time and content of an open file.
type Opened = (u64, Option<SystemTime>, Content);

fn entry(root: &Path, relative: &str) -> io::Result<Entry> {
    let mut path = root.to_path_buf();
    let mut metadata = present(fs::metadata(root))?;
    for name in relative.split('/').filter(|name| !name.is_empty()) {
        path.push(name);
        metadata = present(fs::symlink_metadata(&path))?;
        match &metadata {
            None => return Ok(Entry::Missing),
            Some(metadata) if metadata.is_symlink() => return through_link(root, relative),
            Some(_) => {}
        }
    }
    Ok(kind(metadata, path))
}

fn through_link(root: &Path, relative: &str) -> io::Result<Entry> {
    let path = root.join(relative.trim_start_matches('/'));
    match (present(fs::canonicalize(root))?, present(fs::canonicalize(path))?) {
        (Some(root), Some(real)) if real.starts_with(&root) => {
            Ok(kind(present(fs::metadata(&real))?, real))
        }
        _ => Ok(Entry::Missing),
    }
}

fn kind(metadata: Option<fs::Metadata>, real: PathBuf) -> Entry {
    match metadata {
        Some(metadata) if metadata.is_file() => Entry::File(real),
        Some(metadata) if metadata.is_dir() => Entry::Folder(real),
        _ => Entry::Missing,
    }
}

/// Nothing there, a file where a folder should be and a name that is too long are all `None`.
fn present<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) => match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidFilename => Ok(None),
            _ => Err(error),
        },
    }
}
