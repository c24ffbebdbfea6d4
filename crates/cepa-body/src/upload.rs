//! [`Upload`]: which files a route accepts, where they go, and within which limits.
//!
//! An upload is built once and used by every request; cloning it is one increment, so that a handler can
//! own it. `receive` reads a request by it: parts are streamed to where they belong as they arrive, and
//! only text fields and files kept in memory are held. The multipart syntax itself is `multra`'s.

mod disk;
mod disposition;
mod form;
mod limits;
mod part;
mod receive;
mod refusal;
mod store;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use cepa_core::Result;
use store::Erased;

pub use form::{UploadForm, UploadedFile};
pub use limits::UploadLimits;
pub use part::Part;
pub(crate) use receive::receive;
pub use store::{FileBytes, UploadStore};

type NameFn = dyn Fn(&Part) -> String + Send + Sync;
type FilterFn = dyn Fn(&Part) -> Result<bool> + Send + Sync;

/// How a route receives a multipart form.
///
/// Files are kept in memory unless [`disk`](Self::disk) names a folder or [`store`](Self::store) a store,
/// and files of every field are accepted unless one of [`single`](Self::single), [`array`](Self::array),
/// [`fields`](Self::fields) and [`none`](Self::none) says which.
///
/// ```
/// use cepa_body::{BodyExt, Upload};
/// use cepa_core::{App, Json, OrThrow};
///
/// let pictures = Upload::new().single("picture").disk("pictures");
/// let app = App::new().with(async move |ctx, _next| {
///     let form = ctx.upload(&pictures).await?;
///     let picture = form.file("picture").or_throw(422, "no picture")?;
///     ctx.set_body(format!("/pictures/{}", picture.stored_name().unwrap_or_default()))
/// });
/// ```
///
/// # Errors
///
/// Receiving fails with one of these; whatever was stored for the request is removed then, and also
/// when the client goes away or the future is dropped. Files of a form that was received stay, also when the
/// handler fails later.
///
/// | status | code | when |
/// |---|---|---|
/// | 400 | `malformed_multipart`, `incomplete_multipart`, `bad_boundary`, `missing_field_name`, `bad_file_name`, `invalid_utf8`, `invalid_charset`, `body_aborted` | the form is malformed or cut short |
/// | 408 | `body_timeout` | it did not arrive within the deadline |
/// | 409 | `file_exists` | the file-name function named a file that exists; nothing is overwritten |
/// | 413 | `body_too_large`, `file_too_large`, `field_too_large`, `fields_too_large`, `field_name_too_long`, `file_name_too_long`, `part_headers_too_large`, `too_many_files`, `too_many_fields`, `too_many_parts` | one of [`UploadLimits`] |
/// | 415 | `missing_content_type`, `unsupported_type`, `unsupported_charset`, `unsupported_encoding` | it is no multipart form |
/// | 422 | `unexpected_file` | a file came under a name that is not accepted |
#[derive(Clone)]
#[must_use = "an upload does nothing until `ctx.upload(&upload).await`"]
pub struct Upload {
    options: Arc<Options>,
}

#[derive(Clone)]
struct Options {
    accept: Accept,
    place: Place,
    name: Option<Arc<NameFn>>,
    filter: Option<Arc<FilterFn>>,
    limits: Option<UploadLimits>,
    file_size: Option<u64>,
    strict: bool,
    synced: bool,
}

/// Where files go.
#[derive(Clone)]
enum Place {
    Memory,
    Disk(Arc<PathBuf>),
    Elsewhere(Arc<dyn Erased>),
}

/// Which fields may hold files.
#[derive(Debug, Clone)]
enum Accept {
    Any,
    Named(Vec<(String, usize)>),
}

impl Default for Upload {
    fn default() -> Self {
        Self::new()
    }
}

impl Upload {
    /// Accepts files of every field, and keeps them in memory.
    pub fn new() -> Self {
        let options = Options {
            accept: Accept::Any,
            place: Place::Memory,
            name: None,
            filter: None,
            limits: None,
            file_size: None,
            strict: false,
            synced: false,
        };
        Self { options: Arc::new(options) }
    }

    fn change(mut self, change: impl FnOnce(&mut Options)) -> Self {
        change(Arc::make_mut(&mut self.options));
        self
    }

