//! Of several routes that match, the one registered first runs, and it alone.

use cepa_router::{Route, Router};

use crate::Client;

#[test]
fn the_first_registered_wins_whatever_is_more_specific() {
    let specific_first = Router::new().get("/u/new", async |_| "new").get("/u/:id", async |_| "id");
    let client = Client::new(specific_first);
    assert_eq!(client.text("/u/new").unwrap(), "new");
    assert_eq!(client.text("/u/7").unwrap(), "id");

    let general_first = Router::new().get("/u/:id", async |_| "id").get("/u/new", async |_| "new");
    assert_eq!(Client::new(general_first).text("/u/new").unwrap(), "id");
}

#[test]
fn across_branches_of_the_tree() {
    let client = Client::new(
        Router::new()
            .get("/a/:x/c/d", async |_| "1")
            .get("/:x/b/c", async |_| "2")
            .get("/a/b/:x", async |_| "3")
            .get("/*rest", async |_| "4")
            .get("/a/b/c", async |_| "5"),
    );
    for (path, expected) in
        [("/a/b/c/d", "1"), ("/a/b/c", "2"), ("/a/b/d", "3"), ("/a/b", "4"), ("/x/b/c/", "2")]
    {
        assert_eq!(client.text(path).unwrap(), expected, "{path}");
    }
}

#[test]
fn a_wildcard_registered_first_takes_all() {
    let client = Client::new(Router::new().get("/*x", async |_| "all").get("/a", async |_| "a"));
    assert_eq!(client.text("/a").unwrap(), "all");
    assert_eq!(client.text("/"), None);
}

#[test]
fn a_route_for_another_method_does_not_stand_in_the_way() {
    let client = Client::new(
        Router::new()
            .post("/:a", async |_| "post")
            .get("/x", async |_| "get")
            .all("/*rest", async |_| "all"),
    );
    assert_eq!(client.send("POST", "/x").text, "post");
    assert_eq!(client.send("GET", "/x").text, "get");
    assert_eq!(client.send("PUT", "/x").text, "all");
}

#[test]
fn the_optional_part_is_tried_with_before_without() {
    let router = Router::new().get("/:a{-:b}", async |ctx| {
        let b: Option<String> = ctx.param("b").ok();
        Ok(format!("{} {b:?}", ctx.param::<String>("a")?))
    });
    let client = Client::new(router);
    assert_eq!(client.text("/1-2").unwrap(), "1 Some(\"2\")");
    assert_eq!(client.text("/12").unwrap(), "12 None");
}

#[test]
fn verbs_of_one_route_count_in_their_order() {
    let route = Route::new().get(async |_| "get").all(async |_| "all").put(async |_| "put");
    let client = Client::new(Router::new().route("/x", route));
    assert_eq!(client.send("GET", "/x").text, "get");
    assert_eq!(client.send("PUT", "/x").text, "all");
}

#[test]
fn parameters_are_those_of_the_route_that_runs() {
    let router = Router::new().get("/:a/:b/never", async |_| "never").get("/:c/:d", async |ctx| {
        assert!(ctx.param::<String>("a").is_err());
        assert_eq!(ctx.route.as_deref(), Some("/:c/:d"));
        Ok(ctx.param::<String>("c")? + &ctx.param::<String>("d")?)
    });
    assert_eq!(Client::new(router).text("/1/2").unwrap(), "12");
}
