//! The id in a header and not in a cookie, and ids of the program's own making.

use cepa_session::{MemoryStore, Session};
use cepa_test::Client;

use crate::browser::app;

#[tokio::test]
async fn the_id_travels_where_the_program_says() {
    let session = Session::new().store(MemoryStore::new()).external_id(
        |ctx| ctx.get("x-session").map(str::to_owned),
        |ctx, id| ctx.set("x-session", id),
    );
    let client = Client::new(app(&["k"], session));
    let first = client.get("/").header("x-operations", r#"[["set","a",1]]"#).send().await;
    let id = first.get("x-session").to_owned();
    assert_eq!(id.len(), 36);
    assert_eq!(first.get("set-cookie"), "");
    let call = client.get("/").header("x-operations", r#"[["look"]]"#).header("x-session", &id);
    assert_eq!(call.send().await.text(), r#"{"data":{"a":1},"isNew":false}"#);
}

#[tokio::test]
async fn ids_may_begin_with_a_prefix() {
    let session = Session::new().store(MemoryStore::new()).prefix("sess:");
    let client = Client::new(app(&["k"], session));
    let response = client.get("/").header("x-operations", r#"[["set","a",1]]"#).send().await;
    let cookie = response.get("set-cookie");
    let id = cookie.strip_prefix("koa.sess=sess:").unwrap().split(';').next().unwrap();
    let shape: String = id.chars().map(|c| if c == '-' { '-' } else { 'x' }).collect();
    assert_eq!(shape, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
    assert_eq!(&id[14..15], "4");
    assert!("89ab".contains(&id[19..20]), "{id}");
}

#[tokio::test]
async fn ids_may_be_the_programs_own() {
    let session =
        Session::new().store(MemoryStore::new()).new_id(|ctx| format!("of{}", ctx.path()));
    let client = Client::new(app(&["k"], session));
    let response = client.get("/me").header("x-operations", r#"[["set","a",1]]"#).send().await;
    assert!(response.get("set-cookie").starts_with("koa.sess=of/me; path=/;"));
}
