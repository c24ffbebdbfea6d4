//! The program's own text for the cookie, in place of base64.

use cepa_session::Session;
use cepa_test::Client;
use serde_json::json;

use crate::browser::{Browser, app};
use crate::encrypted_cookies::NEW;

fn hex(session: Session) -> Session {
    let encode = |json: &str| json.bytes().map(|byte| format!("{byte:02x}")).collect();
    let decode = |text: &str| {
        let digits: Vec<char> = text.chars().collect();
        let bytes = digits
            .chunks(2)
            .map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).ok());
        String::from_utf8(bytes.collect::<Option<Vec<u8>>>()?).ok()
    };
    session.codec(encode, decode)
}

#[tokio::test]
async fn it_is_used_for_signed_and_within_encrypted_cookies() {
    for session in
        [hex(Session::new()), hex(Session::new().encrypted()), hex(Session::new()).encrypted()]
    {
        let client = Client::new(app(&[NEW], session));
        let mut browser = Browser::default();
        browser.cepa(&client, json!([["set", "a", "ü"]])).await;
        assert_eq!(browser.cepa(&client, json!([["look"]])).await["data"]["a"], "ü");
    }
    let mut browser = Browser::default();
    browser.cepa(&Client::new(app(&["k"], hex(Session::new()))), json!([["set", "a", 1]])).await;
    assert!(browser.cookies["koa.sess"].starts_with("7b2261223a312c225f657870697265223a"));
}

#[tokio::test]
async fn what_it_cannot_decode_is_a_new_session() {
    let mut browser = Browser::default();
    browser.cepa(&Client::new(app(&["k"], Session::new())), json!([["set", "a", 1]])).await;
    let seen =
        browser.cepa(&Client::new(app(&["k"], hex(Session::new()))), json!([["look"]])).await;
    assert_eq!(seen["isNew"], true);
}
