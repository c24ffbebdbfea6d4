//! Routers in routers: prefixes add up, parameters of all levels are there, order holds across levels.

use cepa_router::Router;

use crate::Client;

fn posts() -> Router {
    Router::new()
        .get("/", async |ctx| Ok(format!("posts of {}", ctx.param::<String>("user")?)))
        .get("/:post", async |ctx| {
            let (user, post): (String, u32) = (ctx.param("user")?, ctx.param("post")?);
            Ok(format!("post {post} of {user}"))
        })
}

#[test]
fn prefixes_and_parameters_add_up() {
    let users = Router::new().prefix("/users").nest("/:user/posts", posts());
    let client = Client::new(Router::new().prefix("/api{/:version}").nest("/", users));
    assert_eq!(client.text("/api/users/ana/posts").unwrap(), "posts of ana");
    assert_eq!(client.text("/api/v2/users/ana/posts/7").unwrap(), "post 7 of ana");
    assert_eq!(client.text("/API/V2/USERS/Ana/POSTS/7/").unwrap(), "post 7 of Ana");
    assert_eq!(client.get("/api/users/ana/posts/x").status, 400);
    assert_eq!(client.text("/users/ana/posts"), None);
}

#[test]
fn the_same_router_may_be_nested_twice() {
    let client =
        Client::new(Router::new().nest("/a/:user", posts()).nest("/b/:user", posts().clone()));
    assert_eq!(client.text("/a/1/2").unwrap(), "post 2 of 1");
    assert_eq!(client.text("/b/1/2").unwrap(), "post 2 of 1");
}

#[test]
fn order_holds_across_levels() {
    let child = || Router::new().get("/x", async |_| "child");
    let own = |router: Router| router.get("/c/:any", async |_| "own");
    assert_eq!(Client::new(own(Router::new().nest("/c", child()))).text("/c/x").unwrap(), "child");
    assert_eq!(Client::new(own(Router::new()).nest("/c", child())).text("/c/x").unwrap(), "own");
}

#[test]
fn a_child_that_does_not_match_leaves_the_path_to_the_parent() {
    let child = Router::new().get("/x", async |_| "child").post("/y", async |_| "child");
    let client = Client::new(Router::new().nest("/c", child).get("/*rest", async |_| "parent"));
    assert_eq!(client.text("/c/z").unwrap(), "parent");
    assert_eq!(client.text("/c/y").unwrap(), "parent");
}

#[test]
fn routes_are_listed_with_their_whole_path() {
    let users = Router::new().prefix("/users").nest("/:user/posts", posts()).all("/", async |_| "");
    let router =
        Router::new().prefix("/api").nest("/v1", users).on("PURGE", "/cache", async |_| "");
    let listed: Vec<String> = router.routes().iter().map(ToString::to_string).collect();
    let wanted = [
        "GET /api/v1/users/:user/posts",
        "GET /api/v1/users/:user/posts/:post",
        "ALL /api/v1/users",
        "PURGE /api/cache",
    ];
    assert_eq!(listed, wanted);
}

#[test]
fn nesting_adds_no_layer_to_a_request() {
    // A hundred levels run as one chain of one handler.
    let deep = (0..100).fold(Router::new().get("/x", async |_| "deep"), |router, _| {
        Router::new().nest("/n", router)
    });
    let path = format!("{}/x", "/n".repeat(100));
    assert_eq!(Client::new(deep).text(&path).unwrap(), "deep");
}
