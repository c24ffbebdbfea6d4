#[path = "../../parts.rs"]
mod program;

use cepa_test::Client;

#[tokio::test]
async fn the_first_answers_with_all_parts() {
    let client = Client::new(program::app());
    assert_eq!(client.get("/").send().await.text(), "aaabbbccc");
}
