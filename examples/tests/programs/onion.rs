#[path = "../../onion.rs"]
mod program;

use cepa_test::Client;

#[tokio::test]
async fn down_and_up_and_cut_short() {
    let client = Client::new(program::app());
    assert_eq!(client.get("/").send().await.text(), "1 2 3 3 2 1");
    assert_eq!(client.get("/?stop").send().await.text(), "1 2 2 1");
}
