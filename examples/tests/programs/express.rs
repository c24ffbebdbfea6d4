#[path = "../../express.rs"]
mod program;

use cepa_test::Client;

use crate::Folder;

#[tokio::test]
async fn handlers_in_a_row_and_a_folder_under_a_path() {
    let folder = Folder::new("express");
    std::fs::write(folder.0.join("onion.txt"), "layers").unwrap();
    let client = Client::new(program::app(folder.path()));
    let file = client.get("/assets/onion.txt").send().await;
    assert_eq!((file.status.as_u16(), file.text()), (200, "layers"));
    assert_eq!(client.get("/onion.txt").send().await.status, 404);
    assert_eq!(client.get("/").send().await.text(), "public");
    let refused = client.get("/secret").send().await;
    assert_eq!((refused.status.as_u16(), refused.get("cache-control")), (401, ""));
    let greeted = client.get("/secret").header("authorization", "Bearer onion").send().await;
    assert_eq!((greeted.text(), greeted.get("cache-control")), ("Hello, ana", "no-store"));
}
