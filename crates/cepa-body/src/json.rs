//! JSON bodies.
//!
//! Nesting is bounded at 128 levels by the parser itself (RFC 8259 lets an implementation choose), so
//! that a hostile body ends in a 400 and not on the end of the stack.

use cepa_core::{Error, Result};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::refusal;

/// Reads a whole body; `strict` refuses everything but an object or an array.
pub(crate) fn parse<T: DeserializeOwned>(text: &str, strict: bool) -> Result<T> {
    let start = text.trim_start_matches([' ', '\t', '\r', '\n']);
    if start.is_empty() {
        return Err(refusal::empty());
    }
    if strict && !start.starts_with(['{', '[']) {
        return Err(malformed("only an object or an array is accepted"));
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        refuse(&path, error.into_inner())
    })?;
    deserializer.end().map_err(|error| refuse("", error))?;
    Ok(value)
}

fn refuse(path: &str, error: serde_json::Error) -> Error {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let reason = text.strip_suffix(&place).unwrap_or(&text);
    match error.classify() {
        Category::Data => refusal::invalid(path, reason),
        _ => malformed(&format!("{reason}{place}")),
    }
}

fn malformed(reason: &str) -> Error {
    Error::new(400, format!("malformed JSON: {reason}")).with_code("malformed_json")
}
