//! Middleware of a router stands around what is registered after it there, and around nothing else.

use cepa_core::{App, Context, Middleware, Next, Result};
use cepa_router::{Route, Router};

use crate::Client;

/// Writes its mark into the `x-ran` header on the way down.
struct Mark(&'static str);

impl Middleware for Mark {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        ctx.append("x-ran", self.0)?;
        next.run(ctx).await
    }
}

fn ran(ctx: &mut Context) -> String {
    let ran = ctx.response.headers.get_all("x-ran").iter();
    ran.map(|mark| mark.to_str().unwrap()).collect::<Vec<_>>().join(" ")
}

#[test]
fn it_applies_to_what_follows_in_order() {
    let client = Client::new(
        Router::new()
            .get("/before", async |ctx| ran(ctx))
            .plug(Mark("a"))
            .get("/one", async |ctx| ran(ctx))
            .with(async |ctx, next| {
                ctx.append("x-ran", "b")?;
                next.run(ctx).await
            })
            .get("/two", async |ctx| ran(ctx))
            .route("/three", Route::new().get(async |ctx| ran(ctx))),
    );
    for (path, expected) in [("/before", ""), ("/one", "a"), ("/two", "a b"), ("/three", "a b")] {
        assert_eq!(client.text(path).unwrap(), expected, "{path}");
    }
}

#[test]
fn nested_routers_are_inside_and_siblings_outside() {
    let left = Router::new().plug(Mark("left")).get("/l", async |ctx| ran(ctx));
    let right = Router::new().plug(Mark("right")).get("/r", async |ctx| ran(ctx));
    let client = Client::new(
        Router::new()
            .plug(Mark("parent"))
            .nest("", left)
            .nest("", right)
            .get("/own", async |ctx| ran(ctx))
            .plug(Mark("late")),
    );
    assert_eq!(client.text("/l").unwrap(), "parent left");
    assert_eq!(client.text("/r").unwrap(), "parent right");
    assert_eq!(client.text("/own").unwrap(), "parent");
}

#[test]
fn it_runs_only_when_a_route_of_the_router_does() {
    let never = Router::new()
        .with(async |_ctx, _next| panic!("ran without a route"))
        .get("/x", async |_| "");
    let app = App::new().plug(never).plug(Router::new().get("/y", async |_| "y"));
    let client = Client(app.callback());
    assert_eq!(client.text("/y").unwrap(), "y");
    assert_eq!(client.get("/z").status, 404);
    assert_eq!(client.send("POST", "/x").status, 405);
    assert_eq!(client.send("OPTIONS", "/x").status, 200);
}

#[test]
fn no_spelling_of_a_path_goes_around_it() {
    let admin = || {
        Router::new()
            .with(async |ctx, _next| ctx.throw(401, "log in first"))
            .get("/x", async |_| "secret")
            .get("/:file.:ext", async |_| "secret")
    };
    let nested = Router::new().nest("/admin", admin());
    for client in [Client::new(admin().prefix("/admin")), Client::new(nested)] {
        for path in ["/admin/x", "/ADMIN/x", "/Admin/X/", "/aDmIn/x", "/ADMIN/a.b"] {
            assert_eq!(client.get(path).status, 401, "{path}");
        }
        for path in ["/admin//x", "//admin/x", "/admin/./x", "/admin%2Fx", "/%61dmin/x"] {
            assert_eq!(client.get(path).status, 404, "{path}");
        }
    }
}

#[test]
fn it_sees_parameters_and_route_and_may_answer_itself() {
    let router = Router::new()
        .prefix("/teams/:team")
        .with(async |ctx, next| {
            assert_eq!(ctx.route.as_deref(), Some("/teams/:team/people/:id"));
            match &*ctx.param::<String>("team")? {
                "red" => next.run(ctx).await,
                other => ctx.throw(403, format!("no team {other}")),
            }
        })
        .get("/people/:id", async |ctx| ctx.param::<String>("id"));
    let client = Client::new(router);
    assert_eq!(client.text("/teams/red/people/7").unwrap(), "7");
    let answer = client.get("/teams/blue/people/7");
    assert_eq!((answer.status.as_u16(), &*answer.text), (403, "no team blue"));
}

#[test]
fn an_error_below_passes_through_it() {
    let router = Router::new()
        .with(async |ctx, next| match next.run(ctx).await {
            Err(error) if error.status() == 409 => ctx.set_body("mended"),
            other => other,
        })
        .get("/x", async |ctx| ctx.throw::<()>(409, "conflict"));
    assert_eq!(Client::new(router).text("/x").unwrap(), "mended");
}
