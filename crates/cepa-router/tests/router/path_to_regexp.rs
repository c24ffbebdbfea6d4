//! Patterns match as in path-to-regexp 8 itself: what it said of 240 patterns and some 1,700 paths, recorded by
//! `conformance/koa/paths.mjs`, which `cargo xtask conformance koa` holds against the real one.

use std::collections::BTreeMap;
use std::panic::catch_unwind;

use cepa_core::http::Method;
use cepa_router::Router;
use serde_json::Value;

#[test]
fn every_pattern_matches_and_captures_as_there() {
    let recorded: Vec<(String, Value)> =
        serde_json::from_str(include_str!("path_to_regexp.json")).unwrap();
    let (mut paths, mut different) = (0, Vec::new());
    for (pattern, expected) in &recorded {
        let router = catch_unwind(|| Router::new().get(pattern, async |_| "")).ok();
        let (Some(router), Value::Object(expected)) = (&router, expected) else {
            if router.is_some() || expected.is_object() {
                different.push(format!("{pattern}: {expected}, here {}", router.is_some()));
            }
            continue;
        };
        for (path, expected) in expected {
            let found = router.find(&Method::GET, "localhost", path);
            let found = found.map(|found| found.params().collect::<BTreeMap<_, _>>());
            let found = found.map_or(Value::Bool(false), |params| serde_json::json!(params));
            paths += 1;
            if found != *expected {
                different.push(format!("{pattern} on {path}: {expected}, here {found}"));
            }
        }
    }
    println!("{} patterns, {paths} paths", recorded.len());
    assert!(paths > 1500, "{paths}");
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
}
