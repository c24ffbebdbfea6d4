//! Routes are listed by a router and by an app, as values and as a table.

use cepa_core::App;
use cepa_router::{AppRoutes, Route, RouteInfo, Router};

fn site() -> Router {
    let admin = Router::new()
        .host("admin.example")
        .host("*.admin.example")
        .get("/:id<u64>", async |_| "")
        .name("item");
    Router::new()
        .prefix("/api")
        .route("/users", Route::new().get(async |_| "").post(async |_| ""))
        .name("users")
        .all("/files/*path", async |_| "")
        .nest("/admin", admin)
        .redirect("/old", "/new", 301)
}

#[test]
fn a_table_has_a_line_a_route_and_columns() {
    let expected = "\
GET   /api/users           users
POST  /api/users           users
ALL   /api/files/*path
GET   /api/admin/:id<u64>  item   admin.example | *.admin.example
ALL   /api/old
";
    assert_eq!(site().routes().to_string(), expected);
    assert_eq!(Router::new().routes().to_string(), "");
}

#[test]
fn columns_are_as_wide_as_their_text() {
    let router = Router::new().get("/größe", async |_| "").name("größe").get("/a", async |_| "");
    let router = router.name("a").host("x");
    assert_eq!(router.routes().to_string(), "GET  /größe  größe  x\nGET  /a      a      x\n");
}

#[test]
fn hosts_of_nested_routers_are_all_named() {
    let inner = Router::new().host("*.b").get("/", async |_| "");
    let outer = Router::new().host("a").host("c").nest("", inner);
    assert_eq!(outer.routes()[0].host(), Some("*.b & a | c"));
    assert_eq!(Router::new().get("/", async |_| "").routes()[0].host(), None);
}

#[test]
fn an_app_lists_the_routes_of_all_its_routers_in_their_order() {
    let inner = App::new().plug(Router::new().get("/of-an-inner-app", async |_| ""));
    let app = App::new()
        .plug(site())
        .with(async |ctx, next| next.run(ctx).await)
        .plug(Router::new())
        .plug(inner)
        .plug(Router::new().get("/last", async |_| "").name("last"));
    let listed: Vec<String> = app.routes().iter().map(ToString::to_string).collect();
    let last = ["ALL /api/old", "GET /last"];
    assert_eq!((listed.len(), &listed[4..]), (6, &last.map(str::to_owned)[..]));
    let named =
        app.routes().iter().filter_map(RouteInfo::name).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(named, ["users", "users", "item", "last"]);
    assert!(App::new().routes().is_empty());
}

#[test]
fn a_router_that_is_plugged_into_another_is_listed_too() {
    let child = Router::new().get("/child", async |_| "");
    let app = App::new().plug(Router::new().plug(child).get("/*rest", async |_| ""));
    assert_eq!(app.routes().to_string(), "GET  /*rest\nGET  /child\n");
}
