//! What a client lists, in the order of its wishes.

use http_grammar::accept::preferences;

#[test]
fn preferences_are_sorted_by_weight_and_keep_their_order() {
    for (field, expected) in [
        ("", &[][..]),
        ("text/html", &["text/html"]),
        ("a;q=0.1, b, c;q=0.5, d", &["b", "d", "c", "a"]),
        ("gzip;q=0, br", &["br"]),
        ("en;q=nonsense, fr", &["fr"]),
        (" , ,fr ; q=0.3", &["fr"]),
    ] {
        assert_eq!(preferences(field), expected, "{field}");
    }
}
