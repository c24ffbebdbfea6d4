//! [`UploadStore`]: a place for files that is neither memory nor this disk, as multer's custom engines are.
//!
//! The bytes of a file are pulled by its store as they arrive, so a slow store slows the client and nothing is
//! held in between. What a store has stored is removed again when the form fails later: an [`Unkept`] travels with
//! every such file and removes it when it is dropped. A file that is being stored is its store's own affair: its
//! bytes end in an error, or its future is dropped, and what it had begun has to end with it.

use std::fmt;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use cepa_core::Result;
use futures_util::future::BoxFuture;
use multra::Field;
use tokio::runtime::Handle;

use super::{Part, UploadLimits, refusal};

/// Stores files that are received: in a bucket, in a database, or as a hash and nothing else.
///
/// ```
/// use std::sync::Mutex;
///
/// use cepa_body::{FileBytes, Part, Upload, UploadStore};
/// use cepa_core::Result;
///
/// /// Keeps the sizes of files, by their names.
/// #[derive(Default)]
/// struct Sizes(Mutex<Vec<(String, usize)>>);
///
/// impl UploadStore for Sizes {
///     async fn store(&self, part: &Part, bytes: &mut FileBytes) -> Result<String> {
///         let mut size = 0;
///         while let Some(chunk) = bytes.chunk().await? {
///             size += chunk.len();
///         }
///         let name = part.name().to_owned();
///         self.0.lock().unwrap().push((name.clone(), size));
///         Ok(name)
///     }
///
///     async fn remove(&self, name: &str) -> Result {
///         self.0.lock().unwrap().retain(|(known, _)| known != name);
///         Ok(())
///     }
/// }
///
/// let upload = Upload::new().single("picture").store(Sizes::default());
/// ```
pub trait UploadStore: Send + Sync + 'static {
    /// Stores a file, and gives the name under which it is: [`UploadedFile::stored_name`](crate::UploadedFile::stored_name).
    ///
    /// When the client goes away, a limit is exceeded or the form is malformed, the bytes end in an error; when the
    /// deadline passes or the handler gives up, this future is dropped. In either case what was begun
    /// must not stay.
    ///
    /// # Errors
    /// What the upload then fails with.
    fn store<'a>(
        &'a self,
        part: &'a Part,
        bytes: &'a mut FileBytes,
    ) -> impl Future<Output = Result<String>> + Send + 'a;

    /// Removes a file that was stored: the form has failed, or [`UploadForm::discard`](crate::UploadForm::discard)
    /// was called.
    ///
    /// # Errors
    /// When it cannot be removed; only `discard` tells of it.
    fn remove<'a>(&'a self, name: &'a str) -> impl Future<Output = Result> + Send + 'a;
}

/// The bytes of one file, as they arrive.
#[derive(Debug)]
pub struct FileBytes {
    field: Field<'static>,
    name: String,
    limits: UploadLimits,
    size: u64,
    failed: bool,
}

impl FileBytes {
    pub(crate) fn new(field: Field<'static>, part: &Part, limits: &UploadLimits) -> Self {
        Self { field, name: part.name.clone(), limits: limits.clone(), size: 0, failed: false }
    }

    /// The next bytes; `None` when the file is complete.
    ///
    /// # Errors
    /// Those of [`Upload`](crate::Upload); the file is not whole then, and never will be.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        if self.failed {
            return Err(crate::refusal::aborted(io::ErrorKind::UnexpectedEof.into()));
        }
        self.failed = true;
        let chunk = self.field.chunk().await;
        let chunk = chunk.map_err(|error| refusal::from_parser(error, &self.limits))?;
        self.size += chunk.as_ref().map_or(0, |bytes| bytes.len() as u64);
        if self.size > self.limits.file_size {
            return Err(refusal::file_too_large(&self.name, self.limits.file_size));
        }
        self.failed = false;
        Ok(chunk)
    }

    /// How many bytes have arrived so far.
    pub fn size(&self) -> u64 {
        self.size
    }
}

/// A store behind a pointer.
pub(crate) trait Erased: Send + Sync {
    fn store<'a>(
        &'a self,
        part: &'a Part,
        bytes: &'a mut FileBytes,
    ) -> BoxFuture<'a, Result<String>>;
    fn remove<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result>;
}

impl<S: UploadStore> Erased for S {
    fn store<'a>(
        &'a self,
        part: &'a Part,
        bytes: &'a mut FileBytes,
    ) -> BoxFuture<'a, Result<String>> {
        Box::pin(UploadStore::store(self, part, bytes))
    }

    fn remove<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result> {
        Box::pin(UploadStore::remove(self, name))
    }
}

/// A file in a store.
#[derive(Clone)]
pub(crate) struct Stored {
    store: Arc<dyn Erased>,
    pub(crate) name: String,
}

impl Stored {
    pub(crate) async fn remove(self) -> Result {
        self.store.remove(&self.name).await
    }
}

impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Stored").field(&self.name).finish()
    }
}

/// A stored file that is removed when this is dropped, unless it is kept.
pub(crate) struct Unkept(Option<Stored>);

impl Unkept {
    pub(crate) async fn store(
        store: &Arc<dyn Erased>,
        part: &Part,
        bytes: &mut FileBytes,
    ) -> Result<Self> {
        let name = store.store(part, bytes).await?;
        Ok(Self(Some(Stored { store: store.clone(), name })))
    }

    /// Lets the file stay.
    pub(crate) fn keep(mut self) -> Option<Stored> {
        self.0.take()
    }
}

impl Drop for Unkept {
    fn drop(&mut self) {
        if let Some(stored) = self.0.take()
            && let Ok(runtime) = Handle::try_current()
        {
            // Its error has nobody left to be told to.
            drop(runtime.spawn(stored.remove()));
        }
    }
}
