//! [`UploadForm`] and [`UploadedFile`]: what has been received.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use cepa_core::{Error, Result};
use serde::de::DeserializeOwned;

use super::{Part, store};
use crate::form::{self, Pairs, Rules};

/// A multipart form: its files and its text fields, each in the order in which they came.
#[derive(Debug)]
pub struct UploadForm {
    pub(crate) files: Vec<UploadedFile>,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) rules: Rules,
}

impl UploadForm {
    /// The first file of a field.
    pub fn file(&self, field: &str) -> Option<&UploadedFile> {
        self.files.iter().find(|file| file.part.field == field)
    }

    /// All files, of every field.
    pub fn files(&self) -> &[UploadedFile] {
        &self.files
    }

    /// All files, to keep.
    pub fn into_files(self) -> Vec<UploadedFile> {
        self.files
    }

    /// The text of the first field of that name, taken literally: no brackets are read here.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.pairs().find_map(|(known, text)| (known == name).then_some(text))
    }

    /// Name and text of each text field, taken literally, in the order in which they came.
    ///
    /// ```
    /// # use cepa_body::UploadForm;
    /// fn shown(form: &UploadForm) -> Vec<String> {
    ///     form.pairs().map(|(name, text)| format!("{name}: {text}")).collect()
    /// }
    /// ```
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// The text fields as a type, nested by the same rules as those of
    /// [`body_form`](crate::BodyExt::body_form).
    ///
    /// # Errors
    /// 422 with the path of the field that does not fit `T`; 413 for a name beyond the limits of a
    /// [`strict`](crate::Upload::strict) upload, or when names are texts and objects in turns
    /// ([`form_depth`](crate::BodyLimits::form_depth)).
    pub fn fields<T: DeserializeOwned>(&self) -> Result<T> {
        let mut pairs = Pairs::new(self.rules);
        for (name, text) in self.pairs() {
            let pushed = pairs.push(name.to_owned(), text.to_owned());
            pushed.map_err(|beyond| form::refused(beyond, self.rules))?;
        }
        form::read(pairs.into_tree().map_err(|beyond| form::refused(beyond, self.rules))?)
    }

    /// Removes all files of this form from where they are stored.
    ///
    /// # Errors
    /// 500 when one of them cannot be removed, or what its store says; the others are.
    pub async fn discard(self) -> Result {
        let mut discarded = Ok(());
        let mut paths = Vec::new();
        for file in self.files {
            match file.stored {
                Stored::Memory(_) => {}
                Stored::Disk(path) => paths.push(path),
                Stored::Elsewhere(stored) => discarded = discarded.and(stored.remove().await),
            }
        }
        if paths.is_empty() {
            return discarded;
        }
        let work = move || paths.iter().map(std::fs::remove_file).fold(Ok(()), Result::and);
        let removed = tokio::task::spawn_blocking(work).await.map_err(Error::internal)?;
        discarded.and(removed.map_err(Error::internal))
    }
}

/// A file that has been received.
#[derive(Debug, Clone)]
pub struct UploadedFile {
    pub(crate) part: Part,
    pub(crate) size: u64,
    pub(crate) stored: Stored,
}

/// Where a file is.
#[derive(Debug, Clone)]
pub(crate) enum Stored {
    Memory(Bytes),
    Disk(PathBuf),
    Elsewhere(store::Stored),
}

impl UploadedFile {
    /// The name of the form's field.
    pub fn field(&self) -> &str {
        self.part.field()
    }

    /// The name that the file had on the client, without any folder.
    pub fn name(&self) -> &str {
        self.part.name()
    }

    /// The media type that the client named; nobody has looked at the bytes.
    pub fn content_type(&self) -> &str {
        self.part.content_type()
    }

    /// The size in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Where the file is stored, when it is on disk.
    pub fn path(&self) -> Option<&Path> {
        match &self.stored {
            Stored::Disk(path) => Some(path),
            Stored::Memory(_) | Stored::Elsewhere(_) => None,
        }
    }

    /// The name under which the file is stored: that of the file on disk, or what its
    /// [`UploadStore`](crate::UploadStore) gave.
    pub fn stored_name(&self) -> Option<&str> {
        match &self.stored {
            Stored::Memory(_) => None,
            Stored::Disk(path) => path.file_name()?.to_str(),
            Stored::Elsewhere(stored) => Some(&stored.name),
        }
    }

    /// The bytes of the file, when it is in memory.
    pub fn bytes(&self) -> Option<&Bytes> {
        match &self.stored {
            Stored::Memory(bytes) => Some(bytes),
            Stored::Disk(_) | Stored::Elsewhere(_) => None,
        }
    }
}
