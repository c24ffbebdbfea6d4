//! Walking a folder of the file system and opening what is there. All of it blocks.
//!
//! A path is walked from the folder down, name by name. While no name is a symbolic link the path lies below
//! the folder; at the first link it is resolved as a whole, and must still lie below the folder, resolved likewise.
//! Nothing of that is remembered, so that exchanging a release behind a link takes effect. Only regular
//! files are opened, and that is known before opening, since opening a FIFO would wait for a writer.
//!
//! Invariant: size and time of what is opened are those of the open file, not of whatever stood there before.
//!
//! Not done: to hold out against someone who exchanges folders for links between the walk and the
//! opening. Whoever can write to the served folder can also put a file there.

use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use crate::content::Content;
use crate::lookup::{Entry, Opened};
use crate::validators::Version;

/// A file of at most this many bytes is read while it is opened, instead of being streamed.
const READ_AT_ONCE: u64 = 64 * 1024;

/// What stands at a path below the root.
pub(crate) fn entry(root: &Path, relative: &str) -> io::Result<Entry> {
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

/// Opens a file that [`entry`] found, and reads it when it is small and its bytes will be needed.
pub(crate) fn open(real: &Path, read: bool) -> io::Result<Option<Opened>> {
    let Some(file) = present(fs::File::open(real))? else { return Ok(None) };
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Ok(None);
    }
    let version = metadata.modified().map_or(Version::Unknown, Version::Changed);
    let size = metadata.len();
    if !read || size > READ_AT_ONCE {
        return Ok(Some(Opened { size, version, content: Content::Open(file) }));
    }
    let mut bytes = Vec::with_capacity(size as usize);
    file.take(size).read_to_end(&mut bytes)?;
    let size = bytes.len() as u64;
    Ok(Some(Opened { size, version, content: Content::Whole(bytes.into()) }))
}

/// At most so many names in a folder that [`entry`] found, in the order of the file system. A name that is
/// no text is left out: no path can say it.
pub(crate) fn names(real: &Path, most: usize) -> io::Result<Vec<String>> {
    let Some(entries) = present(fs::read_dir(real))? else { return Ok(Vec::new()) };
    let name = |entry: io::Result<fs::DirEntry>| {
        entry.map(|entry| entry.file_name().into_string().ok()).transpose()
    };
    entries.take(most).filter_map(name).collect()
}

/// The size of a file that [`entry`] found; `None` when it has gone.
pub(crate) fn size(real: &Path) -> io::Result<Option<u64>> {
    Ok(present(fs::metadata(real))?.map(|metadata| metadata.len()))
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
