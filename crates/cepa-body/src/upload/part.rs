//! [`Part`]: what is known of a file before its bytes arrive.

/// A file as its sender describes it. Everything here is what the client says; none of it is checked
/// against the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub(crate) field: String,
    pub(crate) name: String,
    pub(crate) content_type: String,
}

/// Extensions of plain documents, pictures, sounds and films: nothing that a browser runs when it is
/// served under our own name, and nothing that a server runs.
const HARMLESS: [&str; 44] = [
    "7z", "aac", "avi", "avif", "bin", "bmp", "csv", "doc", "docx", "epub", "flac", "gif", "gz",
    "heic", "ico", "jpeg", "jpg", "json", "m4a", "m4v", "md", "mkv", "mov", "mp3", "mp4", "mpeg",
    "odp", "ods", "odt", "oga", "ogg", "ogv", "pdf", "png", "ppt", "pptx", "rtf", "tiff", "txt",
    "wav", "webm", "webp", "xlsx", "zip",
];

impl Part {
    /// The name of the form's field.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The name that the file had on the client, without any folder.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The media type, `text/plain` when the client named none.
    pub fn content_type(&self) -> &str {
        &self.content_type
    }

    /// The extension of the name in lower case, when it is one of a plain document, picture, sound or film.
    pub fn extension(&self) -> Option<&'static str> {
        let (_, extension) = self.name.rsplit_once('.')?;
        HARMLESS.iter().copied().find(|known| extension.eq_ignore_ascii_case(known))
    }
}
