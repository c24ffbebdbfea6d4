//! Routes that can never run are found, and only those; and middleware that no route follows.

use cepa_router::{Route, RouteInfo, Router};

fn unreachable(router: &Router) -> Vec<String> {
    router
        .unreachable()
        .iter()
        .map(|found| format!("{} < {}", found.route, found.instead))
        .collect()
}

fn gets(patterns: &[&str]) -> Router {
    patterns.iter().fold(Router::new(), |router, pattern| router.get(pattern, async |_| ""))
}

#[test]
fn an_earlier_pattern_hides_what_it_covers() {
    for (earlier, later) in [
        ("/a", "/a"),
        ("/a", "/A"),
        ("/a/", "/A/"),
        ("/:x", "/a"),
        ("/:x", "/:y"),
        ("/:x", "/:a-:b"),
        ("/:a-:b", "/:c-:d"),
        ("/:a.js", "/app.js"),
        ("/*x", "/a/b/:c"),
        ("/*x", "/a/*y"),
        ("/a/*x/z", "/a/*y/z"),
        ("/a{/:b}", "/a/:c"),
        ("/a{/*b}", "/a{/b}{/c}"),
        ("/é", "/%c3%a9"),
    ] {
        let found = unreachable(&gets(&[earlier, later]));
        assert_eq!(found, [format!("GET {later} < GET {earlier}")]);
    }
}

#[test]
fn nothing_that_can_run_is_reported() {
    for (earlier, later) in [
        ("/a", "/b"),
        ("/a", "/:x"),
        ("/:x/a", "/:x"),
        ("/:a-:b", "/:x"),
        ("/:a.js", "/app.css"),
        ("/*x/z", "/*y"),
        ("/f/*x", "/f"),
        ("/*x", "/"),
        ("/:x", "/"),
        ("/a{/:b}", "/a/:b/:c"),
        ("/a/:b", "/a{/:b}"),
        ("/:a", "/:a{-:b}/c"),
        ("/:x/b", "//b"),
        ("/a", "/a/"),
        ("/a/", "/a"),
    ] {
        assert_eq!(unreachable(&gets(&[earlier, later])), [""; 0], "{earlier} before {later}");
    }
}

#[test]
fn methods_count() {
    let router = Router::new()
        .get("/a", async |_| "")
        .head("/a", async |_| "")
        .post("/a", async |_| "")
        .all("/a", async |_| "")
        .put("/a", async |_| "")
        .head("/:x", async |_| "")
        .head("/a", async |_| "");
    assert_eq!(unreachable(&router), ["PUT /a < ALL /a", "HEAD /a < HEAD /a"]);
    let route = Route::new().get(async |_| "").all(async |_| "").put(async |_| "");
    let router = Router::new().route("/a", route);
    assert_eq!(unreachable(&router), ["PUT /a < ALL /a"]);
}

#[test]
fn sensitive_and_strict_routes_hide_less() {
    let child = |child: Router| Router::new().nest("", child).get("/a", async |_| "");
    assert_eq!(unreachable(&child(gets(&["/a"]))), ["GET /a < GET /a"]);
    assert_eq!(unreachable(&child(gets(&["/a"]).sensitive())), [""; 0]);
    assert_eq!(unreachable(&child(gets(&["/a"]).strict())), [""; 0]);
    let tolerant_first = gets(&["/a"]).nest("", gets(&["/A", "/a/"]).sensitive().strict());
    assert_eq!(unreachable(&tolerant_first), ["GET /A < GET /a", "GET /a/ < GET /a"]);
}

#[test]
fn the_message_names_both_places() {
    let router = gets(&["/:x"]).get("/a", async |_| "");
    let message = router.unreachable()[0].to_string();
    let [route, instead] = [&router.routes()[1], &router.routes()[0]].map(RouteInfo::location);
    let wanted = format!(
        "GET /a ({route}) can never run: GET /:x ({instead}) stands before it and takes its requests"
    );
    assert_eq!(message, wanted);
}

#[test]
fn middleware_that_no_route_follows_is_found_too() {
    let get = |router: Router| router.get("/a", async |_| "");
    let before = line!();
    let with = |router: Router| router.with(async |ctx, next| next.run(ctx).await);
    let plug = |router: Router| router.plug(Router::new());
    let idle = |router: Router| -> Vec<u32> {
        let line = |text: &String| {
            let (_, place) = text.split_once("reachability.rs:").unwrap();
            assert!(text.ends_with("never runs: no route of its router follows it"), "{text}");
            place.split(':').next().unwrap().parse::<u32>().unwrap() - before
        };
        router.warnings().iter().map(line).collect()
    };
    assert_eq!(idle(get(plug(with(Router::new())))), [0; 0]);
    assert_eq!(idle(with(get(plug(Router::new())))), [1]);
    assert_eq!(idle(plug(with(Router::new()))), [1, 2]);
    let child = with(get(Router::new()));
    assert_eq!(idle(plug(Router::new()).nest("/child", child.clone())), [1]);
    assert_eq!(idle(plug(get(Router::new()).nest("/child", child))), [1, 2]);
    assert_eq!(idle(plug(Router::new()).nest("/child", Router::new())), [2]);
}
