//! `param`: functions that run for a parameter, before the route, in the order of the path.

use cepa_core::{Context, Next, Result};
use cepa_router::{Route, Router};

use crate::Client;

#[derive(Default)]
struct Trace(Vec<String>);

fn note(ctx: &mut Context, text: impl Into<String>) {
    ctx.state.entry::<Trace>().0.push(text.into());
}

async fn traced(ctx: &mut Context) -> String {
    note(ctx, "handler");
    ctx.state.get::<Trace>().map(|trace| trace.0.join(" ")).unwrap_or_default()
}

async fn named(value: String, ctx: &mut Context, next: Next<'_>) -> Result {
    note(ctx, format!("fn:{value}"));
    next.run(ctx).await
}

/// A router whose hooks for `a` and `b` leave a trace.
fn hooked() -> Router {
    Router::new()
        .param("b", async |value, ctx, next| {
            note(ctx, format!("b:{value}"));
            next.run(ctx).await
        })
        .param("a", async |value, ctx, next| {
            note(ctx, format!("a:{value}"));
            next.run(ctx).await
        })
        .param("a", async |value, ctx, next| {
            note(ctx, format!("a2:{value}"));
            next.run(ctx).await
        })
}

#[test]
fn they_run_in_the_order_of_the_path_then_of_registration() {
    let client = Client::new(hooked().get("/:a/:b", traced).get("/only/x/:b", traced));
    assert_eq!(client.text("/1/2").unwrap(), "a:1 a2:1 b:2 handler");
    assert_eq!(client.text("/only/x/3").unwrap(), "b:3 handler");
}

#[test]
fn they_hold_for_routes_before_and_after_and_values_are_decoded() {
    let client = Client::new(Router::new().get("/:a", traced).param("a", named).put("/:a", traced));
    assert_eq!(client.text("/caf%C3%A9").unwrap(), "fn:café handler");
    assert_eq!(client.send("PUT", "/x").text, "fn:x handler");
}

#[test]
fn they_stand_between_the_middleware_of_the_router_and_of_the_route() {
    let route = Route::new()
        .with(async |ctx, next| {
            note(ctx, "route");
            next.run(ctx).await
        })
        .get(traced);
    let router = hooked().with(async |ctx, next| {
        note(ctx, "router");
        next.run(ctx).await
    });
    let client = Client::new(router.route("/:b", route));
    assert_eq!(client.text("/1").unwrap(), "router b:1 route handler");
}

#[test]
fn outer_routers_come_first_and_siblings_are_spared() {
    let inner = Router::new().param("a", named).get("/:b", traced);
    let sibling = Router::new().get("/:x", traced);
    let client = Client::new(hooked().nest("/in/:a", inner).nest("/by", sibling));
    assert_eq!(client.text("/in/1/2").unwrap(), "a:1 a2:1 fn:1 b:2 handler");
    assert_eq!(client.text("/by/1").unwrap(), "handler");
    let inner = Router::new().param("x", named).get("/:x", traced);
    let client = Client::new(Router::new().nest("/in", inner).get("/out/:x", traced));
    assert_eq!(client.text("/out/1").unwrap(), "handler");
    assert_eq!(client.text("/in/1").unwrap(), "fn:1 handler");
}

#[test]
fn an_absent_parameter_has_none() {
    let client = Client::new(hooked().get("/x{/:a}", traced));
    assert_eq!(client.text("/x").unwrap(), "handler");
    assert_eq!(client.text("/x/1").unwrap(), "a:1 a2:1 handler");
}

#[test]
fn one_may_answer_or_fail_in_place_of_the_handler() {
    let router = Router::new().param("id", async |value, ctx, next| match value.as_str() {
        "none" => ctx.throw(404, "no such user"),
        "kept" => ctx.set_body("from the hook"),
        _ => next.run(ctx).await,
    });
    let client = Client::new(router.get("/:id", async |_| "handler"));
    assert_eq!(client.get("/none").status, 404);
    assert_eq!(client.text("/kept").unwrap(), "from the hook");
    assert_eq!(client.text("/1").unwrap(), "handler");
}

#[test]
fn a_malformed_value_reaches_none_of_them() {
    let router = Router::new().param("b", async |_, _, _| panic!("the hook ran"));
    let client = Client::new(router.get("/:a/:b", async |_| ""));
    assert_eq!(client.get("/%zz/1").status, 400);
    assert_eq!(client.get("/1/%zz").status, 400);
}

#[test]
fn a_hook_without_a_route_is_reported() {
    let warnings = |router: Router| router.warnings().len();
    assert_eq!(warnings(Router::new().param("idd", named).get("/:id", async |_| "")), 1);
    assert_eq!(warnings(Router::new().param("id", named).get("/:id", async |_| "")), 0);
    assert_eq!(warnings(Router::new().param("id", named).prefix("/:id").get("/", async |_| "")), 0);
    let child = Router::new().param("idd", named).get("/:id", async |_| "");
    assert_eq!(warnings(Router::new().nest("/a", child)), 1);
}
