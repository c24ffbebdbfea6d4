use cepa_socketio::SocketIo;

use crate::support::{request, start};

#[tokio::test]
async fn our_client_is_served_with_an_etag() {
    let server = start(&SocketIo::new()).await;
    let reply = request(server.address, "GET /socket.io/cepa.js", b"").await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), Some("application/javascript; charset=utf-8"));
    assert_eq!(reply.header("cache-control"), Some("public, max-age=0"));
    assert!(reply.body.contains("export"));
    let etag = reply.header("etag").unwrap();
    for etag in [etag.to_owned(), format!("W/{etag}")] {
        let again =
            request(server.address, &format!("GET /socket.io/cepa.js\nif-none-match: {etag}"), b"")
                .await;
        assert_eq!((again.status, &*again.body), (304, ""));
    }
    let head = request(server.address, "HEAD /socket.io/cepa.js", b"").await;
    assert_eq!((head.status, &*head.body, head.header("etag")), (200, "", Some(etag)));
    assert_eq!(request(server.address, "POST /socket.io/cepa.js", b"").await.status, 405);
}

#[tokio::test]
async fn without_a_folder_the_answer_says_how_to_get_the_official_client() {
    let server = start(&SocketIo::new()).await;
    let reply = request(server.address, "GET /socket.io/socket.io.js", b"").await;
    assert_eq!(reply.status, 404);
    assert!(
        reply.body.contains("npm install socket.io-client") && reply.body.contains("client_bundle")
    );
}

#[tokio::test]
async fn the_official_client_is_served_from_a_folder() {
    let folder = std::env::temp_dir().join(format!("cepa-bundle-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("socket.io.min.js"), "one").unwrap();
    std::fs::write(folder.join("socket.io.min.js.map"), "{}").unwrap();
    std::fs::write(folder.join("secret.js"), "secret").unwrap();
    let server = start(&SocketIo::new().client_bundle(&folder)).await;
    let reply = request(server.address, "GET /socket.io/socket.io.min.js", b"").await;
    assert_eq!((reply.status, &*reply.body), (200, "one"));
    assert_eq!(reply.header("content-type"), Some("application/javascript; charset=utf-8"));
    // the same from every build: it is compared across the machines of a cluster
    assert_eq!(reply.header("etag"), Some("\"1a08aa1921ca5caf-3\""));
    let map = request(server.address, "GET /socket.io/socket.io.min.js.map", b"").await;
    assert_eq!(map.header("content-type"), Some("application/json; charset=utf-8"));
    assert_eq!(request(server.address, "GET /socket.io/socket.io.js", b"").await.status, 404);
    assert!(
        !request(server.address, "GET /socket.io/secret.js", b"").await.body.contains("secret\n")
    );
    assert!(request(server.address, "GET /socket.io/../secret.js", b"").await.body != "secret");
    std::fs::remove_dir_all(&folder).unwrap();
}
