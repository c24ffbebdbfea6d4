//! Workers share a port, and stop together.

use std::num::NonZeroUsize;

use cepa_core::App;
use cepa_server::Server;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test]
async fn every_worker_answers_on_the_same_port() {
    let app = App::new().with(async |ctx, _next| {
        let thread = std::thread::current().name().unwrap_or_default().to_owned();
        ctx.set_body(thread)
    });
    let two = NonZeroUsize::new(2).unwrap();
    let bound = Server::new(app).workers(two).bind("127.0.0.1:0").await.unwrap();
    let (address, shutdown) = (bound.local_addr(), bound.shutdown());
    let served = tokio::spawn(bound.serve());
    let mut names = std::collections::BTreeSet::new();
    // The kernel spreads connections by a hash of their ports: 64 of them on one side is next to impossible.
    for _ in 0..64 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.0\r\n\r\n").await.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        names.insert(response.rsplit("\r\n").next().unwrap().to_owned());
    }
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["cepa-0", "cepa-1"]);
    shutdown.begin();
    served.await.unwrap().unwrap();
}

#[tokio::test]
async fn an_address_that_is_taken_is_a_clear_error() {
    let two = NonZeroUsize::new(2).unwrap();
    let first = Server::new(App::new()).workers(two).bind("127.0.0.1:0").await.unwrap();
    let taken = first.local_addr().to_string();
    for second in [Server::new(App::new()).ambient(), Server::new(App::new()).workers(two)] {
        let text = second.bind(taken.as_str()).await.unwrap_err().to_string();
        assert!(text.contains(&format!("cannot listen on {taken}: ")), "{text}");
    }
}
