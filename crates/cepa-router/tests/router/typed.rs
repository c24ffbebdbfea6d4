//! A constraint on a parameter: what fits, what does not, and that the next route gets its chance.

use cepa_router::Router;

use crate::{Client, captures};

/// Pattern, and the values of `x` that fit it and those that do not.
const TABLE: &[(&str, &[&str], &[&str])] = &[
    (
        "/:x<u8>",
        &["0", "7", "255", "007", "%37"],
        &["256", "-1", "+1", "a", "1a", "1.0", "%", "%zz"],
    ),
    ("/:x<u16>", &["65535"], &["65536"]),
    ("/:x<u32>", &["4294967295"], &["4294967296"]),
    ("/:x<u64>", &["18446744073709551615"], &["18446744073709551616", "1%2F2", "1%20", "٣"]),
    (
        "/:x<u128>",
        &["340282366920938463463374607431768211455"],
        &["340282366920938463463374607431768211456"],
    ),
    ("/:x<i8>", &["-128", "127", "-0"], &["-129", "128", "-", "--1", "+1"]),
    ("/:x<i16>", &["-32768"], &["32768"]),
    ("/:x<i32>", &["-2147483648"], &["2147483648"]),
    ("/:x<i64>", &["-9223372036854775808"], &["9223372036854775808"]),
    ("/:x<i128>", &["-1"], &["1-"]),
    (
        "/:x<uuid>",
        &["c0ffee00-0000-4000-8000-0123456789aB"],
        &[
            "c0ffee00000040008000012345678901",
            "c0ffee00-0000-4000-8000-0123456789ag",
            "c0ffee00-0000-4000-80000-123456789ab",
        ],
    ),
    ("/:x<alpha>", &["a", "aZ"], &["a1", "caf%C3%A9", "a-"]),
    ("/:x<alnum>", &["a1Z"], &["a_1"]),
    ("/:x<hex>", &["09afAF"], &["g"]),
    ("/:x<[a-z0-9-]>", &["a-1", "-"], &["A", "a_", "a.b", "%C3%A9"]),
    ("/:x<[-a]>", &["-a"], &["b"]),
    ("/:x<[\\]\\\\>]>", &["%5D%5C%3E"], &["a"]),
    ("/:x<[à-ÿ]>", &["%C3%A9"], &["e", "%C3", "%A9"]),
    ("/:x<[A-Z]{3}>", &["ABC"], &["AB", "ABCD", "abc"]),
    ("/:x<[0-9]{2,4}>", &["12", "1234"], &["1", "12345"]),
    ("/:x<[a-z]{2,}>", &["ab", "abcdefgh"], &["a"]),
    ("/:\"x\"<u8>", &["1"], &["x"]),
    ("/v:x<u8>", &["v1"], &["v", "va"]),
    ("/:x<u8>.json", &["1.json"], &["a.json", "1.2.json"]),
    ("/:x<u8>-:y<alpha>", &["1-b"], &["1-2", "a-b", "1-2-b"]),
    ("/*y/:x<u8>", &["a/b/1", "a/1/"], &["a/b/c", "a/256"]),
    ("/:x<u8>-*y", &["1-b/c"], &["a-b/c"]),
    ("/a{/:x<u8>}", &["a", "a/1", "a/"], &["a/b"]),
];

#[test]
fn each_form_takes_what_fits_and_no_more() {
    for (pattern, fitting, others) in TABLE {
        for (values, fits) in [(fitting, true), (others, false)] {
            for value in *values {
                let found = captures(Router::new(), pattern, &format!("/{value}"), &["x"]);
                assert_eq!(found.is_some(), fits, "{pattern} on {value}");
            }
        }
    }
}

#[test]
fn the_next_route_may_match_what_does_not_fit() {
    let client = Client::new(
        Router::new()
            .get("/users/:id<u64>", async |_| "number")
            .get("/users/:id<uuid>", async |_| "uuid")
            .get("/users/:name<[a-z]>", async |_| "name")
            .get("/users/me", async |_| "never: a name stands before it")
            .get("/users/ME", async |_| "never: in any case it is the route before")
            .get("/users/:other", async |_| "other"),
    );
    for (path, text) in [
        ("/users/7", "number"),
        ("/users/c0ffee00-0000-4000-8000-0123456789ab", "uuid"),
        ("/users/me", "name"),
        ("/users/18446744073709551616", "other"),
        ("/users/a.b", "other"),
    ] {
        assert_eq!(client.text(path).unwrap(), text, "{path}");
    }
}

#[test]
fn below_a_constraint_the_order_of_registration_holds() {
    let client = Client::new(
        Router::new()
            .get("/:a<u64>/x", async |_| "1")
            .get("/:a/:b", async |_| "2")
            .get("/:a<u64>/:b", async |_| "3")
            .get("/:a<alpha>", async |_| "4")
            .get("/:a<hex>", async |_| "5"),
    );
    for (path, text) in [("/7/x", "1"), ("/7/y", "2"), ("/z/x", "2"), ("/ab", "4"), ("/a1", "5")] {
        assert_eq!(client.text(path).unwrap(), text, "{path}");
    }
}

#[test]
fn methods_are_those_of_the_routes_that_fit() {
    let client = Client::new(
        Router::new().get("/:id<u64>", async |_| "").put("/:name<alpha>", async |_| ""),
    );
    assert_eq!(client.send("POST", "/7").allow.unwrap(), "HEAD, GET");
    assert_eq!(client.send("POST", "/a").allow.unwrap(), "PUT");
    assert_eq!(client.send("POST", "/-").status, 404);
}

#[test]
fn what_a_constraint_hides_is_reported_and_nothing_else() {
    let reported = |first: &str, second: &str| {
        let router = Router::new().get(first, async |_| "").get(second, async |_| "");
        !router.unreachable().is_empty()
    };
    for (first, second, hides) in [
        ("/:x", "/:x<u64>", true),
        ("/:x<u64>", "/:y<u64>", true),
        ("/:x<u64>", "/7", true),
        ("/:x<alpha>", "/about", true),
        ("/v:x<u64>", "/v1", true),
        ("/:x<[a-z]>", "/about", false), // /ABOUT remains
        ("/v:x<[a-z]>", "/vabout", false),
        ("/:x<u64>", "/:x", false),
        ("/:x<u64>", "/:x<u8>", false), // true, but not found
        ("/:x<u64>", "/a", false),
        ("/:x<u64>", "/:a-:b", false),
    ] {
        assert_eq!(reported(first, second), hides, "{first} before {second}");
    }
    let sensitive = Router::new().sensitive();
    let router = sensitive.get("/:x<[a-z]>", async |_| "").get("/about", async |_| "");
    assert_eq!(router.unreachable().len(), 1);
}
