//! What stands in HTTP header fields, as functions over text.
//!
//! This crate reads and writes field values and knows nothing else: no request, no response, no framework,
//! no clock. Every function is linear in its input and allocates in proportion to it. Where Node's packages
//! have a spelling of their own (cookies, signatures, dispositions), the bytes here are theirs, so that
//! servers of both kinds can stand side by side; where they stray from the standard, the standard holds.
//!
//! | module | fields | follows |
//! |---|---|---|
//! | [`accept`] | `Accept`, `Accept-Encoding`, `-Charset`, `-Language` | RFC 9110, 12.5 |
//! | [`conditional`] | `If-None-Match`, `If-Modified-Since` | RFC 9110, 13 |
//! | [`cookie`] | `Cookie`, `Set-Cookie` | RFC 6265; the bytes of `cookies` |
//! | [`date`] | `Last-Modified`, `Expires` and their like | RFC 9110, 5.6.7 |
//! | [`disposition`] | `Content-Disposition` | RFC 6266, RFC 8187 |
//! | [`fields`] | `Vary`, and any that is repeated | RFC 9110, 5.3 |
//! | [`forwarded`] | `Forwarded`, `X-Forwarded-*` | RFC 7239 |
//! | [`host`] | `Host` | RFC 9110, 7.2 |
//! | [`html`] | none: text that a page quotes | |
//! | [`location`] | `Location` | RFC 9110, 10.2.2 |
//! | [`media_type`] | `Content-Type` | RFC 9110, 8.3 |
//! | [`percent`] | paths and queries | RFC 3986, 2.1; WHATWG forms |
//! | [`signature`] | signed cookies | the bytes of `keygrip` |
//! | [`status`] | none: the words of a status line | RFC 9110, 15; the words of Node |

pub mod accept;
pub mod conditional;
pub mod cookie;
pub mod date;
pub mod disposition;
pub mod fields;
pub mod forwarded;
pub mod host;
pub mod html;
pub mod location;
pub mod media_type;
pub mod percent;
pub mod signature;
pub mod status;

use std::fmt;

/// A value that cannot stand in its field; the text says which and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid(String);

impl Invalid {
    fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Invalid {}
