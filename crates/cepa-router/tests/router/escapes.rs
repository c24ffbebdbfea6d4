//! Percent-encoding: of the text in patterns, and of the values that are captured.

use cepa_router::{Route, Router};

use crate::{Client, captures};

#[test]
fn text_is_written_as_people_write_it() {
    let table = [
        ("/café", "/caf%C3%A9"),
        ("/café", "/caf%c3%a9"),
        ("/a b", "/a%20b"),
        ("/100%", "/100%25"),
        ("/a%20b", "/a%20b"),
        ("/%7Eana", "/%7eana"),
        ("/\\?", "/%3F"),
        ("/a#b", "/a%23b"),
        ("/日本/:x", "/%E6%97%A5%E6%9C%AC/1"),
    ];
    for (pattern, path) in table {
        assert!(captures(Router::new(), pattern, path, &["x"]).is_some(), "{pattern} on {path}");
    }
    for (pattern, path) in [("/%2F", "//"), ("/%7Eana", "/~ana"), ("/a", "/%61")] {
        assert!(captures(Router::new(), pattern, path, &[]).is_none(), "{pattern} on {path}");
    }
}

#[test]
fn separators_within_a_segment_are_text_too() {
    let found = captures(Router::new(), "/:a é :b", "/1%20%C3%A9%202", &["a", "b"]);
    assert_eq!(found.unwrap(), ["a=1", "b=2"]);
}

#[test]
fn values_are_decoded_each_on_its_own() {
    let table = [
        ("/caf%C3%A9", "x=café"),
        ("/a%2Fb", "x=a/b"),
        ("/a+b", "x=a+b"),
        ("/%25", "x=%"),
        ("/%2525", "x=%25"),
        ("/%F0%9F%A7%85", "x=🧅"),
    ];
    for (path, expected) in table {
        assert_eq!(captures(Router::new(), "/:x", path, &["x"]).unwrap(), [expected]);
        assert_eq!(captures(Router::new(), "/*x", path, &["x"]).unwrap(), [expected]);
    }
    // An escape of the separator is no separator.
    let found = captures(Router::new(), "/:a.:b", "/1%2E2.3", &["a", "b"]);
    assert_eq!(found.unwrap(), ["a=1.2", "b=3"]);
}

#[test]
fn a_malformed_value_is_400_in_place_of_the_handler() {
    let client = Client::new(
        Router::new()
            .get("/v/:x", async |_| -> &str { panic!("the handler ran") })
            .get("/w/*x", async |_| -> &str { panic!("the handler ran") }),
    );
    for path in ["/v/%", "/v/%4", "/v/%zz", "/v/a%E0%A4%A", "/v/%FF", "/v/%C3", "/w/a/%/b"] {
        let answer = client.get(path);
        assert_eq!(answer.status, 400, "{path}");
        assert!(answer.text.contains("parameter \"x\" is not well percent-encoded"), "{answer:?}");
    }
}

#[test]
fn the_middleware_of_the_route_runs_around_a_malformed_value() {
    let route = Route::new()
        .with(async |ctx, next| {
            assert_eq!(ctx.route.as_deref(), Some("/outer/:x/:y"));
            assert_eq!(ctx.param::<String>("x")?, "fine");
            next.run(ctx).await
        })
        .get(async |_| -> &str { panic!("the handler ran") });
    let inner = Router::new().route("/:x/:y", route);
    let outer = Router::new().with(async |ctx, next| match next.run(ctx).await {
        Err(error) => ctx.set_body(format!("logged {} {}", error.status(), error.message())),
        other => other,
    });
    let client = Client::new(outer.nest("/outer", inner));
    let expected = "logged 400 Bad Request parameter \"y\" is not well percent-encoded UTF-8";
    assert_eq!(client.text("/outer/fine/%zz").unwrap(), expected);
    let closed = Router::new().with(async |ctx, _next| ctx.throw(401, "log in first"));
    let client = Client::new(closed.get("/:x", async |_| ""));
    assert_eq!(client.get("/%zz").status, 401);
}

#[test]
fn what_is_not_captured_need_not_be_well_formed() {
    let client = Client::new(Router::new().get("/100%/x", async |_| "literal"));
    assert_eq!(client.get("/%zz/x").status, 404);
    assert_eq!(client.text("/100%25/x").unwrap(), "literal");
}
