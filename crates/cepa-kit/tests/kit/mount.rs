//! Middleware below a path; `conformance/koa` compares what the inner one sees.

use std::sync::{Arc, Mutex};

use cepa_core::{App, Context, Stack};
use cepa_kit::{MountPath, mount};
use cepa_test::Client;

fn place(ctx: &Context) -> String {
    let path = ctx.state.get::<MountPath>().map_or("outside", MountPath::as_str);
    format!("{path} {}", ctx.request.url())
}

#[tokio::test]
async fn a_prefix_ends_at_a_segment_and_its_slash_means_nothing() {
    for prefix in ["/t", "/t/"] {
        let inner = App::new().with(async |ctx, _next| ctx.set_body(ctx.path().to_owned()));
        let client = Client::new(App::new().plug(mount(prefix, inner)));
        for (target, path) in [("/t", "/"), ("/t/", "/"), ("/t/a", "/a"), ("/t?q", "/")] {
            assert_eq!(client.get(target).send().await.text(), path, "{prefix} {target}");
        }
        for target in ["/tx", "/T", "/", "/x/t"] {
            assert_eq!(client.get(target).send().await.status, 404, "{prefix} {target}");
        }
    }
}

#[tokio::test]
async fn outside_is_restored_around_next_and_afterwards() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let note = |seen: &Arc<Mutex<Vec<String>>>| {
        let seen = seen.clone();
        move |ctx: &Context| seen.lock().unwrap().push(place(ctx))
    };
    let (first, second, third) = (note(&seen), note(&seen), note(&seen));
    let inner = Stack::new().with(async move |ctx, next| {
        first(ctx);
        next.run(ctx).await?;
        first(ctx);
        Ok(())
    });
    let app = App::new()
        .with(async move |ctx, next| {
            let result = next.run(ctx).await;
            third(ctx);
            result
        })
        .plug(mount("/a", mount("/b", inner)))
        .with(async move |ctx, _next| {
            second(ctx);
            ctx.throw(400, "no")
        });
    Client::new(app).get("/a/b/c?q=1").send().await;
    let places = ["/a/b /c?q=1", "outside /a/b/c?q=1", "outside /a/b/c?q=1"];
    assert_eq!(*seen.lock().unwrap(), places);
}

#[test]
#[should_panic(expected = "begins with `/`")]
fn a_prefix_begins_with_a_slash() {
    let _ = mount("a", App::new());
}
