//! Content negotiation and freshness: what of our offers a client prefers (RFC 9110, 12.5).
//!
//! All four `Accept` fields are lists of ranges with weights, and one algorithm serves them: every offer
//! takes the most specific range that covers it; offers are then ordered by weight, by how specific the
//! range was, by its place in the field, and by the order of the offers. The functions give the index of
//! the best offer, so that callers return the very text they were given.

use http::{Method, StatusCode};

use crate::response::media_type;
use crate::{Request, Response};

/// How well a range covers an offer; 0 is not at all.
type Cover = fn(range: &str, offer: &str) -> u8;

/// The best of the offered media types or extensions.
pub(crate) fn accepts(field: Option<&str>, offers: &[&str]) -> Option<usize> {
    let types: Vec<String> =
        offers.iter().map(|offer| full_type(offer).unwrap_or_default()).collect();
    let types: Vec<&str> = types.iter().map(String::as_str).collect();
    best(field.filter(|field| !field.trim().is_empty()).unwrap_or("*/*"), &types, cover_type)
}

/// The best of the offered content codings; without the field only `identity` is acceptable.
pub(crate) fn accepts_encodings(field: Option<&str>, offers: &[&str]) -> Option<usize> {
    let field = field.unwrap_or_default();
    let names_identity = ranges(field)
        .any(|range| matches!(range.name.to_ascii_lowercase().as_str(), "identity" | "*"));
    if names_identity {
        return best(field, offers, cover_token);
    }
    let lowest = ranges(field).map(|range| range.weight).filter(|weight| *weight > 0).min();
    let weight = f32::from(lowest.unwrap_or(1000)) / 1000.0;
    best(&format!("{field}, identity;q={weight:.3}"), offers, cover_token)
}

/// The best of the offered charsets.
pub(crate) fn accepts_charsets(field: Option<&str>, offers: &[&str]) -> Option<usize> {
    best(field.unwrap_or("*"), offers, cover_token)
}

/// The best of the offered languages: `en` and `en-US` cover each other, the exact tag before either.
pub(crate) fn accepts_languages(field: Option<&str>, offers: &[&str]) -> Option<usize> {
    best(field.unwrap_or("*"), offers, cover_language)
}

/// The first of the patterns that a media type matches: extensions, types, `image/*`, `+json`,
/// `urlencoded`, `multipart`.
pub(crate) fn type_is(actual: &str, patterns: &[&str]) -> Option<usize> {
    let actual = actual.to_ascii_lowercase();
    patterns.iter().position(|pattern| {
        let wanted = match *pattern {
            "urlencoded" => "application/x-www-form-urlencoded".into(),
            "multipart" => "multipart/*".into(),
            suffix if suffix.starts_with('+') => format!("*/*{suffix}"),
            other => full_type(other).unwrap_or_default(),
        };
        let (Some((kind, subtype)), Some((wanted_kind, wanted_subtype))) =
            (actual.split_once('/'), wanted.split_once('/'))
        else {
            return false;
        };
        let subtype_fits = match wanted_subtype.strip_prefix("*+") {
            Some(suffix) => subtype.rsplit_once('+').is_some_and(|(_, actual)| actual == suffix),
            None => wanted_subtype == "*" || wanted_subtype == subtype,
        };
        (wanted_kind == "*" || wanted_kind == kind) && subtype_fits
    })
}

/// Whether the client's copy is still good (RFC 9110, 13.1): `If-None-Match` decides when it is there.
pub(crate) fn fresh(request: &Request, response: &Response) -> bool {
    let is_read = matches!(request.method, Method::GET | Method::HEAD);
    let is_good = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
    if !is_read || !is_good {
        return false;
    }
    let mut directives = request.get("cache-control").unwrap_or_default().split(',');
    if directives.any(|directive| directive.trim().eq_ignore_ascii_case("no-cache")) {
        return false;
    }
    if let Some(tags) = request.get("if-none-match") {
        // Between quotes stand the opaque tags, which may hold commas; around them `W/`, commas and blanks.
        let own = response.get("etag").and_then(|tag| tag.split('"').nth(1));
        return tags.trim() == "*"
            || own.is_some_and(|own| tags.split('"').skip(1).step_by(2).any(|tag| tag == own));
    }
    let date = |text: &str| httpdate::parse_http_date(text).ok();
    match (
        request.get("if-modified-since").and_then(date),
        response.get("last-modified").and_then(date),
    ) {
        (Some(since), Some(modified)) => modified <= since,
        _ => false,
    }
}

