//! Whatever is written is read back as it was meant, by a reader to the letter of the standard.

use std::time::Duration;

use cepa_hub::Event;
use cepa_sse::SseEvent;
use proptest::prelude::*;

use crate::parser::{Read, parse};

/// Text that is rich in what could break a line format.
fn nasty() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\n".to_owned()),
        Just("\r".to_owned()),
        Just("\r\n".to_owned()),
        Just(" ".to_owned()),
        Just(":".to_owned()),
        Just("data: x".to_owned()),
        Just("id: 9".to_owned()),
        Just("\u{feff}".to_owned()),
        Just("\0".to_owned()),
        Just("\u{2028}".to_owned()),
        Just("\u{85}".to_owned()),
        any::<String>(),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// As the reader sees line ends.
fn normal(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

type Parts = (Option<String>, Option<String>, Option<String>, Option<u32>, Option<String>);

fn parts() -> impl Strategy<Value = Parts> {
    let option = || prop::option::of(nasty());
    (option(), option(), option(), prop::option::of(any::<u32>()), option())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_stream_of_events(all in prop::collection::vec(parts(), 0..6)) {
        let mut bytes = SseEvent::comment("start").encode().to_vec();
        let (mut expected, mut last_id, mut last_retry) = (Vec::new(), String::new(), None);
        for (comment, name, id, retry, data) in all {
            let mut event = data.as_ref().map_or_else(SseEvent::new, SseEvent::text);
            let mut read = Read { event: "message".into(), ..Read::default() };
            if let Some(comment) = comment {
                bytes.extend_from_slice(&SseEvent::comment(comment).encode());
            }
            if let Some(name) = name {
                match event.clone().event(name.clone()) {
                    Ok(named) => {
                        event = named;
                        if !name.is_empty() { read.event = name; }
                    }
                    Err(_) => prop_assert!(name.contains(['\r', '\n'])),
                }
            }
            if let Some(id) = id {
                match event.clone().id(&id) {
                    Ok(with_id) => {
                        event = with_id;
                        last_id = id;
                    }
                    Err(_) => prop_assert!(id.contains(['\r', '\n', '\0'])),
                }
            }
            if let Some(retry) = retry {
                event = event.retry(Duration::from_millis(retry.into()));
                last_retry = Some(u64::from(retry));
            }
            bytes.extend_from_slice(&event.encode());
            if let Some(data) = data {
                expected.push(Read { data: normal(&data), last_id: last_id.clone(), ..read });
            }
        }
        let reader = parse(&bytes);
        prop_assert_eq!(reader.events, expected);
        prop_assert_eq!(reader.last_id, last_id);
        prop_assert_eq!(reader.retry, last_retry);
    }

    #[test]
    fn an_event_of_the_hub(name in nasty(), id in prop::option::of(nasty()), value in nasty()) {
        let mut event = Event::new(name.clone(), &value).unwrap();
        if let Some(id) = &id {
            event = event.with_id(id.as_str());
        }
        let reader = parse(&cepa_sse::wire().encode(&event));
        prop_assert_eq!(reader.events.len(), 1);
        let read = &reader.events[0];
        prop_assert_eq!(serde_json::from_str::<String>(&read.data).unwrap(), value);
        let written = name.replace(['\r', '\n'], "");
        prop_assert_eq!(&read.event, if written.is_empty() { "message" } else { &written });
        let id = id.filter(|id| !id.contains(['\r', '\n', '\0'])).unwrap_or_default();
        prop_assert_eq!(&read.last_id, &id);
    }
}
