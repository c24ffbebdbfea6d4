//! One route under several paths.

use cepa_router::{Route, Router};

use crate::Client;

#[test]
fn each_path_runs_the_route() {
    let client =
        Client::new(Router::new().prefix("/shop").get(["/onions", "/leeks"], async |ctx| {
            ctx.route.as_deref().unwrap_or_default().to_owned()
        }));
    assert_eq!(client.text("/shop/onions").as_deref(), Some("/shop/onions"));
    assert_eq!(client.text("/shop/leeks").as_deref(), Some("/shop/leeks"));
    assert_eq!(client.text("/shop/garlic"), None);
    assert_eq!(client.send("PUT", "/shop/leeks").allow.as_deref(), Some("HEAD, GET"));
}

#[test]
fn each_path_has_its_own_parameters() {
    let router = Router::new().get(["/by-id/:id<u64>", "/:name{/:page}"], async |ctx| {
        let id: Option<u64> = ctx.try_param("id")?;
        let (name, page): (Option<String>, Option<u8>) =
            (ctx.try_param("name")?, ctx.try_param("page")?);
        Ok(format!("{id:?} {name:?} {page:?}"))
    });
    let client = Client::new(router);
    assert_eq!(client.text("/by-id/7").unwrap(), "Some(7) None None");
    assert_eq!(client.text("/ana/2").unwrap(), "None Some(\"ana\") Some(2)");
    // It does not fit the first path, and the second takes it.
    assert_eq!(client.get("/by-id/x").status, 400);
}

#[test]
fn middleware_and_every_verb_are_there_under_each() {
    let route = Route::new()
        .with(async |ctx, next| {
            next.run(ctx).await?;
            let text = ctx.response.body.as_bytes().cloned().unwrap_or_default();
            ctx.set_body(format!("<{}>", String::from_utf8_lossy(&text)))
        })
        .get(async |_| "got")
        .put(async |_| "put");
    let router = Router::new()
        .with(async |ctx, next| {
            ctx.set("x-scope", "on")?;
            next.run(ctx).await
        })
        .route(["/a", "/b"], route);
    let client = Client::new(router);
    for path in ["/a", "/b"] {
        assert_eq!(client.send("GET", path).text, "<got>", "{path}");
        assert_eq!(client.send("PUT", path).text, "<put>", "{path}");
    }
}

#[test]
fn a_name_is_of_the_whole_route_and_its_first_path_makes_the_url() {
    let router = Router::new()
        .get("/old", async |_| "")
        .get(["/users/:id", "/people/:id"], async |ctx| {
            ctx.route_name.as_deref().unwrap_or_default().to_owned()
        })
        .name("user");
    assert_eq!(router.warnings(), [""; 0]);
    assert_eq!(router.url("user", &[("id", "3")]).unwrap(), "/users/3");
    let names: Vec<_> = router.routes().iter().map(|route| route.name().is_some()).collect();
    assert_eq!(names, [false, true, true]);
    let client = Client::new(Router::new().nest("/api", router));
    assert_eq!(client.text("/api/users/3").as_deref(), Some("user"));
    assert_eq!(client.text("/api/people/3").as_deref(), Some("user"));
}

#[test]
fn the_same_name_for_another_route_is_a_warning_once() {
    let router =
        Router::new().get("/a", async |_| "").name("x").get(["/b", "/c"], async |_| "").name("x");
    let warnings = router.warnings();
    assert!(warnings.len() == 1 && warnings[0].starts_with("the name \"x\""), "{warnings:?}");
}

#[test]
#[should_panic(expected = "no route without a name comes before \"y\"")]
fn a_second_name_is_refused() {
    let _ = Router::new().get(["/a", "/b"], async |_| "").name("x").name("y");
}

#[test]
fn a_path_that_cannot_run_is_told_by_itself() {
    let router = Router::new().get(["/a", "/A", "/b"], async |_| "");
    let found: Vec<_> = router.unreachable().iter().map(ToString::to_string).collect();
    assert!(found.len() == 1 && found[0].starts_with("GET /A "), "{found:?}");
}

#[test]
fn lists_of_any_make_will_do() {
    let made: Vec<String> = (0..3).map(|number| format!("/{number}")).collect();
    let router = Router::new()
        .get(made, async |_| "")
        .put(&format!("/{}", 7), async |_| "")
        .on("PURGE", ["/x"], async |_| "")
        .all(String::from("/y").as_str(), async |_| "")
        .get(Vec::<&str>::new(), async |_| "never");
    let lines: Vec<_> = router.routes().iter().map(ToString::to_string).collect();
    assert_eq!(lines, ["GET /0", "GET /1", "GET /2", "PUT /7", "PURGE /x", "ALL /y"]);
}

#[test]
#[should_panic(expected = "no route without a name comes before \"x\"")]
fn no_path_is_no_route() {
    let _ = Router::new().get("/a", async |_| "").get(Vec::<&str>::new(), async |_| "").name("x");
}

#[test]
#[should_panic(expected = "bad path pattern \"b\": it must begin with `/`")]
fn each_path_is_checked() {
    let _ = Router::new().get(["/a", "b"], async |_| "");
}
