#[path = "../../bodies.rs"]
mod program;

use cepa_test::Client;
use serde_json::json;

#[tokio::test]
async fn each_kind_of_body() {
    let client = Client::new(program::app());
    assert!(client.get("/").send().await.text().starts_with("<form"));
    let form = [("onions", "3"), ("address[street]", "Layer Lane")];
    assert_eq!(client.post("/form").form(form).send().await.text(), "3 onions to Layer Lane");
    let order = json!({ "onions": 3, "address": { "street": "Layer Lane" } });
    let created = client.post("/json").json(&order).send().await;
    assert_eq!(created.status, 201);
    assert_eq!(created.json::<serde_json::Value>(), order);
    let text = client.post("/text").header("content-type", "text/plain").body("naïve").send().await;
    assert_eq!(text.text(), "5 characters");
}

#[tokio::test]
async fn what_does_not_fit_is_said() {
    let client = Client::new(program::app());
    let wrong = json!({ "onions": "many", "address": { "street": "x" } });
    let refused = client.post("/json").json(&wrong).send().await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("onions"), "{}", refused.text());
    let broken = client.post("/json").header("content-type", "application/json").body("{").send();
    assert_eq!(broken.await.status, 400);
    assert_eq!(client.post("/json").form([("a", "b")]).send().await.status, 415);
}
