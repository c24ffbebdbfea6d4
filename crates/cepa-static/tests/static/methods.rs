//! Only GET and HEAD are served.

use crate::folder::Folder;

use cepa_core::http::Method;

#[tokio::test]
async fn other_methods_pass_on() {
    let folder = Folder::new().file("a.txt", "x");
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "QUERY"] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let response = folder.client().request(method.clone(), "/a.txt").send().await;
        assert_eq!(response.text(), "next", "{method}");
    }
}

#[tokio::test]
async fn other_methods_are_not_judged_by_their_path() {
    let response = Folder::new().client().request(Method::POST, "/%00/../x").send().await;
    assert_eq!(response.text(), "next");
}
