//! A name and a password.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cepa_core::App;
use cepa_kit::{BasicAuth, BasicUser, basic_auth, basic_auth_where};
use cepa_test::{Client, Response};

async fn ask(auth: BasicAuth, authorization: &str) -> Response {
    let app = App::new().plug(auth).with(async |ctx, _next| {
        let user = ctx.state.get::<BasicUser>().cloned().unwrap();
        ctx.set_body(user.0)
    });
    Client::new(app).get("/").header("authorization", authorization).send().await
}

fn basic(text: &str) -> String {
    format!("Basic {}", STANDARD.encode(text))
}

#[tokio::test]
async fn the_right_ones_pass_and_are_named() {
    assert_eq!(ask(basic_auth("ana", "x:y"), &basic("ana:x:y")).await.text(), "ana");
    let two = || basic_auth("ana", "x").user("bo", "y");
    assert_eq!(ask(two(), &basic("bo:y")).await.text(), "bo");
    assert_eq!(ask(two(), &basic("bo:x")).await.status, 401);
}

#[tokio::test]
async fn a_rule_may_decide() {
    let rule = || basic_auth_where(|name, password| name == password);
    assert_eq!(ask(rule(), &basic("a:a")).await.status, 200);
    assert_eq!(ask(rule(), &basic("a:b")).await.status, 401);
}

#[tokio::test]
async fn a_refusal_asks_and_escapes_its_realm() {
    let response = ask(basic_auth("a", "b").realm("The \"Onion\""), "").await;
    assert_eq!(response.status, 401);
    assert_eq!(response.get("www-authenticate"), r#"Basic realm="The \"Onion\"""#);
    assert_eq!(response.text(), "Unauthorized");
}
