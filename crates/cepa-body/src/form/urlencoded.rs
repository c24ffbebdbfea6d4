//! `application/x-www-form-urlencoded`: from bytes to decoded pairs.
//!
//! Pairs are parted by `&` only. A name ends at the first `]=`, or else at the first `=`, so that a
//! bracketed name may hold an equals sign. A component with a broken escape, or whose escapes are not
//! UTF-8, stays as it was sent (with `+` as a space), as in `qs`.

use std::borrow::Cow;

use cepa_core::percent_decode;

use super::tree::{Beyond, Pairs, Rules};

/// Reads a whole form.
pub(crate) fn parse(body: &str, rules: Rules) -> Result<serde_json::Value, Beyond> {
    let mut pairs = Pairs::new(rules);
    for part in body.split('&').filter(|part| !part.is_empty()) {
        let part = brackets(part);
        let (name, value) = match part.find("]=").map(|at| at + 1).or_else(|| part.find('=')) {
            Some(at) => (&part[..at], &part[at + 1..]),
            None => (&*part, ""),
        };
        pairs.push(decode(name), decode(value))?;
    }
    pairs.into_tree()
}

/// Decodes the two escapes that may part a name; these are read even beside broken ones.
fn brackets(part: &str) -> Cow<'_, str> {
    if !part.contains("%5") {
        return part.into();
    }
    let part = part.replace("%5B", "[").replace("%5b", "[");
    part.replace("%5D", "]").replace("%5d", "]").into()
}

fn decode(component: &str) -> String {
    let spaced: Cow<'_, str> = match component.contains('+') {
        true => component.replace('+', " ").into(),
        false => component.into(),
    };
    match percent_decode(&spaced) {
        Some(decoded) => decoded.into_owned(),
        None => spaced.into_owned(),
    }
}
