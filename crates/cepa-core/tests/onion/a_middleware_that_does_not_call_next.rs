//! Nothing below runs; above goes on as ever.

use cepa_core::App;
use cepa_test::Client;

use crate::Log;

#[tokio::test]
async fn nothing_below_runs() {
    let log = Log::default();
    let (first, second, third) = (log.clone(), log.clone(), log.clone());
    let app = App::new()
        .with(async move |ctx, next| {
            first.add("1>");
            next.run(ctx).await?;
            first.add("<1");
            Ok(())
        })
        .with(async move |ctx, _next| {
            second.add("2");
            ctx.set_body("from the middle")
        })
        .with(async move |_ctx, _next| {
            third.add("3");
            Ok(())
        });
    let response = Client::new(app).get("/").send().await;
    assert_eq!(log.entries(), ["1>", "2", "<1"]);
    assert_eq!(response.text(), "from the middle");
}
