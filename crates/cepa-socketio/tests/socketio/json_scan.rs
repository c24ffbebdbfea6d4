use cepa_socketio::scan::{Invalid, MAX_DEPTH, scan, without_lone_surrogates};
use proptest::prelude::*;
use serde_json::Value;

#[test]
fn elements_of_the_outer_array_are_found() {
    let text = br#"[ "a,]" , {"k":[1,2]},[[]] ,-1.5e+3,null,true]"#;
    let found = scan(text, false).unwrap();
    let elements: Vec<_> =
        found.elements.into_iter().map(|span| std::str::from_utf8(&text[span]).unwrap()).collect();
    assert_eq!(elements, ["\"a,]\"", "{\"k\":[1,2]}", "[[]]", "-1.5e+3", "null", "true"]);
    assert!(scan(b"[]", false).unwrap().elements.is_empty());
    assert!(scan(b"[ ]", false).unwrap().elements.is_empty());
}

#[test]
fn what_is_no_json_is_refused() {
    for text in [
        "",
        " ",
        "[",
        "]",
        "[1",
        "[1,]",
        "[,1]",
        "{",
        "{}x",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{1:2}",
        "[1}",
        "{\"a\":1]",
        "01",
        "-",
        "1.",
        ".5",
        "1e",
        "+1",
        "tru",
        "nulll",
        "\"",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\\u12",
        "\"a\nb\"",
        "'a'",
        "[\"m\"]x",
        "NaN",
        "[1 2]",
        "{\"a\":1 \"b\":2}",
    ] {
        assert_eq!(scan(text.as_bytes(), true).err(), Some(Invalid), "{text:?}");
    }
}

#[test]
fn depth_is_bounded_and_needs_no_stack() {
    let depth = MAX_DEPTH as usize;
    let nested = |n: usize| "[".repeat(n) + &"]".repeat(n);
    assert!(scan(nested(depth).as_bytes(), false).is_ok());
    assert_eq!(scan(nested(depth + 1).as_bytes(), false).err(), Some(Invalid));
    assert_eq!(scan("{\"a\":".repeat(depth + 1).as_bytes(), true).err(), Some(Invalid));
    assert_eq!(scan("[".repeat(1_000_000).as_bytes(), true).err(), Some(Invalid));
}

