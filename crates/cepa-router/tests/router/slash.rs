//! One slash at the end of a path does not count; in a strict router it does.

use cepa_router::Router;

use crate::Client;

fn matching(router: Router, paths: &[&'static str]) -> Vec<&'static str> {
    let client = Client::new(router);
    paths.iter().copied().filter(|path| client.text(path).is_some()).collect()
}

#[test]
fn one_more_slash_is_tolerated() {
    let paths = ["/a", "/a/", "/a//", "/a///"];
    let get = |pattern| Router::new().get(pattern, async |_| "");
    assert_eq!(matching(get("/a"), &paths), ["/a", "/a/"]);
    assert_eq!(matching(get("/a/"), &paths), ["/a/", "/a//"]);
    assert_eq!(matching(get("/:x/"), &paths), ["/a/", "/a//"]);
    assert_eq!(matching(get("/a{/}"), &paths), ["/a", "/a/", "/a//"]);
    assert_eq!(matching(get("/*x/"), &paths), ["/a/", "/a//", "/a///"]);
    assert_eq!(matching(get("/"), &["/", "//", "///"]), ["/", "//"]);
}

#[test]
fn the_root_under_a_prefix_is_the_prefix() {
    let paths = ["/", "/p", "/p/", "/p//"];
    let root = || Router::new().get("/", async |_| "");
    assert_eq!(matching(root().prefix("/p"), &paths), ["/p", "/p/"]);
    assert_eq!(matching(Router::new().nest("/p/", root()), &paths), ["/p", "/p/"]);
    let twice = Router::new().prefix("/p").nest("/", root());
    assert_eq!(matching(twice, &paths), ["/p", "/p/"]);
    assert_eq!(matching(root().prefix("/p").strict(), &paths), ["/p/"]);
    assert_eq!(matching(Router::new().nest("/p", root()).strict(), &paths), ["/p/"]);
}

#[test]
fn a_strict_router_takes_the_pattern_at_its_word() {
    let paths = ["/a", "/a/", "/a//"];
    let strict = |pattern| Router::new().get(pattern, async |_| "").strict();
    assert_eq!(matching(strict("/a"), &paths), ["/a"]);
    assert_eq!(matching(strict("/a/"), &paths), ["/a/"]);
    assert_eq!(matching(strict("/:x"), &paths), ["/a"]);
    assert_eq!(matching(strict("/*x/"), &paths), ["/a/", "/a//"]);
    assert_eq!(matching(strict("/*x"), &paths), paths);
    assert_eq!(matching(strict("/"), &["/", "//"]), ["/"]);
    let paths = ["/p", "/p/", "/p//"];
    assert_eq!(matching(strict("/").prefix("/p"), &paths), ["/p/"]);
    assert_eq!(matching(strict("").prefix("/p"), &paths), ["/p"]);
    assert_eq!(matching(strict("{/}").prefix("/p"), &paths), ["/p", "/p/"]);
}

#[test]
fn strictness_reaches_nested_routers_but_not_parents() {
    let child = || Router::new().get("/x", async |_| "");
    let paths = ["/c/x", "/c/x/", "/y", "/y/"];
    let parent = |child| Router::new().nest("/c", child).get("/y", async |_| "");
    assert_eq!(matching(parent(child()).strict(), &paths), ["/c/x", "/y"]);
    assert_eq!(matching(parent(child().strict()), &paths), ["/c/x", "/y", "/y/"]);
}
