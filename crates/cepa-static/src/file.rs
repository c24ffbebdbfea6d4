//! Finding and opening a file below the folder. Everything here blocks and runs on the blocking pool.
//!
//! A path is resolved with all its symbolic links and must still lie below the folder, resolved likewise; the
//! folder is resolved each time, so that exchanging a release behind a link takes effect. Only regular files
//! are opened, and that is known before opening, since opening a FIFO would wait for a writer.
//!
//! Invariant: size and time in a [`File`] are those of the open file, not of whatever stood there before.

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
        let path = root.join(&self.wanted.path);
        let Some(root) = resolve(root)? else { return Ok(Found::Missing) };
        if self.wanted.is_folder {
            let Some(index) = index else { return Ok(Found::Missing) };
            return self.open(&root, path.join(index));
        }
        let is_bare = path.file_name().is_some_and(|name| !name.as_encoded_bytes().contains(&b'.'));
        if is_bare && !self.wanted.path.is_empty() {
            for extension in extensions {
                let mut path = path.clone().into_os_string();
                path.push(".");
                path.push(extension);
                let path = PathBuf::from(path);
                if let Entry::File(real) = entry(&root, &path)? {
                    return self.read(path, &real);
                }
            }
        }
        match (entry(&root, &path)?, index) {
            (Entry::File(real), _) => self.read(path, &real),
            (Entry::Folder, Some(index)) => match entry(&root, &path.join(index))? {
                Entry::File(_) => Ok(Found::Folder),
                _ => Ok(Found::Missing),
            },
            _ => Ok(Found::Missing),
        }
    }

    fn open(&self, root: &Path, path: PathBuf) -> io::Result<Found> {
        match entry(root, &path)? {
            Entry::File(real) => self.read(path, &real),
            _ => Ok(Found::Missing),
        }
    }

    fn read(&self, path: PathBuf, real: &Path) -> io::Result<Found> {
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
        Ok(Found::File(File { path, size, modified, content }))
    }
}

fn entry(root: &Path, path: &Path) -> io::Result<Entry> {
    let Some(real) = resolve(path)?.filter(|real| real.starts_with(root)) else {
        return Ok(Entry::Missing);
    };
    match present(fs::metadata(&real))? {
        Some(metadata) if metadata.is_file() => Ok(Entry::File(real)),
        Some(metadata) if metadata.is_dir() => Ok(Entry::Folder),
        _ => Ok(Entry::Missing),
    }
}

fn resolve(path: &Path) -> io::Result<Option<PathBuf>> {
    present(fs::canonicalize(path))
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
