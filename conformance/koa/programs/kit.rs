//! Everyday middlewares around one small application.

use std::time::UNIX_EPOCH;

use cepa::kit::*;
use cepa::prelude::*;

use crate::files::Files;

async fn application(ctx: &mut Context, _next: Next<'_>) -> Result {
    let big = || "onions ".repeat(1000);
    if let Some(kind) = ctx.query::<String>("type")? {
        ctx.set_type(&kind)?;
    }
    match ctx.path() {
        "/text" => ctx.set_body("ok"),
        "/json" => ctx
            .set_body(Json(json!({ "a": 1, "list": [], "deep": { "b": [1, "x\"y", null, {}] } }))),
        "/big" => ctx.set_body(big()),
        "/big-json" => ctx.set_body(Json(json!({ "onions": (0..500).collect::<Vec<_>>() }))),
        "/path" => ctx.set_body(paths(ctx)),
        "/tagged" => {
            ctx.set_etag("mine")?;
            ctx.set_body(big())
        }
        "/dated" => {
            ctx.set_last_modified(UNIX_EPOCH + Duration::from_secs(1_577_836_800));
            ctx.set_body("dated")
        }
        "/encoded" => {
            ctx.set("content-encoding", "x-own")?;
            ctx.set_body(big())
        }
        "/fixed" => {
            ctx.set("cache-control", "public, no-transform")?;
            ctx.set_body(big())
        }
        "/part" => {
            ctx.set_status(206);
            ctx.set("content-range", "bytes 0-6999/9000")?;
            ctx.set_body(big())
        }
        "/created" => {
            ctx.set_status(201);
            ctx.set_body("made")
        }
        "/nothing" => ctx.set_body(Body::empty()),
        "/blank" => ctx.set_body(""),
        "/varied" => {
            ctx.vary("Accept-Language")?;
            ctx.set_body("varied")
        }
        "/error" => ctx.throw(400, "on purpose"),
        _ => Ok(()),
    }
}

fn paths(ctx: &Context) -> String {
    let request = &ctx.request;
    format!("{} {} {}", request.path(), request.url(), request.original_url())
}

fn inner() -> App {
    App::new().with(async |ctx, _next| {
        let mounted = ctx.state.get::<MountPath>().map(MountPath::as_str).unwrap_or_default();
        ctx.set_body(format!("{} {mounted}", paths(ctx)))
    })
}

fn nested() -> App {
    App::new().with(async |ctx, _next| ctx.set_body(paths(ctx)))
}

fn cors_full() -> App {
    let cors = cors()
        .origin("https://a.example")
        .allow_methods(["GET", "PUT"])
        .expose_headers(["x-a", "x-b"])
        .allow_headers(["x-c", "x-d"])
        .max_age(Duration::from_secs(600))
        .credentials()
        .secure_context()
        .private_network();
    App::new().plug(cors)
}

fn cors_asked() -> Cors<NamedOrigins> {
    cors()
        .origin_for(async |ctx| ctx.query("site"))
        .credentials_for(async |ctx| Ok(ctx.path() == "/json"))
}

async fn tenant(ctx: &mut Context, next: Next<'_>) -> Result {
    ctx.state.insert(JwtKey::secret("old"));
    next.run(ctx).await
}

fn compress_asked() -> Compress {
    compress()
        .codings([Coding::Deflate, Coding::Gzip, Coding::Brotli])
        .threshold_for(|ctx| match ctx.response.content_type() {
            Some("application/json") => 0,
            _ => 5000,
        })
        .default_coding(Coding::Gzip)
        .wildcard_coding(Coding::Brotli)
}

fn limit_named(limit: RateLimit) -> RateLimit {
    limit
        .namespace("named")
        .header_names("X-Total", "X-Left", "X-RateLimit-Reset")
        .message("slower")
        .exempt_when(async |ctx| Ok(ctx.path() == "/json"))
        .deny_when(async |ctx| Ok(ctx.path() == "/big"))
}

fn helmet_full() -> Helmet {
    helmet()
        .content_security_policy(
            Csp::new()
                .directive("img-src", ["'self'", "https://cdn.example"])
                .without("upgrade-insecure-requests"),
        )
        .embedder_policy(EmbedderPolicy::Credentialless)
        .opener_policy(OpenerPolicy::SameOriginAllowPopups)
        .resource_policy(ResourcePolicy::SameSite)
        .referrer_policy(["no-referrer", "unsafe-url"])
        .hsts(Duration::from_secs(123), false, true)
        .dns_prefetch(true)
        .frames(Frames::Deny)
        .cross_domain_policies("by-content-type")
        .without("x-download-options")
}

pub(super) fn programs(files: &Files) -> Vec<(&'static str, App)> {
    let icon = files.path().join("favicon.ico");
    // Node 20 has no zstd.
    let node = || compress().codings([Coding::Brotli, Coding::Gzip, Coding::Deflate]);
    let mounts = App::new()
        .plug(mount("/m", inner()))
        .plug(mount("/pass", App::new()))
        .plug(mount("/a", mount("/b", nested())));
    let limit = || {
        rate_limit(2, Duration::from_secs(60))
            .headers(RateHeaders::Koa)
            .client(|ctx| ctx.get("x-client")?.strip_prefix("id=").map(str::to_owned))
    };
    let app = App::new;
    let programs = vec![
        ("cors", app().plug(cors())),
        ("cors-origin", app().plug(cors().origin("https://a.example"))),
        ("cors-full", cors_full()),
        ("cors-asked", app().plug(cors_asked())),
        ("helmet", app().plug(helmet())),
        ("helmet-full", app().plug(helmet_full())),
        ("helmet-report", app().plug(helmet().content_security_policy(Csp::new().report_only()))),
        ("etag", app().plug(conditional_get()).plug(etag())),
        ("etag-weak", app().plug(conditional_get()).plug(etag().weak(true))),
        ("auth", app().plug(basic_auth("ana", "p:w \u{e9}").realm("The \"Onion\""))),
        ("favicon", app().plug(favicon(icon).max_age(Duration::from_secs(60)))),
        ("favicon-none", app().plug(no_favicon())),
        ("json", app().plug(pretty_json())),
        ("json-param", app().plug(pretty_json().when_query("pretty").spaces(4))),
        ("jwt", app().plug(jwt("new").or_secret("old").cookie("token"))),
        ("jwt-debug", app().plug(jwt("new").show_cause(true))),
        ("jwt-passthrough", app().plug(jwt("new").optional())),
        ("jwt-state", app().with(tenant).plug(jwt("new").subject("ana"))),
        ("mount", mounts),
        ("compress", app().plug(node())),
        (
            "compress-threshold",
            app().plug(compress().codings([Coding::Gzip, Coding::Deflate]).threshold(1)),
        ),
        ("compress-asked", app().plug(compress_asked())),
        ("ratelimit", app().plug(limit())),
        ("ratelimit-named", app().plug(limit_named(limit()))),
        ("response-time", app().plug(response_time())),
    ];
    programs.into_iter().map(|(name, app)| (name, app.with(application))).collect()
}
