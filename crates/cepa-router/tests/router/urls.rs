//! Names, and the URLs that are built from them.

use cepa_core::App;
use cepa_router::{Route, Router, UrlError};
use proptest::prelude::*;

use crate::Client;

type Values<'a> = &'a [(&'a str, &'a str)];

/// Pattern, values, and the path; an error by its message.
const TABLE: &[(&str, Values<'_>, &str)] = &[
    ("", &[], "/"),
    ("/", &[], "/"),
    ("/about", &[("extra", "ignored")], "/about"),
    ("/users/:id", &[("id", "3")], "/users/3"),
    ("/users/:id", &[("id", "3"), ("id", "4")], "/users/3"),
    ("/users/:id", &[("id", "a b/é")], "/users/a%20b%2F%C3%A9"),
    ("/users/:id", &[("id", "?#%&=+:@;,$[]")], "/users/%3F%23%25%26%3D%2B%3A%40%3B%2C%24%5B%5D"),
    ("/users/:id", &[("id", "-_.!~*'()")], "/users/-_.!~*'()"),
    ("/café/:id", &[("id", "1")], "/caf%C3%A9/1"),
    ("/:a.:b", &[("b", "2"), ("a", "1")], "/1.2"),
    ("/:\"my id\"", &[("my id", "1")], "/1"),
    ("/f/*path", &[("path", "a/b c/d?e")], "/f/a/b%20c/d%3Fe"),
    ("/f/*path", &[("path", "a//b/")], "/f/a//b/"),
    ("/posts{/:page}", &[], "/posts"),
    ("/posts{/:page}", &[("page", "2")], "/posts/2"),
    ("/a{/:b{/:c}}", &[("b", "1")], "/a/1"),
    ("/a{/:b{/:c}}", &[("b", "1"), ("c", "2")], "/a/1/2"),
    ("/a{/:b{/:c}}", &[("c", "2")], "/a"),
    ("/a{/:b-:c}", &[("b", "1")], "/a"),
    ("/a{/text}", &[], "/a/text"),
    ("/:id<u64>", &[("id", "7")], "/7"),
    ("/:c<[à-ÿ]>", &[("c", "é")], "/%C3%A9"),
    ("/users/:id", &[], "missing parameters for /users/:id: id"),
    ("/:a/x{/:o}/:b", &[], "missing parameters for /:a/x{/:o}/:b: a, b"),
    ("/users/:id", &[("id", "")], "the value \"\" of \"id\" does not fit /users/:id"),
    ("/f/*path", &[("path", "")], "the value \"\" of \"path\" does not fit /f/*path"),
    ("/:id<u64>", &[("id", "x")], "the value \"x\" of \"id\" does not fit /:id<u64>"),
    ("/a{/:b<u8>}", &[("b", "256")], "the value \"256\" of \"b\" does not fit /a{/:b<u8>}"),
    ("/u/:id", &[("id", "..")], "/u/.. is no path of /u/:id: browsers resolve its dots"),
    ("/f/*p", &[("p", "a/../b")], "/f/a/../b is no path of /f/*p: browsers resolve its dots"),
];

#[test]
fn each_form_is_built_or_refused() {
    for (pattern, values, expected) in TABLE {
        let router = Router::new().get(pattern, async |_| "").name("it");
        let built = router.url("it", values).unwrap_or_else(|error| error.to_string());
        assert_eq!(built, *expected, "{pattern} with {values:?}");
    }
}

#[test]
fn a_query_is_appended() {
    let router = Router::new().get("/u/:id", async |_| "").name("u");
    let with = |query: &[(&str, &str)]| router.url_with_query("u", &[("id", "3")], query).unwrap();
    assert_eq!(with(&[]), "/u/3");
    let query = [("limit", "1"), ("a", "x"), ("a", "y"), ("s s", "a b&c=d")];
    assert_eq!(with(&query), "/u/3?limit=1&a=x&a=y&s%20s=a%20b%26c%3Dd");
}

#[test]
fn prefixes_and_nesting_are_part_of_it() {
    let posts = Router::new()
        .prefix("/posts")
        .get("/", async |_| "")
        .name("posts")
        .route("/:post", Route::new().get(async |_| "").put(async |_| ""))
        .name("post");
    let router = Router::new().prefix("/api").nest("/users/:user", posts);
    assert_eq!(router.url("posts", &[("user", "ana")]).unwrap(), "/api/users/ana/posts");
    let values = [("user", "ana"), ("post", "7")];
    assert_eq!(router.url("post", &values).unwrap(), "/api/users/ana/posts/7");
    let names: Vec<_> = router.routes().iter().map(|info| info.name().map(str::to_owned)).collect();
    assert_eq!(names, [Some("posts".into()), Some("post".into()), Some("post".into())]);
}

#[test]
fn the_first_of_a_name_has_it_and_the_second_is_reported() {
    let router = Router::new().get("/1", async |_| "").name("x").get("/2", async |_| "").name("x");
    assert_eq!(router.url("x", &[]).unwrap(), "/1");
    let warnings = router.warnings();
    assert!(
        warnings.len() == 1 && warnings[0].starts_with("the name \"x\" is that of"),
        "{warnings:?}"
    );
    assert_eq!(router.url("y", &[]), Err(UrlError::UnknownName("y".into())));
}

#[test]
fn only_a_route_of_this_router_can_be_named_and_once() {
    let refused = |name: fn() -> Router| std::panic::catch_unwind(name).is_err();
    assert!(refused(|| Router::new().name("x")));
    assert!(refused(|| Router::new().get("/", async |_| "").name("x").name("y")));
    let nested = || Router::new().nest("/a", Router::new().get("/", async |_| "")).name("x");
    assert!(refused(nested));
}

#[test]
fn handlers_reach_it_through_the_app() {
    let router = Router::new()
        .get("/users/:id", async |_| "")
        .name("user")
        .get("/", async |ctx| ctx.shared::<Router>().url("user", &[("id", "3")]).unwrap());
    let app = App::new().share(std::sync::Arc::new(router.clone())).plug(router);
    assert_eq!(Client(app.callback()).text("/").unwrap(), "/users/3");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_built_is_matched_with_the_same_values(a in "\\PC{1,8}", b in "\\PC{1,8}", rest in "\\PC{1,12}") {
        let router = Router::new()
            .get("/x/:a{/:b}/y/*rest", async |ctx| {
                let value = |name| ctx.param::<String>(name).unwrap();
                format!("{}\n{}\n{}", value("a"), value("b"), value("rest"))
            })
            .name("it");
        match router.url("it", &[("a", &a), ("b", &b), ("rest", &rest)]) {
            Ok(url) => prop_assert_eq!(Client::new(router).text(&url).unwrap(), format!("{a}\n{b}\n{rest}")),
            Err(error) => prop_assert!(matches!(error, UrlError::DotSegment { .. }), "{error}"),
        }
    }
}

#[test]
fn a_pattern_that_is_no_route_has_urls_too() {
    let url = |pattern, values| Router::url_of(pattern, values).map_err(|error| error.to_string());
    assert_eq!(url("/a/:b/*c", &[("b", "1/2"), ("c", "x/y z")]).unwrap(), "/a/1%2F2/x/y%20z");
    assert_eq!(url("/a/:b", &[]).unwrap_err(), "missing parameters for /a/:b: b");
    assert_eq!(
        url("/a/:b<u8>", &[("b", "256")]).unwrap_err(),
        "the value \"256\" of \"b\" does not fit /a/:b<u8>"
    );
    assert!(url("/a?", &[]).unwrap_err().starts_with("bad path pattern \"/a?\": unexpected `?`"));
}

#[test]
fn handlers_know_the_name_of_their_route() {
    let name =
        async |ctx: &mut cepa_core::Context| ctx.route_name.as_deref().unwrap_or("none").to_owned();
    let child = Router::new().get("/child", name).name("child");
    let router =
        Router::new().get("/named", name).name("one").get("/other", name).nest("/x", child);
    let client = crate::Client::new(router);
    for (path, expected) in [("/named", "one"), ("/other", "none"), ("/x/child", "child")] {
        assert_eq!(client.text(path).unwrap(), expected);
    }
}
