//! [`Origin`]: an origin that a program names for [`cors`](crate::cors), and whether it covers a browser's.
//!
//! Matching is exact, or by whole labels of a host; never by the prefix or suffix of a text.

use cepa_core::http::HeaderValue;

/// One origin, or all below one.
#[derive(Clone, Debug)]
pub(crate) enum Origin {
    /// In lower case, as browsers send it.
    Exact(HeaderValue),
    /// `https://` and `.example.com:8443`: something that is one or more labels must stand between.
    Subdomains { scheme: String, domain: String },
}

impl Origin {
    #[track_caller]
    pub(crate) fn parse(text: &str) -> Self {
        let lower = text.trim_end_matches('/').to_ascii_lowercase();
        let (scheme, host) = match lower.split_once("://") {
            Some((scheme @ ("http" | "https"), host)) => (format!("{scheme}://"), host),
            Some((scheme, host)) if !scheme.is_empty() => (format!("{scheme}://"), host),
            _ if lower == "null" => return Self::Exact(HeaderValue::from_static("null")),
            _ => refuse(text),
        };
        let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
        let (is_wild, rest) = match host.strip_prefix("*.") {
            Some(rest) => (true, rest),
            None => (false, host),
        };
        if rest.is_empty() || !rest.bytes().all(is_host) {
            refuse(text);
        }
        if is_wild {
            return Self::Subdomains { scheme, domain: format!(".{rest}") };
        }
        match HeaderValue::try_from(lower) {
            Ok(value) => Self::Exact(value),
            Err(_) => refuse(text),
        }
    }

    pub(crate) fn covers(&self, origin: &str) -> bool {
        match self {
            Self::Exact(known) => known.as_bytes().eq_ignore_ascii_case(origin.as_bytes()),
            Self::Subdomains { scheme, domain } => {
                let origin = origin.to_ascii_lowercase();
                let inner = origin.strip_prefix(scheme.as_str());
                let label = inner.and_then(|host| host.strip_suffix(domain.as_str()));
                let is_label = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
                label.is_some_and(|label| !label.is_empty() && label.bytes().all(is_label))
            }
        }
    }
}

#[track_caller]
#[expect(clippy::panic, reason = "documented: the program named an origin that is none")]
fn refuse(text: &str) -> ! {
    panic!(
        "{text:?} is no origin: write `https://a.example`, `https://*.a.example`, or `cors()` alone for every origin"
    )
}
