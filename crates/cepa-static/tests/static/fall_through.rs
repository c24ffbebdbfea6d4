//! A folder that does not pass on.

use crate::folder::{Folder, client};

use cepa_core::http::Method;
use cepa_static::serve;

#[tokio::test]
async fn a_folder_that_ends_the_chain_answers_for_what_it_has_not() {
    let folder = Folder::new().file("a.txt", "x");
    let client = client(serve(folder.path()).at("/files").fall_through(false));
    assert_eq!(client.get("/files/a.txt").send().await.status, 200);
    assert_eq!(client.get("/files/none").send().await.status, 404);
    assert_eq!(client.get("/elsewhere").send().await.text(), "next");
    let response = client.request(Method::POST, "/files/a.txt").send().await;
    assert_eq!(response.status, 405);
    assert_eq!(response.get("allow"), "GET, HEAD");
}
