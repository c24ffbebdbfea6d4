//! Cookies that the client can neither read nor change; Node opens and seals them by the description of their format.

use cepa_core::{App, Cookie};
use cepa_session::EncryptedCookies;
use cepa_test::{Client, Response};
use proptest::prelude::*;
use serde_json::json;

use crate::browser::Browser;
use crate::peer::Peer;

pub const OLD: &str = "the older secret of thirty-two bytes, or a few more";
pub const NEW: &str = "the newer secret of thirty-two bytes, or a few more";

fn client(keys: &[&str]) -> Client {
    Client::new(App::new().keys(keys).on_error(|_, _| {}).with(async |ctx, _next| {
        if let Some(text) = ctx.query::<String>("set")? {
            ctx.cookies().set_encrypted(Cookie::new("note", text).path("/notes"))?;
        }
        let text = ctx.cookies().get_encrypted("note")?;
        ctx.set_body(text.unwrap_or_else(|| "none".into()))
    }))
}

fn line(response: &Response) -> String {
    response.get("set-cookie").to_owned()
}

async fn sealed(keys: &[&str], text: &str) -> String {
    let set = format!("/?set={text}");
    let line = line(&client(keys).get(&set).send().await);
    line.split(';').next().unwrap().strip_prefix("note=").unwrap().to_owned()
}

async fn opened(keys: &[&str], name: &str, value: &str) -> String {
    let cookie = format!("{name}={value}");
    client(keys).get("/").header("cookie", &cookie).send().await.text().to_owned()
}

#[tokio::test]
async fn any_text_comes_back_and_cannot_be_read() {
    let response = client(&[NEW]).get("/?set=caf%C3%A9;+%22quoted%22%0A").send().await;
    let line = line(&response);
    assert!(line.ends_with("; path=/notes; httponly") && !line.contains("caf"), "{line}");
    let value = line.split(';').next().unwrap().strip_prefix("note=").unwrap();
    assert_eq!(opened(&[NEW], "note", value).await, "café; \"quoted\"\n");
    assert_ne!(sealed(&[NEW], "same").await, sealed(&[NEW], "same").await);
}

#[tokio::test]
async fn a_value_is_good_under_its_own_name_and_keys_only() {
    let value = sealed(&[OLD], "text").await;
    assert_eq!(opened(&[OLD], "note", &value).await, "text");
    assert_eq!(opened(&[NEW, OLD], "note", &value).await, "text", "rotated");
    assert_eq!(opened(&[NEW], "note", &value).await, "none");
    assert_eq!(opened(&[OLD], "other", &value).await, "none");
    let moved = Client::new(App::new().keys([OLD]).with(async |ctx, _next| {
        let text = ctx.cookies().get_encrypted("other")?;
        ctx.set_body(text.unwrap_or_else(|| "none".into()))
    }));
    let cookie = format!("other={value}");
    assert_eq!(moved.get("/").header("cookie", &cookie).send().await.text(), "none");
}

#[tokio::test]
async fn short_and_missing_keys_are_refused() {
    let short = "x".repeat(31);
    for keys in [&[][..], &[short.as_str()]] {
        assert_eq!(client(keys).get("/?set=x").send().await.status, 500);
    }
    assert_eq!(opened(&[&short, NEW], "note", &sealed(&[NEW], "x").await).await, "x");
    assert_eq!(client(&[]).get("/").send().await.status, 500);
}

#[tokio::test]
async fn a_cookie_that_browsers_would_drop_is_refused() {
    let fits = "x".repeat(3000);
    assert_eq!(client(&[NEW]).get(&format!("/?set={fits}")).send().await.status, 200);
    let too_long = "x".repeat(3100);
    assert_eq!(client(&[NEW]).get(&format!("/?set={too_long}")).send().await.status, 500);
}

#[tokio::test]
async fn node_opens_and_seals_by_the_description() {
    let peer = Peer::shared("session.mjs");
    let options = json!({ "keys": [OLD], "session": {} });
    let ask = async |body| Browser::default().ask_koa(peer, &options, "/sealed", body).await;
    let value = sealed(&[OLD], "cepa+%C3%A9").await;
    let seen = ask(json!({ "open": value, "name": "note", "secret": OLD })).await;
    assert_eq!(seen["text"], "cepa é");
    let seen = ask(json!({ "seal": "koa é", "name": "note", "secret": OLD })).await;
    assert_eq!(opened(&[NEW, OLD], "note", seen["value"].as_str().unwrap()).await, "koa é");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_other_value_opens(at in 0_usize..200, other in "[A-Za-z0-9_=+/ -]") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let value = sealed(&[NEW], "some+text").await;
            let at = at % value.len();
            let forged = format!("{}{other}{}", &value[..at], &value[at + 1..]);
            let text = opened(&[NEW], "note", &forged).await;
            prop_assert!(forged == value || text == "none", "{forged}");
            prop_assert_eq!(opened(&[NEW], "note", &value[..at]).await, "none");
            Ok(())
        })?;
    }

    #[test]
    fn garbage_does_not_open(value in "[A-Za-z0-9_-]{0,300}") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        prop_assert_eq!(runtime.block_on(opened(&[NEW], "note", &value)), "none");
    }
}
