//! [`Disposition`]: `Content-Disposition` for downloads (RFC 6266), with names in any script (RFC 8187).
//!
//! A name that Latin-1 can hold stands in `filename`. Any other stands in `filename*`, and beside it, for old
//! clients, a `filename` with `?` for what they cannot read. A name is never a path: only what follows the last
//! slash is sent. The bytes are those of Node's `content-disposition`.

use http::HeaderValue;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::Invalid;

/// What RFC 8187 would also leave as it is, and the original does not, is encoded.
const ENCODED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'!').remove(b'~');

/// How the body of a response is to be handled: saved under a name, or shown.
///
/// ```
/// use http_grammar::disposition::Disposition;
///
/// let value = Disposition::attachment("€ rates.pdf").header_value();
/// assert_eq!(value, "attachment; filename=\"? rates.pdf\"; filename*=UTF-8''%E2%82%AC%20rates.pdf");
/// ```
#[derive(Clone, Debug)]
pub struct Disposition {
    kind: &'static str,
    name: String,
    fallback: Fallback,
}

#[derive(Clone, Debug)]
enum Fallback {
    Derived,
    Omitted,
    Named(String),
}

impl Disposition {
    /// To be saved, under the last segment of this name; `""` for no name.
    pub fn attachment(name: impl AsRef<str>) -> Self {
        Self::of("attachment", name.as_ref())
    }

    /// To be shown, and saved under the last segment of this name; `""` for no name.
    pub fn inline(name: impl AsRef<str>) -> Self {
        Self::of("inline", name.as_ref())
    }

    fn of(kind: &'static str, name: &str) -> Self {
        Self { kind, name: last_segment(name).to_owned(), fallback: Fallback::Derived }
    }

    /// The name for clients that do not read `filename*`, in place of a derived one.
    ///
    /// # Errors
    /// When it holds characters that such clients do not read: any beyond printable Latin-1.
    pub fn fallback(mut self, name: impl AsRef<str>) -> Result<Self, Invalid> {
        let name = last_segment(name.as_ref());
        if latin1(name) != name {
            return Err(Invalid::new(format!("the fallback name {name:?} is not Latin-1")));
        }
        self.fallback = Fallback::Named(name.to_owned());
        Ok(self)
    }

    /// Sends nothing to clients that do not read `filename*`.
    #[must_use]
    pub fn without_fallback(mut self) -> Self {
        self.fallback = Fallback::Omitted;
        self
    }

    /// The value of the field.
    pub fn header_value(&self) -> HeaderValue {
        let mut value = self.kind.as_bytes().to_vec();
        let name = self.name.as_str();
        if !name.is_empty() {
            let is_plain = name.chars().all(|c| matches!(c, ' '..='~' | '\u{80}'..='\u{ff}'));
            let fallback = match &self.fallback {
                Fallback::Derived => Some(latin1(name)),
                Fallback::Omitted => None,
                Fallback::Named(fallback) => Some(fallback.clone()),
            };
            let fallback = fallback.filter(|fallback| fallback != name);
            let is_extended = fallback.is_some() || !is_plain || has_escape(name);
            if let Some(plain) = fallback.as_deref().or(is_plain.then_some(name)) {
                value.extend_from_slice(b"; filename=\"");
                for character in plain.chars() {
                    if matches!(character, '"' | '\\') {
                        value.push(b'\\');
                    }
                    // Every character is below 256 here: the name is plain, or the fallback checked.
                    value.push(character as u8);
                }
                value.push(b'"');
            }
            if is_extended {
                let encoded = utf8_percent_encode(name, ENCODED);
                value.extend_from_slice(format!("; filename*=UTF-8''{encoded}").as_bytes());
            }
        }
        // No byte is a control character; were one, the file would be saved without a name.
        HeaderValue::from_bytes(&value).unwrap_or(HeaderValue::from_static("attachment"))
    }
}

fn last_segment(name: &str) -> &str {
    name.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

/// The name with `?` for every character that printable Latin-1 lacks.
fn latin1(name: &str) -> String {
    let plain = |c| if matches!(c, ' '..='~' | '\u{a0}'..='\u{ff}') { c } else { '?' };
    name.chars().map(plain).collect()
}

fn has_escape(name: &str) -> bool {
    name.as_bytes().windows(3).any(|at| at[0] == b'%' && at[1..].iter().all(u8::is_ascii_hexdigit))
}
