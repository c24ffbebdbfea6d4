//! [`UploadLimits`]: how much of a multipart form is received.

use std::time::Duration;

/// The limits of an upload. What equals a limit is accepted; what is beyond one is a 413. One value may hold for the
/// whole app (`app.share(Arc::new(UploadLimits { .. }))`), unless an [`Upload`](crate::Upload) has its own.
///
/// ```
/// use cepa_body::{Upload, UploadLimits};
///
/// let limits = UploadLimits { file_size: 1024 * 1024, files: 3, ..UploadLimits::default() };
/// let upload = Upload::new().disk("attachments").limits(limits);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadLimits {
    /// Bytes of one file. Default 10 MiB.
    pub file_size: u64,
    /// Files in a form. Default 20.
    pub files: usize,
    /// Text fields in a form. Default 1000.
    pub fields: usize,
    /// Bytes of one text field. Default 1 MiB.
    pub field_size: usize,
    /// Bytes of all text fields together, their names included. Default 4 MiB.
    pub fields_size: usize,
    /// Parts in a form, files, fields and those that are ignored. Default 1020.
    pub parts: usize,
    /// Bytes of a field's name. Default 200.
    pub field_name_size: usize,
    /// Bytes of a file's name. Default 1000.
    pub file_name_size: usize,
    /// Bytes of the headers of one part. Default 16 KiB.
    pub part_headers: u64,
    /// Bytes of the whole body. Default 64 MiB.
    pub total: u64,
    /// How long the whole body may take to arrive. Default 2 minutes.
    pub deadline: Duration,
    /// Levels of nesting in the names of fields, as in [`BodyLimits`](crate::BodyLimits). Default 5, at most 32.
    pub depth: usize,
    /// Indices below this one make lists, as in [`BodyLimits`](crate::BodyLimits). Default 20, at most 100.
    pub index: usize,
}

impl Default for UploadLimits {
    fn default() -> Self {
        Self {
            file_size: 10 * 1024 * 1024,
            files: 20,
            fields: 1000,
            field_size: 1024 * 1024,
            fields_size: 4 * 1024 * 1024,
            parts: 1020,
            field_name_size: 200,
            file_name_size: 1000,
            part_headers: 16 * 1024,
            total: 64 * 1024 * 1024,
            deadline: Duration::from_secs(120),
            depth: 5,
            index: 20,
        }
    }
}
