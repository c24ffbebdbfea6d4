//! Content negotiation: what of our offers a client prefers (RFC 9110, 12.5).
//!
//! All four `Accept` fields are lists of ranges with weights, and one algorithm serves them: every offer
//! takes the most specific range that covers it, of equal ones that of the most weight; offers are then ordered
//! by weight, by how specific the range was, by its place in the field, and by the order of the offers. The
//! functions give the index of the best offer, so that callers return the very text they were given.

use std::cmp::Reverse;

use crate::media_type::full_type;

/// How well a range covers an offer; 0 is not at all.
type Cover = fn(range: &str, offer: &str) -> u8;

/// The best of the offered media types or extensions; without the field the first, whatever it is.
///
/// ```
/// use http_grammar::accept::media_types;
///
/// assert_eq!(media_types(Some("text/*;q=0.5, application/json"), &["html", "json"]), Some(1));
/// assert_eq!(media_types(Some("image/png"), &["html", "json"]), None);
/// assert_eq!(media_types(None, &["html", "json"]), Some(0));
/// ```
pub fn media_types(field: Option<&str>, offers: &[&str]) -> Option<usize> {
    let Some(field) = field.filter(|field| !field.trim().is_empty()) else {
        return (!offers.is_empty()).then_some(0);
    };
    let types: Vec<String> = offers.iter().map(|offer| full_type(offer)).collect();
    let types: Vec<&str> = types.iter().map(String::as_str).collect();
    best(field, &types, cover_type)
}

/// The best of the offered content codings; without the field only `identity` is acceptable.
///
/// `identity` is always acceptable unless the field says otherwise, with the lowest weight in it.
pub fn encodings(field: Option<&str>, offers: &[&str]) -> Option<usize> {
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

/// How much a client wants a content coding of these names, in thousandths: by its name or else by `*`, and the most
/// when it is listed more than once. `None` when the field does not speak of it.
///
/// ```
/// use http_grammar::accept::encoding_weight;
///
/// assert_eq!(encoding_weight("x-gzip;q=0.5, *;q=0.1", &["gzip", "x-gzip"]), Some(500));
/// assert_eq!(encoding_weight("gzip", &["br"]), None);
/// ```
pub fn encoding_weight(field: &str, names: &[&str]) -> Option<u16> {
    let covering = ranges(field).filter_map(|range| {
        let covers = names.iter().map(|name| cover_token(range.name, name)).max()?;
        (covers > 0).then_some((covers, range.weight))
    });
    covering.max().map(|(_, weight)| weight)
}

/// The best of the offered charsets.
pub fn charsets(field: Option<&str>, offers: &[&str]) -> Option<usize> {
    best(field.unwrap_or("*"), offers, cover_token)
}

/// The best of the offered languages: `en` and `en-US` cover each other, the exact tag before either.
pub fn languages(field: Option<&str>, offers: &[&str]) -> Option<usize> {
    best(field.unwrap_or("*"), offers, cover_language)
}

/// What any of the four fields lists and does not refuse, the most wanted first, without parameters.
///
/// ```
/// use http_grammar::accept::preferences;
///
/// assert_eq!(preferences("fr;q=0.7, en, de;q=0"), ["en", "fr"]);
/// ```
pub fn preferences(field: &str) -> Vec<&str> {
    let mut wanted: Vec<_> = ranges(field).filter(|range| range.weight > 0).collect();
    wanted.sort_by_key(|range| Reverse(range.weight));
    wanted.into_iter().map(|range| range.name).collect()
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
    let ranked = offers.iter().enumerate().filter_map(|(at, offer)| {
        let (essence, params) = offer.split_once(';').unwrap_or((offer, ""));
        let has = |wanted: &&str| params.split(';').any(|p| p.trim().eq_ignore_ascii_case(wanted));
        let covering = ranges.iter().enumerate().filter_map(|(place, range)| {
            let covers = cover(range.name, essence.trim());
            let fits = covers > 0 && range.params.iter().all(has);
            fits.then_some((covers, range.params.len(), range.weight, place))
        });
        let (covers, params, weight, place) = covering.max()?;
        (weight > 0).then_some((Reverse(weight), Reverse((covers, params)), place, at))
    });
    ranked.min().map(|(.., at)| at)
}

fn cover_type(range: &str, offer: &str) -> u8 {
    let (Some((kind, subtype)), Some((offer_kind, offer_subtype))) =
        (range.split_once('/'), offer.split_once('/'))
    else {
        return 0;
    };
    let same_kind = kind.eq_ignore_ascii_case(offer_kind);
    match (kind, subtype) {
        ("*", "*") => 1,
        (_, "*") if same_kind => 2,
        _ if same_kind && subtype.eq_ignore_ascii_case(offer_subtype) => 3,
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
