//! Dropping the body ends the subscription at once.

use crate::{lobby, open};

#[tokio::test]
async fn a_client_that_has_gone_leaves_no_member() {
    let (hub, client) = lobby();
    let first = open(&client).await;
    let second = open(&client).await;
    assert_eq!(hub.size("lobby"), 2);
    drop(first);
    assert_eq!(hub.size("lobby"), 1);
    drop(second);
    assert_eq!((hub.len(), hub.rooms().len()), (0, 0));
}

#[tokio::test]
async fn a_body_that_was_never_read_too() {
    let (hub, client) = lobby();
    let streaming = client.get("/").stream().await;
    assert_eq!(hub.len(), 1);
    drop(streaming);
    assert_eq!(hub.len(), 0);
}
