//! `@koa/router`: patterns, order, scope, prefixes, nesting, hosts, parameters, redirects, and what is answered when
//! nothing matched.

use std::collections::BTreeMap;

use cepa::prelude::*;

/// What matched and what it captured.
fn show(ctx: &Context, name: &str) -> Result<Json<Value>> {
    const NAMES: [&str; 20] = [
        "a", "any", "b", "c", "cid", "ext", "from", "handle", "id", "name", "page", "path", "pid",
        "post", "rest", "stop", "to", "user-id", "u", "v",
    ];
    let mut values = BTreeMap::new();
    for known in NAMES {
        if let Ok(Some(value)) = ctx.try_param::<String>(known) {
            values.insert(known, value);
        }
    }
    Ok(Json(json!([name, values])))
}

/// An endpoint that shows its name.
macro_rules! shows {
    ($name:expr) => {
        async |ctx| show(ctx, $name)
    };
}

/// A layer that says that it has been passed.
macro_rules! through {
    ($name:expr) => {
        async |ctx, next| {
            ctx.append("x-through", $name)?;
            next.run(ctx).await
        }
    };
}

fn patterns() -> Router {
    let patterns = [
        "/",
        "/users/:id",
        "/users/:id/posts/:post",
        "/files/:name.:ext",
        "/ranges/:from-:to",
        "/raw/*path",
        "/raw/*path/end",
        "/posts{/:page}",
        "/z{/*rest}",
        "/v{ersion}/x",
        "/opt{/a{/b}}/end",
        "/:\"user-id\"/quoted",
        "/escaped\\:x",
        "/Case/Here",
        "/slash/",
        "/caf%C3%A9",
        "/@:handle",
        "/pre-:a/suf",
        "/many/:a/:b/:c",
    ];
    let add = |router: Router, pattern: &'static str| {
        router.get(pattern, async move |ctx| show(ctx, pattern))
    };
    patterns.into_iter().fold(Router::new(), add)
}

fn exact() -> Router {
    let patterns = ["/a", "/b/", "/C", "/:id/x", "/"];
    let add = |router: Router, pattern: &'static str| {
        router.get(pattern, async move |ctx| show(ctx, pattern))
    };
    patterns.into_iter().fold(Router::new(), add)
}

fn verbs() -> Router {
    Router::new()
        .get("/get", shows!("get"))
        .post("/post", shows!("post"))
        .put("/put", shows!("put"))
        .patch("/patch", shows!("patch"))
        .delete("/delete", shows!("delete"))
        .all("/all", shows!("all"))
        .options("/options", shows!("options"))
        .head("/head", async |ctx| {
            ctx.set("x-head", "yes")?;
            Ok("of head")
        })
        .get("/head", shows!("get after head"))
        .get("/both", shows!("one"))
        .post("/both", shows!("two"))
        .delete("/both", shows!("three"))
        .get("/nothing", async |_ctx| {})
        .route("/left", Route::new().with(async |_ctx, _next| Ok(())).get(async |_ctx| {}))
        .get("/missing", async |ctx| ctx.throw::<()>(404, "no such thing"))
}

fn order() -> Router {
    Router::new()
        .get("/first", shows!("one"))
        .get("/first", shows!("two"))
        .get("/:any", shows!("any"))
        .get("/late", shows!("late"))
}

fn scoped() -> Router {
    Router::new()
        .prefix("/shop")
        .get("/open", shows!("open"))
        .with(through!("guard"))
        .get("/", shows!("root"))
        .route("/closed/:id", Route::new().with(through!("own")).get(shows!("closed")))
}

fn nested() -> Router {
    let comments = Router::new()
        .with(through!("comments"))
        .get("/", shows!("comments"))
        .get("/:cid", shows!("comment"));
    let posts = Router::new()
        .with(through!("posts"))
        .get("/", shows!("posts"))
        .get("/:pid", shows!("post"))
        .nest("/:pid/comments", comments);
    Router::new()
        .prefix("/api")
        .with(through!("api"))
        .nest("/posts", posts)
        .get("/about", shows!("about"))
}

fn hooks() -> Router {
    Router::new()
        .param("id", async |id, ctx, next| {
            ctx.append("x-through", format!("id={id}"))?;
            if id == "none" {
                return ctx.throw(404, "no such user");
            }
            next.run(ctx).await
        })
        .param("post", async |post, ctx, next| {
            ctx.append("x-through", format!("post={post}"))?;
            next.run(ctx).await
        })
        .get("/users/:id", shows!("user"))
        .get("/users/:id/:post", shows!("post"))
        .get("/other", shows!("other"))
        .get("/stop/:stop", shows!("never"))
        .param("stop", async |stop, ctx, _next| ctx.set_body(format!("stopped at {stop}")))
}

fn hosts() -> App {
    let api = Router::new().host("api.test").get("/", shows!("api"));
    let rest = Router::new().get("/", shows!("rest")).get("/only", shows!("only"));
    App::new().plug(api).plug(rest)
}

fn moved() -> Router {
    Router::new()
        .redirect("/old", "/new", 301)
        .redirect("/found", "/new", 302)
        .get("/new", shows!("new"))
}

fn names() -> Router {
    let named = Router::new()
        .get("/users/:id", shows!("user"))
        .name("user")
        .get("/posts{/:page}", shows!("page"))
        .name("page");
    let (known, other) = (named.clone(), named.clone());
    named
        .get("/url", async move |ctx| {
            let query: Vec<(String, String)> = ctx.request.query().collect();
            let name = ctx.request.query_value("name").unwrap_or_default();
            let values: Vec<(&str, &str)> = query
                .iter()
                .filter(|(name, _)| name != "name")
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            match known.url(&name, &values) {
                Err(cepa::UrlError::UnknownName(_)) => Ok("none".to_owned()),
                url => Ok(url?),
            }
        })
        .get("/url-query", async move |_ctx| {
            Ok(other.url_with_query("user", &[("id", "3")], &[("limit", "1"), ("s", "a b")])?)
        })
}

fn two() -> App {
    let first = Router::new().get("/one", shows!("one")).post("/shared", shows!("shared"));
    let second = Router::new().get("/two", shows!("two")).get("/shared", shows!("shared"));
    App::new().plug(first).plug(second).with(async |ctx, _next| match ctx.path() {
        "/after" => ctx.set_body("after"),
        _ => Ok(()),
    })
}

pub(super) fn programs() -> Vec<(&'static str, App)> {
    vec![
        ("router", App::new().plug(patterns())),
        ("router-default", App::new().plug(exact())),
        ("router-strict", App::new().plug(exact().strict())),
        ("router-sensitive", App::new().plug(exact().sensitive())),
        ("router-verbs", App::new().plug(verbs())),
        ("router-order", App::new().plug(order())),
        ("router-prefix", App::new().plug(scoped())),
        ("router-nested", App::new().plug(nested())),
        ("router-param", App::new().plug(hooks())),
        ("router-host", hosts()),
        ("router-redirect", App::new().plug(moved())),
        ("router-names", App::new().plug(names())),
        ("router-two", two()),
    ]
}
