//! Another path for the handlers below.

use std::panic::catch_unwind;

use cepa_core::App;
use cepa_kit::rewrite;
use cepa_test::Client;

async fn url(from: &str, to: &str, target: &str) -> String {
    let app = App::new()
        .with(async |ctx, next| {
            next.run(ctx).await?;
            let after = ctx.request.url().to_owned();
            ctx.set("x-after", after)
        })
        .plug(rewrite(from, to))
        .with(async |ctx, _next| ctx.set_body(ctx.request.url().to_owned()));
    let response = Client::new(app).get(target).send().await;
    assert_eq!(response.get("x-after"), target, "restored");
    response.text().to_owned()
}

#[tokio::test]
async fn names_carry_segments_over() {
    assert_eq!(url("/i/:id", "/items/:id", "/i/7").await, "/items/7");
    assert_eq!(url("/:a/:b", "/:b/x/:a", "/1/2").await, "/2/x/1");
    assert_eq!(url("/old/*rest", "/new/*rest", "/old/a/b/").await, "/new/a/b/");
    assert_eq!(url("/a", "/b", "/a").await, "/b");
    assert_eq!(url("/i/:id", "/items/:id", "/i/a%2Fb").await, "/items/a%2Fb");
}

#[tokio::test]
async fn the_query_stays() {
    assert_eq!(url("/a", "/b", "/a?q=1").await, "/b?q=1");
    assert_eq!(url("/a", "/b?x=2", "/a?q=1").await, "/b?x=2&q=1");
    assert_eq!(url("/a", "/b?x=2", "/a").await, "/b?x=2");
}

#[tokio::test]
async fn other_paths_stay() {
    for target in ["/i", "/i/", "/i/7/8", "/I/7", "/x", "/"] {
        assert_eq!(url("/i/:id", "/items/:id", target).await, target);
    }
    assert_eq!(url("/old/*rest", "/new/*rest", "/old").await, "/old");
    assert_eq!(url("/old/*rest", "/new/*rest", "/old/").await, "/old/");
}

#[test]
fn slips_do_not_pass() {
    let refused = |from: &'static str, to: &'static str| {
        assert!(catch_unwind(|| drop(rewrite(from, to))).is_err(), "{from} {to}");
    };
    refused("a", "/b");
    refused("/a", "b");
    refused("/*rest/a", "/b");
    refused("/:id", "/:name");
}