/// A media type for an offer, in lower case and without what `set_type` adds.
fn full_type(offer: &str) -> Option<String> {
    if offer.contains('/') {
        return Some(offer.to_ascii_lowercase());
    }
    let full = media_type(offer)?;
    Some(full.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

struct Range<'a> {
    name: &'a str,
    params: Vec<&'a str>,
    /// In thousandths.
    weight: u16,
}

/// The ranges of a field; one whose weight cannot be read is left out.
fn ranges(field: &str) -> impl Iterator<Item = Range<'_>> {
    field.split(',').filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().filter(|name| !name.is_empty())?;
        let (mut params, mut weight) = (Vec::new(), 1000);
        for part in parts.filter(|part| !part.is_empty()) {
            match part.split_once('=') {
                Some((key, value)) if key.trim().eq_ignore_ascii_case("q") => {
                    let value: f32 = value.trim().parse().ok()?;
                    weight = (value.clamp(0.0, 1.0) * 1000.0).round() as u16;
                    break;
                }
                _ => params.push(part),
            }
        }
        Some(Range { name, params, weight })
    })
}

fn best(field: &str, offers: &[&str], cover: Cover) -> Option<usize> {
    let ranges: Vec<Range<'_>> = ranges(field).collect();
    let mut ranked = Vec::new();
    for (at, offer) in offers.iter().enumerate() {
        let covering = ranges.iter().enumerate().filter_map(|(place, range)| {
            let (essence, params) = offer.split_once(';').unwrap_or((offer, ""));
            let fits = |wanted: &str| {
                params.split(';').any(|param| param.trim().eq_ignore_ascii_case(wanted))
            };
            let covers = cover(range.name, essence.trim());
            (covers > 0 && range.params.iter().all(|wanted| fits(wanted))).then_some((
                covers,
                range.params.len(),
                place,
                range.weight,
            ))
        });
        let most_specific = covering
            .max_by_key(|(covers, params, place, _)| (*covers, *params, std::cmp::Reverse(*place)));
        if let Some((covers, params, place, weight)) = most_specific.filter(|found| found.3 > 0) {
            ranked.push((
                std::cmp::Reverse(weight),
                std::cmp::Reverse((covers, params)),
                place,
                at,
            ));
        }
    }
    ranked.into_iter().min().map(|(.., at)| at)
}

fn cover_type(range: &str, offer: &str) -> u8 {
    let (Some((kind, subtype)), Some((offer_kind, offer_subtype))) =
        (range.split_once('/'), offer.split_once('/'))
    else {
        return 0;
    };
    match (kind, subtype) {
        ("*", "*") => 1,
        (kind, "*") if kind.eq_ignore_ascii_case(offer_kind) => 2,
        (kind, subtype)
            if kind.eq_ignore_ascii_case(offer_kind)
                && subtype.eq_ignore_ascii_case(offer_subtype) =>
        {
            3
        }
        _ => 0,
    }
}

fn cover_token(range: &str, offer: &str) -> u8 {
    if range.eq_ignore_ascii_case(offer) { 2 } else { u8::from(range == "*") }
}

fn cover_language(range: &str, offer: &str) -> u8 {
    let first = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    if range.eq_ignore_ascii_case(offer) {
        4
    } else if first(range) == offer.to_ascii_lowercase() {
        3
    } else if range.to_ascii_lowercase() == first(offer) {
        2
    } else {
        u8::from(range == "*")
    }
}
