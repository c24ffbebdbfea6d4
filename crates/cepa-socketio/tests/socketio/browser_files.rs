use std::io::Read as _;

use cepa_socketio::SocketIo;

use crate::support::{Pending, request, start};

#[tokio::test]
async fn our_client_is_served_with_an_etag() {
    let server = start(&SocketIo::new()).await;
    let reply = request(server.address, "GET /socket.io/cepa.js", b"").await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), Some("application/javascript; charset=utf-8"));
    assert_eq!(reply.header("cache-control"), Some("public, max-age=0"));
    assert!(reply.body.contains("export"));
    let etag = reply.header("etag").unwrap();
    assert_eq!(reply.header("vary"), Some("accept-encoding"));
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
    // another of the same time is another
    let path = folder.join("socket.io.min.js");
    let time = std::fs::metadata(&path).unwrap().modified().unwrap();
    std::fs::write(&path, "three").unwrap();
    std::fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    let reply = request(server.address, "GET /socket.io/socket.io.min.js", b"").await;
    assert_eq!(&*reply.body, "three");
    let map = request(server.address, "GET /socket.io/socket.io.min.js.map", b"").await;
    assert_eq!(map.header("content-type"), Some("application/json; charset=utf-8"));
    assert_eq!(request(server.address, "GET /socket.io/socket.io.js", b"").await.status, 404);
    assert!(
        !request(server.address, "GET /socket.io/secret.js", b"").await.body.contains("secret\n")
    );
    assert!(request(server.address, "GET /socket.io/../secret.js", b"").await.body != "secret");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test]
async fn files_are_compressed_once_and_each_coding_has_its_etag() {
    let server = start(&SocketIo::new()).await;
    let plain = request(server.address, "GET /socket.io/cepa.js", b"").await;
    let plain_etag = plain.header("etag").unwrap();
    let head = "GET /socket.io/cepa.js\naccept-encoding: br, gzip";
    let (head, body) = Pending::send(server.address, head, b"").await.head_and_bytes().await;
    assert!(head.contains("content-encoding: gzip\r\n") && head.contains("vary: accept-encoding"));
    assert!(head.contains(&format!("content-length: {}\r\n", body.len())), "{head}");
    let mut text = String::new();
    flate2::read::GzDecoder::new(&*body).read_to_string(&mut text).unwrap();
    assert!(text == plain.body && body.len() < text.len() / 2);
    let etag = head.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap();
    assert_ne!(etag, plain_etag);

    for (accepted, etag, status) in [
        ("gzip", etag, 304),
        ("gzip", plain_etag, 200),
        ("identity", plain_etag, 304),
        ("gzip;q=0", plain_etag, 304),
        ("gzip;q=0", etag, 200),
    ] {
        let head =
            format!("HEAD /socket.io/cepa.js\naccept-encoding: {accepted}\nif-none-match: {etag}");
        let reply = request(server.address, &head, b"").await;
        assert_eq!(reply.status, status, "{accepted}, {etag}");
    }
}

#[tokio::test]
async fn a_changed_file_is_read_anew() {
    let folder = std::env::temp_dir().join(format!("cepa-changed-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let server = start(&SocketIo::new().client_bundle(&folder)).await;
    for content in ["one", "another"] {
        std::fs::write(folder.join("socket.io.js"), content).unwrap();
        let reply = request(server.address, "GET /socket.io/socket.io.js", b"").await;
        assert_eq!(reply.body, content);
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[cfg(feature = "embed")]
#[tokio::test]
async fn the_official_client_is_served_from_the_program() {
    #[derive(cepa_socketio::rust_embed::Embed)]
    #[crate_path = "cepa_socketio::rust_embed"]
    #[folder = "tests/socketio/bundle/"]
    struct Client;

    let server = start(&SocketIo::new().client_embedded::<Client>()).await;
    let reply = request(server.address, "GET /socket.io/socket.io.js", b"").await;
    assert_eq!((reply.status, reply.body.trim()), (200, "\"the client\";"));
    assert_eq!(reply.header("content-type"), Some("application/javascript; charset=utf-8"));
    assert_eq!(request(server.address, "GET /socket.io/socket.io.min.js", b"").await.status, 404);
    let ours = request(server.address, "GET /socket.io/cepa.js", b"").await;
    assert!(ours.body.contains("export"));
}
