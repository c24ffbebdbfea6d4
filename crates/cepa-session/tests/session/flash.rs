//! Messages for the next request.

use cepa_core::{App, Json};
use cepa_session::{Session, SessionExt};
use cepa_test::Client;

use crate::browser::Browser;

fn client() -> Client {
    Client::new(App::new().keys(["k"]).plug(Session::new()).with(
        async |ctx, _next| match ctx.path() {
            "/leave" => {
                ctx.session().flash("info", "one")?;
                ctx.session().flash("info", "two")?;
                ctx.session().flash("error", 3)
            }
            _ => {
                let messages: Vec<String> = ctx.session().take_flash("info");
                ctx.set_body(Json(messages))
            }
        },
    ))
}

async fn visit(browser: &mut Browser, client: &Client, path: &str) -> String {
    let response = client.get(path).header("cookie", &browser.header()).send().await;
    let lines = response.headers.get_all("set-cookie").iter();
    browser.keep(lines.map(|line| line.to_str().unwrap().to_owned()).collect());
    response.text().to_owned()
}

#[tokio::test]
async fn messages_are_taken_once_and_in_order() {
    let (client, mut browser) = (client(), Browser::default());
    visit(&mut browser, &client, "/leave").await;
    assert_eq!(browser.data()["flash"]["info"], serde_json::json!(["one", "two"]));
    assert_eq!(visit(&mut browser, &client, "/take").await, r#"["one","two"]"#);
    assert_eq!(browser.data()["flash"], serde_json::json!({ "error": [3] }));
    assert_eq!(visit(&mut browser, &client, "/take").await, "[]");
    assert!(browser.lines.is_empty());
}

#[tokio::test]
async fn the_last_message_leaves_nothing_behind() {
    let app = App::new().keys(["k"]).plug(Session::new()).with(async |ctx, _next| {
        ctx.session().flash("error", 1)?;
        let wrong: Vec<String> = ctx.session().take_flash("error");
        assert!(wrong.is_empty(), "a number is no text");
        assert!(ctx.session().is_empty());
        Ok(())
    });
    assert_eq!(Client::new(app).get("/").send().await.status, 404);
}
