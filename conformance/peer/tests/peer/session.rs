//! `/session`.

use crate::server::{Answer, Peer};

fn cookies(answer: &Answer) -> String {
    let pairs = answer.all("set-cookie").into_iter().filter_map(|line| line.split(';').next());
    pairs.collect::<Vec<_>>().join("; ")
}

#[tokio::test]
async fn visits_are_counted_in_a_signed_cookie() {
    let peer = Peer::start(&[]).await;
    let first = peer.get("/session").await;
    assert_eq!(first.text(), "1");
    let second = peer.send("GET /session", &[("cookie", &cookies(&first))], b"").await;
    assert_eq!(second.text(), "2");
    let forged = cookies(&second).replace(".sig=", ".sig=x");
    assert_eq!(peer.send("GET /session", &[("cookie", &forged)], b"").await.text(), "1");
}