    /// Accepts one file, of this field.
    pub fn single(self, field: impl Into<String>) -> Self {
        self.array(field, 1)
    }

    /// Accepts up to `most` files, of this field.
    pub fn array(self, field: impl Into<String>, most: usize) -> Self {
        self.fields([(field, most)])
    }

    /// Accepts files of these fields, each up to its number.
    pub fn fields<F: Into<String>>(self, fields: impl IntoIterator<Item = (F, usize)>) -> Self {
        let fields = fields.into_iter().map(|(field, most)| (field.into(), most)).collect();
        self.change(|options| options.accept = Accept::Named(fields))
    }

    /// Accepts no files, only text fields.
    pub fn none(self) -> Self {
        self.change(|options| options.accept = Accept::Named(Vec::new()))
    }

    /// Accepts files of every field; this is the default.
    pub fn any(self) -> Self {
        self.change(|options| options.accept = Accept::Any)
    }

    /// Keeps files in memory; this is the default.
    pub fn memory(self) -> Self {
        self.change(|options| options.place = Place::Memory)
    }

    /// Stores files in this folder, which is created when it is missing.
    ///
    /// A file is named by 32 random hexadecimal digits, and its extension when that is one of a plain
    /// document, picture, sound or film; [`name`](Self::name) chooses other names.
    pub fn disk(self, folder: impl Into<PathBuf>) -> Self {
        let folder = Arc::new(folder.into());
        self.change(|options| options.place = Place::Disk(folder))
    }

    /// Waits until a file on disk would outlive a power cut before it goes on; slower, and off by default.
    pub fn synced(self) -> Self {
        self.change(|options| options.synced = true)
    }

    /// Gives files to a store of your own.
    pub fn store(self, store: impl UploadStore) -> Self {
        let store = Arc::new(store);
        self.change(|options| options.place = Place::Elsewhere(store))
    }

    /// Names the files that are stored on disk.
    ///
    /// What the function gives must be a plain file name on every system: a path, an empty name, a dot or a
    /// blank at the end, a device of Windows (`nul`, `com1.txt`) or more than 255 bytes end in a 400. A
    /// file that exists is never overwritten; the upload ends in a 409.
    ///
    /// ```
    /// # use cepa_body::Upload;
    /// let upload = Upload::new().disk("avatars").name(|part| format!("new-{}", part.name()));
    /// ```
    pub fn name(self, name: impl Fn(&Part) -> String + Send + Sync + 'static) -> Self {
        self.change(|options| options.name = Some(Arc::new(name)))
    }

    /// Decides about each file before it is read: `Ok(false)` skips it silently, an error ends the upload.
    ///
    /// ```
    /// # use cepa_body::Upload;
    /// # use cepa_core::Error;
    /// let upload = Upload::new().single("picture").filter(|part| match part.content_type() {
    ///     "image/png" | "image/jpeg" => Ok(true),
    ///     _ => Err(Error::new(422, "a picture is PNG or JPEG").with_code("not_a_picture")),
    /// });
    /// ```
    pub fn filter(self, filter: impl Fn(&Part) -> Result<bool> + Send + Sync + 'static) -> Self {
        self.change(|options| options.filter = Some(Arc::new(filter)))
    }

    /// Refuses text fields whose names nest deeper or have a larger index than the limits say, in place of
    /// reading what is beyond as a plain key; [`UploadForm::fields`] is a 413 then.
    pub fn strict(self) -> Self {
        self.change(|options| options.strict = true)
    }

    /// Sets the limits.
    pub fn limits(self, limits: UploadLimits) -> Self {
        self.change(|options| options.limits = Some(limits))
    }

    /// Sets the most bytes that one file may have; see [`UploadLimits::file_size`].
    pub fn file_size(self, bytes: u64) -> Self {
        self.change(|options| options.file_size = Some(bytes))
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("accept", &self.options.accept)
            .field("place", &self.options.place)
            .field("limits", &self.options.limits)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("Memory"),
            Self::Disk(folder) => f.debug_tuple("Disk").field(folder).finish(),
            Self::Elsewhere(_) => f.write_str("Elsewhere"),
        }
    }
}
