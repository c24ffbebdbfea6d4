//! Files on their way to the disk.
//!
//! All system calls are made on the blocking pool, a quarter of a mebibyte at a time; a small file is created,
//! written and closed in one go. Nothing is left behind: an [`Unfinished`] owns the open file and its path
//! and travels with every operation, so that whoever drops it, on whichever thread, removes the file. Only
//! [`Unfinished::keep`] ends that.
//!
//! Files are created anew or not at all, so no name can overwrite a file or follow a link that stands there.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use cepa_core::{Error, Result};
use tokio::runtime::Handle;

use super::Part;
use super::refusal;

/// Bytes that are collected before they are written.
const WRITE_SIZE: usize = 256 * 1024;

/// Longest name that common file systems take, in bytes.
const NAME_MAX: usize = 255;

/// A file that is being received.
pub(crate) struct DiskWriter {
    path: PathBuf,
    buffer: Vec<u8>,
    synced: bool,
    unfinished: Option<Unfinished>,
}

impl DiskWriter {
    /// A writer to a file of this folder, in the end perhaps synced; nothing is created yet.
    pub(crate) fn new(folder: &Path, name: &str, synced: bool) -> Result<Self> {
        if !is_plain_name(name) {
            return Err(refusal::bad_file_name());
        }
        Ok(Self { path: folder.join(name), buffer: Vec::new(), synced, unfinished: None })
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= WRITE_SIZE {
            let unfinished = self.flush(false).await?;
            self.unfinished = Some(unfinished);
        }
        Ok(())
    }

    /// Writes what is left and closes the file, which stays only if it is kept.
    pub(crate) async fn finish(mut self) -> Result<Unfinished> {
        self.flush(true).await
    }

    /// What is on disk so far.
    pub(crate) fn into_unfinished(self) -> Option<Unfinished> {
        self.unfinished
    }

    async fn flush(&mut self, last: bool) -> Result<Unfinished> {
        let path = self.path.clone();
        let mut buffer = std::mem::take(&mut self.buffer);
        let unfinished = self.unfinished.take();
        let synced = self.synced;
        let work = move || -> io::Result<_> {
            let mut unfinished = match unfinished {
                Some(unfinished) => unfinished,
                None => Unfinished::create(path)?,
            };
            if let Err(error) = unfinished.write(&buffer, last, synced) {
                unfinished.remove();
                return Err(error);
            }
            buffer.clear();
            Ok((unfinished, buffer))
        };
        match tokio::task::spawn_blocking(work).await {
            Ok(Ok((unfinished, buffer))) => {
                self.buffer = buffer;
                Ok(unfinished)
            }
            Ok(Err(error)) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(refusal::file_exists())
            }
            Ok(Err(error)) => Err(error.into()),
            Err(error) => Err(Error::internal(error)),
        }
    }
}

/// A file that is removed when this is dropped, unless it is kept.
#[derive(Debug)]
pub(crate) struct Unfinished(Option<Doomed>);

#[derive(Debug)]
struct Doomed {
    file: Option<File>,
    path: PathBuf,
}

impl Unfinished {
    fn create(path: PathBuf) -> io::Result<Self> {
        let open = || OpenOptions::new().write(true).create_new(true).open(&path);
        let file = match (open(), path.parent()) {
            (Err(error), Some(folder)) if error.kind() == io::ErrorKind::NotFound => {
                std::fs::create_dir_all(folder)?;
                open()?
            }
            (result, _) => result?,
        };
        Ok(Self(Some(Doomed { file: Some(file), path })))
    }

    fn write(&mut self, bytes: &[u8], last: bool, synced: bool) -> io::Result<()> {
        let Some(doomed) = &mut self.0 else { return Ok(()) };
        if let Some(file) = &mut doomed.file {
            file.write_all(bytes)?;
            if last && synced {
                file.sync_all()?;
            }
        }
        if last {
            doomed.file = None;
        }
        Ok(())
    }

    /// Removes the file on this thread, which must be one that may block.
    pub(crate) fn remove(mut self) {
        drop(self.0.take());
    }

    /// Lets the file stay and gives its path.
    pub(crate) fn keep(mut self) -> PathBuf {
        self.0.take().map(|mut doomed| std::mem::take(&mut doomed.path)).unwrap_or_default()
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let Some(doomed) = self.0.take() else { return };
        match Handle::try_current() {
            // A runtime that is shutting down drops the closure, and with it the file, right here.
            Ok(runtime) => drop(runtime.spawn_blocking(move || drop(doomed))),
            Err(_) => drop(doomed),
        }
    }
}

impl Drop for Doomed {
    fn drop(&mut self) {
        drop(self.file.take());
        if !self.path.as_os_str().is_empty() {
            // It may be gone already; there is nobody left to tell.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// 32 random hexadecimal digits, and the extension when it is harmless.
pub(crate) fn random_name(part: &Part) -> Result<String> {
    let mut random = [0_u8; 16];
    getrandom::fill(&mut random).map_err(|error| Error::internal(error.to_string()))?;
    let digits = format!("{:032x}", u128::from_be_bytes(random));
    Ok(match part.extension() {
        Some(extension) => format!("{digits}.{extension}"),
        None => digits,
    })
}

/// Whether a name is that of a file in its folder, and of no other, on every system.
fn is_plain_name(name: &str) -> bool {
    let forbidden = |c: char| matches!(c, '/' | '\\' | ':') || c.is_control();
    // Windows drops dots and blanks at the end, so that `a.` is `a` there, and `..` is covered too.
    let is_trimmed = !name.ends_with(['.', ' ']);
    let fits = !name.is_empty() && name.len() <= NAME_MAX;
    fits && is_trimmed && !name.contains(forbidden) && !is_device(name)
}

/// Names that stand for a device in every folder of Windows, whatever extension follows.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let port = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT")).unwrap_or_default();
    let mut digits = port.chars();
    let is_port =
        matches!((digits.next(), digits.next()), (Some('0'..='9' | '¹' | '²' | '³'), None));
    is_port || matches!(&*stem, "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$")
}
