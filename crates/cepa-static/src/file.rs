//! Finding and opening a file below the folder. Everything here blocks and runs on the blocking pool.
//!
//! A path is walked from the folder down, name by name. While no name is a symbolic link the path lies below
//! the folder; at the first link it is resolved as a whole, and must still lie below the folder, resolved likewise.
//! Nothing of that is remembered, so that exchanging a release behind a link takes effect. Only regular
//! files are opened, and that is known before opening, since opening a FIFO would wait for a writer.
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

use crate::path::Wanted;

/// A file of at most this many bytes is read while it is opened, instead of being streamed.
const READ_AT_ONCE: u64 = 64 * 1024;

/// The folder, and what names mean in it.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) root: PathBuf,
    pub(crate) index: Option<String>,
    pub(crate) extensions: Vec<String>,
}

/// What to look for, and where.
#[derive(Debug)]
pub(crate) struct Lookup {
    pub(crate) place: Arc<Place>,
    pub(crate) wanted: Wanted,
    /// Whether the bytes of a small file will be needed.
    pub(crate) read: bool,
}

/// What was found.
#[derive(Debug)]
pub(crate) enum Found {
    File(File),
    /// A folder that has an index and was asked for without a slash.
    Folder,
    Missing,
}

/// A regular file.
#[derive(Debug)]
pub(crate) struct File {
    /// Where it is, before links were resolved: its name decides its type.
    pub(crate) path: PathBuf,
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
    /// A regular file, and where it is when links are resolved.
    File(PathBuf),
    Folder,
    Missing,
}

impl Lookup {
    /// Looks for the file.
    ///
    /// # Errors
    /// When the file system fails otherwise than by having nothing there.
    pub(crate) fn run(self) -> io::Result<Found> {
        let Place { root, index, extensions } = &*self.place;
        let Wanted { path, is_folder } = &self.wanted;
        let index = || index.as_ref().map(|index| format!("{path}/{index}"));
        if *is_folder {
            let found = |index: String| self.found(entry(root, &index)?, &index);
            return index().map_or(Ok(Found::Missing), found);
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
            Entry::Folder => match index().map(|index| entry(root, &index)).transpose()? {
                Some(Entry::File(_)) => Ok(Found::Folder),
                _ => Ok(Found::Missing),
            },
            entry => self.found(entry, path),
        }
    }

    fn found(&self, entry: Entry, path: &str) -> io::Result<Found> {
        match entry {
            Entry::File(real) => self.read(&real, path),
            Entry::Folder | Entry::Missing => Ok(Found::Missing),
        }
    }

    fn read(&self, real: &Path, path: &str) -> io::Result<Found> {
        let Some(file) = present(fs::File::open(real))? else { return Ok(Found::Missing) };
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Ok(Found::Missing);
        }
        let modified = metadata.modified().ok();
        let mut size = metadata.len();
        let content = if self.read && size <= READ_AT_ONCE {
            let mut bytes = Vec::with_capacity(size as usize);
            (&file).take(size).read_to_end(&mut bytes)?;
            size = bytes.len() as u64;
            Content::Whole(bytes)
        } else {
            Content::Open(file)
        };
        let path = self.place.root.join(path.trim_start_matches('/'));
        Ok(Found::File(File { path, size, modified, content }))
    }
}

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
        Some(metadata) if metadata.is_dir() => Entry::Folder,
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
