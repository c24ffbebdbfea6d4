//! Why an upload was refused: the errors that only multipart forms have.

use std::error::Error as _;
use std::io;

use cepa_core::Error;

use super::UploadLimits;

pub(crate) fn bad_boundary() -> Error {
    Error::new(400, "the content type names no valid boundary").with_code("bad_boundary")
}

pub(crate) fn missing_field_name() -> Error {
    Error::new(400, "a part of the form has no name").with_code("missing_field_name")
}

pub(crate) fn bad_file_name() -> Error {
    Error::new(400, "the file's name is not a plain file name").with_code("bad_file_name")
}

pub(crate) fn file_exists() -> Error {
    Error::new(409, "a file of that name exists").with_code("file_exists")
}

pub(crate) fn unexpected_file(field: &str) -> Error {
    Error::new(422, format!("no file is expected in field {field:?}")).with_code("unexpected_file")
}

pub(crate) fn file_too_large(name: &str, limit: u64) -> Error {
    Error::new(413, format!("file {name:?} is larger than {limit} bytes"))
        .with_code("file_too_large")
}

pub(crate) fn field_too_large(field: &str, limit: usize) -> Error {
    Error::new(413, format!("field {field:?} is larger than {limit} bytes"))
        .with_code("field_too_large")
}

pub(crate) fn fields_too_large(limit: usize) -> Error {
    Error::new(413, format!("the text fields are larger than {limit} bytes together"))
        .with_code("fields_too_large")
}

pub(crate) fn field_name_too_long(limit: usize) -> Error {
    Error::new(413, format!("the name of a field is longer than {limit} bytes"))
        .with_code("field_name_too_long")
}

pub(crate) fn file_name_too_long(limit: usize) -> Error {
    Error::new(413, format!("the name of a file is longer than {limit} bytes"))
        .with_code("file_name_too_long")
}

pub(crate) fn too_many_files(limit: usize) -> Error {
    Error::new(413, format!("more than {limit} files")).with_code("too_many_files")
}

/// The answer to what the multipart parser found.
pub(crate) fn from_parser(error: multra::Error, limits: &UploadLimits) -> Error {
    use multra::Error as Parser;
    match error {
        Parser::StreamReadFailed(cause) => match cause.downcast::<io::Error>() {
            Ok(cause) => crate::refusal::aborted(*cause),
            Err(cause) => crate::refusal::aborted(io::Error::other(cause)),
        },
        Parser::StreamSizeExceeded { .. } => crate::refusal::too_large(limits.total),
        Parser::FieldCountExceeded { .. } => {
            let message = format!("the form has more than {} parts", limits.parts);
            Error::new(413, message).with_code("too_many_parts")
        }
        Parser::HeadersSizeExceeded { limit } => {
            let message = format!("the headers of a part are larger than {limit} bytes");
            Error::new(413, message).with_code("part_headers_too_large")
        }
        Parser::InvalidBoundary { .. } | Parser::NoBoundary => bad_boundary(),
        Parser::IncompleteFieldData { .. }
        | Parser::IncompleteHeaders
        | Parser::IncompleteStream => {
            Error::new(400, "the form ends early").with_code("incomplete_multipart")
        }
        error => {
            let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
            Error::new(400, format!("malformed multipart form: {error}{cause}"))
                .with_code("malformed_multipart")
        }
    }
}