#[test]
fn placeholders_are_found_where_they_stand() {
    let text = br#"["a",{"x":{"_placeholder":true,"num":1}},[{"num":0,"_placeholder":true}],{"_placeholder":false,"num":9}]"#;
    let found = scan(text, true).unwrap().placeholders;
    let found: Vec<_> =
        found.into_iter().map(|p| (std::str::from_utf8(&text[p.at]).unwrap(), p.number)).collect();
    assert_eq!(
        found,
        [("{\"_placeholder\":true,\"num\":1}", 1), ("{\"num\":0,\"_placeholder\":true}", 0)]
    );
    for bad in ["-1", "\"0\"", "0.5", "null", "{}", "99999999999999999999"] {
        let text = format!(r#"[{{"_placeholder":true,"num":{bad}}}]"#);
        assert_eq!(scan(text.as_bytes(), true).err(), Some(Invalid), "{text}");
        assert!(scan(text.as_bytes(), false).is_ok());
    }
    assert_eq!(scan(br#"[{"_placeholder":true}]"#, true).err(), Some(Invalid));
}

/// What is passed on is read by JavaScript: keys without their escapes, and of two equal ones the last.
#[test]
fn placeholders_are_what_javascript_takes_for_one() {
    for bad in [
        r#"{"\u005fplaceholder":true,"num":"x"}"#,
        r#"{"_placeholder":true,"num":0,"\u006eum":"x"}"#,
        r#"{"_placeholder":true,"num":0,"num":[9]}"#,
        r#"{"_placeholder":true,"num":0,"num":{"num":0}}"#,
    ] {
        assert_eq!(scan(format!("[{bad}]").as_bytes(), true).err(), Some(Invalid), "{bad}");
    }
    let numbers = |text: &str| -> Vec<usize> {
        let found = scan(text.as_bytes(), true).unwrap().placeholders;
        found.into_iter().map(|placeholder| placeholder.number).collect()
    };
    assert_eq!(numbers(r#"[{"\u005fplaceholder":true,"n\u0075m":7}]"#), [7]);
    assert_eq!(numbers(r#"[{"_placeholder":true,"num":1,"num":2}]"#), [2]);
    assert!(numbers(r#"[{"_placeholder":true,"num":1,"_placeholder":[true]}]"#).is_empty());
    assert_eq!(numbers(r#"[{"_placeholder":{"_placeholder":true,"num":3},"num":1}]"#), [3]);
}

#[test]
fn numbers_beyond_all_are_refused() {
    let many = "9".repeat(400);
    for text in ["1e999", "-1e999", "[0.1E+400]", &*many, &*format!("-{many}.5")] {
        assert_eq!(scan(text.as_bytes(), false).err(), Some(Invalid), "{text}");
    }
    let long = format!("0.{many}");
    for text in ["1e308", "-1.7976931348623157e308", "1e-999", "0e999", &many[..300], &long] {
        assert!(scan(text.as_bytes(), false).is_ok(), "{text}");
        assert!(serde_json::from_str::<Value>(text).is_ok(), "{text}");
    }
}

#[test]
fn halves_of_surrogate_pairs_are_seen_and_replaced() {
    for (text, repaired) in [
        (r#"["\ud83d"]"#, r#"["\ufffd"]"#),
        (r#"["\ude00\ud83d\ude00"]"#, r#"["\ufffd\ud83d\ude00"]"#),
        (r#"["\ud83d\ud83d\ude00x"]"#, r#"["\ufffd\ud83d\ude00x"]"#),
        (r#"["\\\uD83Dd"]"#, r#"["\\\ufffdd"]"#),
    ] {
        assert!(scan(text.as_bytes(), false).unwrap().lone_surrogate, "{text}");
        assert_eq!(without_lone_surrogates(text.as_bytes()), repaired.as_bytes());
        assert!(serde_json::from_str::<Value>(repaired).is_ok());
    }
    for text in [r#"["\ud83d\ude00"]"#, r#"["\\ud83d"]"#, r#"["a\u00e9"]"#] {
        assert!(!scan(text.as_bytes(), false).unwrap().lone_surrogate, "{text}");
        assert_eq!(without_lone_surrogates(text.as_bytes()), text.as_bytes());
    }
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((".{0,6}", inner), 0..6)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_array_is_split_as_serde_json_reads_it(values in proptest::collection::vec(json(), 0..6), pretty: bool) {
        let value = Value::Array(values.clone());
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        let found = scan(text.as_bytes(), false).unwrap();
        let read: Vec<Value> =
            found.elements.into_iter().map(|span| serde_json::from_slice(&text.as_bytes()[span]).unwrap()).collect();
        // numbers may lose their last digit in both directions, so texts are compared
        let texts = |values: &[Value]| values.iter().map(Value::to_string).collect::<Vec<_>>();
        prop_assert_eq!(texts(&read), texts(&serde_json::from_str::<Vec<Value>>(&text).unwrap()));
    }

    #[test]
    fn judges_like_serde_json(text in r#"[\[\]{}",:\\ua0-9eE+.tfnl \-]{0,16}"#) {
        let strict = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
        prop_assert_eq!(scan(text.as_bytes(), false).is_ok(), strict, "{}", text);
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        let _ = scan(&bytes, true);
        let _ = without_lone_surrogates(&bytes);
    }
}

#[test]
fn placeholders_take_no_more_time_than_their_text() {
    let count = 200_000;
    let text = format!("[{}]", vec![r#"{"_placeholder":true,"num":0}"#; count].join(","));
    let begun = std::time::Instant::now();
    assert_eq!(scan(text.as_bytes(), true).unwrap().placeholders.len(), count);
    // a look at all of them with each would be minutes
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
    let nested = r#"[{"a":[{"_placeholder":true,"num":1},{"_placeholder":true,"num":2}],"_placeholder":true,"num":0},{"_placeholder":true,"num":3}]"#;
    let found = scan(nested.as_bytes(), true).unwrap().placeholders;
    assert_eq!(found.iter().map(|found| found.number).collect::<Vec<_>>(), [0, 3]);
}
