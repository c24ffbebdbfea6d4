#[path = "../../sessions.rs"]
mod program;

use cepa_test::Client;

#[tokio::test]
async fn signing_in_and_out() {
    let client = Client::new(program::app()).with_cookies();
    let home = async || client.get("/").send().await.text().to_owned();
    assert_eq!(home().await, "Who are you?");
    client.post("/login").form([("name", "Åsa")]).send().await;
    let first = client.cookie("koa.sess");
    assert_eq!(home().await, "Welcome!\nYou are Åsa.");
    assert_eq!(home().await, "You are Åsa.");
    client.post("/login").form([("name", "Åsa")]).send().await;
    assert_ne!(client.cookie("koa.sess"), first, "a new id at each login");
    client.post("/logout").send().await;
    assert_eq!(home().await, "Are you Åsa again?");
    assert!(!client.cookie("last_name").unwrap().contains("sa"), "nobody reads it on the way");
}
