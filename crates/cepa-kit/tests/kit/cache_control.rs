//! What caches may do.

use std::time::Duration;

use cepa_core::App;
use cepa_kit::{CacheControl, cache_control};
use cepa_test::Client;

async fn ask(control: CacheControl, path: &str) -> String {
    let app = App::new().plug(control).with(async |ctx, _next| match ctx.path() {
        "/ok" => ctx.set_body("ok"),
        "/own" => {
            ctx.set("cache-control", "private")?;
            ctx.set_body("ok")
        }
        "/thrown" => ctx.throw(404, "no"),
        _ => Ok(()),
    });
    Client::new(app).get(path).send().await.get("cache-control").to_owned()
}

#[tokio::test]
async fn directives_stand_in_order() {
    let minute = Duration::from_secs(60);
    let control = cache_control()
        .public()
        .max_age(minute)
        .s_max_age(minute * 2)
        .stale_while_revalidate(minute)
        .stale_if_error(minute)
        .must_revalidate()
        .proxy_revalidate()
        .no_transform()
        .immutable();
    let text = "public, max-age=60, s-maxage=120, stale-while-revalidate=60, stale-if-error=60, \
                must-revalidate, proxy-revalidate, no-transform, immutable";
    assert_eq!(ask(control, "/ok").await, text);
}

#[tokio::test]
async fn a_handler_has_the_last_word_and_errors_are_not_kept() {
    let control = || cache_control().public();
    assert_eq!(ask(control(), "/own").await, "private");
    assert_eq!(ask(control(), "/thrown").await, "");
    assert_eq!(ask(control(), "/none").await, "");
    assert_eq!(ask(cache_control(), "/ok").await, "");
}

#[tokio::test]
async fn no_store_holds_for_errors_too() {
    let control = || cache_control().private().no_cache().no_store();
    assert_eq!(ask(control(), "/thrown").await, "private, no-cache, no-store");
}
