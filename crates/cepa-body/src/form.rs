//! Forms: names with brackets and dots become nested objects and lists, their text becomes a type.
//!
//! `urlencoded` cuts a body into pairs, `tree` nests them by the rules of `qs`, `de` reads the tree as the
//! type asked for. Uploads use the last two for their text fields, so that a form means the same in
//! both encodings.

mod de;
mod tree;
mod urlencoded;

use cepa_core::{Error, Result};
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) use tree::{Beyond, Pairs, Rules};

use crate::refusal;

/// Reads a whole urlencoded body.
pub(crate) fn parse<T: DeserializeOwned>(text: &str, rules: Rules) -> Result<T> {
    let tree = urlencoded::parse(text, rules);
    read(tree.map_err(|beyond| refused(beyond, rules))?)
}

/// The answer to a form that is beyond its rules.
pub(crate) fn refused(beyond: Beyond, rules: Rules) -> Error {
    match beyond {
        Beyond::Keys => refusal::too_many_fields(rules.keys),
        Beyond::Depth(name) => refusal::too_nested(&name, rules.depth),
        Beyond::Mixed(name) => refusal::too_mixed(&name),
        Beyond::Index(name) => refusal::index_too_large(&name, rules.index),
    }
}

/// Reads a tree of text as a type, or says which field does not fit.
pub(crate) fn read<T: DeserializeOwned>(tree: Value) -> Result<T> {
    serde_path_to_error::deserialize(de::Tree(tree)).map_err(|error| {
        let path = error.path().to_string();
        refusal::invalid(&path, &error.into_inner().to_string())
    })
}
