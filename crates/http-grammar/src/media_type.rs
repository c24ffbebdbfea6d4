//! `Content-Type`: media types by name, by extension and by pattern.
//!
//! The table of extensions is `mime_guess`'s but for `REGISTERED`: those of the web whose type has been registered
//! since, or is another in Node's table, so that a file has the same type behind both.

/// Extensions whose type is another than in `mime_guess`.
const REGISTERED: [(&str, &str); 26] = [
    ("cjs", "application/node"),
    ("flac", "audio/x-flac"),
    ("ico", "image/vnd.microsoft.icon"),
    ("iso", "application/x-iso9660-image"),
    ("jsx", "text/jsx"),
    ("key", "application/vnd.apple.keynote"),
    ("m2ts", "video/mp2t"),
    ("m3u8", "application/vnd.apple.mpegurl"),
    ("m4a", "audio/mp4"),
    ("manifest", "text/cache-manifest"),
    ("map", "application/json"),
    ("mid", "audio/midi"),
    ("mjs", "text/javascript"),
    ("mts", "video/mp2t"),
    ("otf", "font/otf"),
    ("psd", "image/vnd.adobe.photoshop"),
    ("rar", "application/vnd.rar"),
    ("sql", "application/sql"),
    ("stl", "model/stl"),
    ("toml", "application/toml"),
    ("ts", "video/mp2t"),
    ("woff", "font/woff"),
    ("xml", "application/xml"),
    ("xsl", "application/xml"),
    ("yaml", "text/yaml"),
    ("yml", "text/yaml"),
];

/// A media type without its parameters: `text/html` of `text/html; charset=utf-8`.
pub fn essence(field: &str) -> &str {
    field.split(';').next().unwrap_or(field).trim()
}

/// The `charset` of a content type, as it was written, without quotes.
///
/// ```
/// use http_grammar::media_type::charset;
///
/// assert_eq!(charset("text/html; Charset=\"UTF-8\""), Some("UTF-8"));
/// assert_eq!(charset("text/html"), None);
/// ```
pub fn charset(field: &str) -> Option<&str> {
    field.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim();
        let value = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).unwrap_or(value);
        (name.trim().eq_ignore_ascii_case("charset") && !value.is_empty()).then_some(value)
    })
}

/// A media type for a type, an extension or a file name, with UTF-8 as the charset of text and JSON
/// that names none. `None` for an extension that nobody knows.
///
/// ```
/// use http_grammar::media_type::media_type;
///
/// assert_eq!(media_type("index.html").unwrap(), "text/html; charset=utf-8");
/// assert_eq!(media_type("image/png").unwrap(), "image/png");
/// assert_eq!(media_type("onion"), None);
/// ```
pub fn media_type(kind: &str) -> Option<String> {
    let mut full = if kind.contains('/') {
        kind.to_owned()
    } else {
        let extension = kind.rsplit('.').next().filter(|extension| !extension.is_empty())?;
        by_extension(extension)?.to_owned()
    };
    let has_charset = full.to_ascii_lowercase().contains("charset");
    let essence = essence(&full).to_ascii_lowercase();
    let is_text = essence.starts_with("text/")
        || matches!(
            essence.as_str(),
            "application/json" | "application/javascript" | "application/manifest+json"
        );
    if is_text && !has_charset {
        full.push_str("; charset=utf-8");
    }
    Some(full)
}

fn by_extension(extension: &str) -> Option<&'static str> {
    let registered = REGISTERED.iter().find(|(known, _)| known.eq_ignore_ascii_case(extension));
    match registered {
        Some((_, kind)) => Some(kind),
        None => mime_guess::from_ext(extension).first_raw(),
    }
}

/// Which of the patterns a media type matches first: extensions, types, `image/*`, `+json`, `urlencoded`,
/// `multipart`.
///
/// ```
/// use http_grammar::media_type::matches;
///
/// assert_eq!(matches("application/vnd.api+json", &["json", "+json"]), Some(1));
/// assert_eq!(matches("text/html", &["image/*"]), None);
/// ```
pub fn matches(actual: &str, patterns: &[&str]) -> Option<usize> {
    let actual = actual.to_ascii_lowercase();
    patterns.iter().position(|pattern| {
        let wanted = match *pattern {
            "urlencoded" => "application/x-www-form-urlencoded".into(),
            "multipart" => "multipart/*".into(),
            suffix if suffix.starts_with('+') => format!("*/*{suffix}"),
            other => full_type(other),
        };
        let (Some((kind, subtype)), Some((wanted_kind, wanted_subtype))) =
            (actual.split_once('/'), wanted.split_once('/'))
        else {
            return false;
        };
        if kind.is_empty() || subtype.is_empty() {
            return false;
        }
        let subtype_fits = match wanted_subtype.strip_prefix("*+") {
            Some(suffix) => subtype.rsplit_once('+').is_some_and(|(_, actual)| actual == suffix),
            None => wanted_subtype == "*" || wanted_subtype == subtype,
        };
        (wanted_kind == "*" || wanted_kind == kind) && subtype_fits
    })
}

/// The type that an offer or a pattern means, in lower case; a type keeps its parameters. Empty when nobody
/// knows it.
pub(crate) fn full_type(offer: &str) -> String {
    if offer.contains('/') {
        return offer.to_ascii_lowercase();
    }
    media_type(offer).map(|full| essence(&full).to_ascii_lowercase()).unwrap_or_default()
}
