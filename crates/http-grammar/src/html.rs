//! Text in HTML, for what quotes a request in a page: redirects, listings, errors.

use std::fmt::{self, Write};

/// A text as it stands in HTML for itself, between tags and within quotes.
///
/// ```
/// assert_eq!(http_grammar::html::escape("<a&'b'>").to_string(), "&lt;a&amp;&#39;b&#39;&gt;");
/// ```
pub fn escape(text: &str) -> impl fmt::Display {
    fmt::from_fn(move |f| {
        text.chars().try_for_each(|character| match character {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            other => f.write_char(other),
        })
    })
}
