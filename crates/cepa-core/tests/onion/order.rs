//! Down in the order of registration, up in reverse.

use cepa_core::App;
use cepa_test::Client;

use crate::Log;

#[tokio::test]
async fn layers_run_down_and_up() {
    let log = Log::default();
    let mut app = App::new();
    for (down, up) in [("1>", "<1"), ("2>", "<2"), ("3>", "<3")] {
        let log = log.clone();
        app = app.with(async move |ctx, next| {
            log.add(down);
            next.run(ctx).await?;
            log.add(up);
            Ok(())
        });
    }
    let response = Client::new(app).get("/").send().await;
    assert_eq!(log.entries(), ["1>", "2>", "3>", "<3", "<2", "<1"]);
    assert_eq!(response.status, 404, "nobody answered");
}

#[tokio::test]
async fn an_app_without_layers_answers_404() {
    let response = Client::new(App::new()).get("/").send().await;
    assert_eq!((response.status.as_u16(), response.text()), (404, "Not Found"));
}

#[tokio::test]
async fn an_async_fn_is_a_layer_too() {
    async fn hello(ctx: &mut cepa_core::Context, _next: cepa_core::Next<'_>) -> cepa_core::Result {
        ctx.set_body("hello")
    }
    let response = Client::new(App::new().with(hello)).get("/").send().await;
    assert_eq!(response.text(), "hello");
}

#[tokio::test]
async fn what_a_layer_leaves_on_the_way_down_is_there_on_the_way_up() {
    let app = App::new()
        .with(async |ctx, next| {
            ctx.state.insert(String::from("aaa"));
            next.run(ctx).await?;
            let text = ctx.state.remove::<String>().unwrap_or_default();
            ctx.set_body(text)
        })
        .with(async |ctx, next| {
            ctx.state.entry::<String>().push_str("bbb");
            next.run(ctx).await
        })
        .with(async |ctx, _next| {
            tokio::task::yield_now().await;
            ctx.state.entry::<String>().push_str("ccc");
            Ok(())
        });
    assert_eq!(Client::new(app).get("/").send().await.text(), "aaabbbccc");
}
