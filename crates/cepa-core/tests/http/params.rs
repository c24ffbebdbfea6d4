//! Route parameters: decoded when asked for, kept when the path is rewritten.

use std::sync::Arc;

use cepa_core::App;
use cepa_test::Client;

fn app() -> App {
    App::new().with(async |ctx, next| {
        let range = 1..ctx.path().len();
        ctx.request.params.push(Arc::from("name"), range);
        next.run(ctx).await
    })
}

#[tokio::test]
async fn values_are_decoded_and_parsed() {
    let client = Client::new(app().with(async |ctx, _next| {
        let number: u8 = ctx.param("name")?;
        ctx.set_body(format!("{number}"))
    }));
    assert_eq!(client.get("/7").send().await.text(), "7");
    assert_eq!(client.get("/%37").send().await.text(), "7");
    let response = client.get("/seven").send().await;
    assert_eq!(response.status, 400);
    assert_eq!(response.text(), "parameter \"name\" does not fit: invalid digit found in string");
    for malformed in ["/%", "/%2", "/%zz", "/%ff"] {
        assert_eq!(client.get(malformed).send().await.status, 400, "{malformed}");
    }
}

#[tokio::test]
async fn a_name_that_the_route_does_not_have_is_a_slip_of_the_program() {
    let client = Client::new(app().with(async |ctx, _next| {
        let text: String = ctx.param("other")?;
        ctx.set_body(text)
    }));
    assert_eq!(client.get("/x").send().await.status, 500);
}

#[tokio::test]
async fn an_optional_parameter_may_be_absent_but_not_malformed() {
    let client = Client::new(app().with(async |ctx, _next| {
        let absent = ctx.try_param::<u8>("other")?;
        let present = ctx.try_param::<u8>("name")?;
        ctx.set_body(format!("{absent:?} {present:?}"))
    }));
    assert_eq!(client.get("/7").send().await.text(), "None Some(7)");
    assert_eq!(client.get("/x").send().await.status, 400);
}

#[tokio::test]
async fn values_stay_when_the_path_is_rewritten() {
    let client = Client::new(app().with(async |ctx, _next| {
        ctx.request.set_path("/");
        let text: String = ctx.param("name")?;
        ctx.set_body(text)
    }));
    assert_eq!(client.get("/caf%C3%A9").send().await.text(), "café");
}
