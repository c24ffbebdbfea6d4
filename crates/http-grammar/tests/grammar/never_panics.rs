//! Whatever a client sends, every reader comes to an end and every value that is written can be a header.

use std::net::{IpAddr, Ipv4Addr};

use http::{HeaderMap, HeaderValue};
use http_grammar::disposition::Disposition;
use http_grammar::forwarded::Proxies;
use http_grammar::{accept, cookie, host, location, media_type, percent};
use proptest::prelude::*;

proptest! {
    #[test]
    fn readers(text in "\\PC*", offer in "[a-z/*+;=,.]{0,12}") {
        let offers = [offer.as_str(), "html"];
        accept::media_types(Some(&text), &offers);
        accept::encodings(Some(&text), &offers);
        accept::encoding_weight(&text, &offers);
        accept::languages(Some(&text), &offers);
        accept::preferences(&text);
        media_type::matches(&text, &offers);
        media_type::charset(&text);
        cookie::find(text.as_bytes(), &offer);
        host::subdomains(host::hostname(&text), 2);
        percent::percent_decode(&text);
        for part in [percent::Part::Component, percent::Part::Path, percent::Part::Url] {
            let encoded = percent::percent_encode(&text, part).to_string();
            let decoded = percent::percent_decode(&encoded);
            prop_assert_eq!(decoded.as_deref(), Some(text.as_str()));
            prop_assert_eq!(percent::percent_encode_rest(&encoded, part), encoded);
        }
        let rewritten = percent::query_string(percent::query_pairs(&text));
        let pairs: Vec<_> = percent::query_pairs(&text).collect();
        prop_assert_eq!(percent::query_pairs(&rewritten).collect::<Vec<_>>(), pairs);
    }

    #[test]
    fn what_is_written_can_be_sent(text in any::<String>()) {
        let value = Disposition::attachment(&text).header_value();
        prop_assert!(value.as_bytes().starts_with(b"attachment"));
        if let Ok(location) = location::location(&text) {
            prop_assert!(HeaderValue::from_str(&location).is_ok());
            prop_assert!(!location.starts_with("//"));
        }
    }

    #[test]
    fn an_untrusted_entry_is_never_the_client(left in "[0-9., a-z\"=;\\\\]{0,64}") {
        let peer = Some(IpAddr::from([10, 0, 0, 1]));
        let standard = Proxies::hops(1).rfc7239();
        for (proxies, name, right) in [
            (Proxies::hops(1), "x-forwarded-for", "1.1.1.1"),
            (standard.clone(), "forwarded", "for=1.1.1.1"),
            (standard, "forwarded", "by=\"_x\";for=\"1.1.1.1:80\""),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_str(&format!("{left}, {right}")).unwrap());
            let origin = proxies.origin(peer, &headers);
            prop_assert_eq!(origin.addresses, [IpAddr::from(Ipv4Addr::new(1, 1, 1, 1))]);
        }
    }
}
