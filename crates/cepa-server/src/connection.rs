//! One connection, from its first byte to its end: which protocol it speaks, how long it may idle, and how
//! it ends when the server is closing. What becomes of each request is said in `answer`.

use std::net::SocketAddr;
use std::sync::Arc;

use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;

use crate::answer::{Peer, answer};
use crate::places::Place;
use crate::requests::Requests;
use crate::sniff::{Protocol, sniff};
use crate::socket::Socket;
use crate::streams::Streams;
use crate::worker::Shared;

/// The least that hyper allows for the buffer of a head.
const MIN_HEAD_BYTES: usize = 8 * 1024;

/// Serves a connection to its end; on shutdown, to the end of the requests in hand.
pub(crate) async fn serve(
    mut stream: TcpStream,
    address: SocketAddr,
    shared: Shared,
    place: Place,
) {
    let mut closing = shared.callback.until_closing();
    let limits = shared.limits.clone();
    let sniffed = tokio::select! {
        biased;
        sniffed = sniff(&mut stream, limits.first_byte) => sniffed,
        () = &mut closing => return,
    };
    // A connection that ends before it says anything is nobody's error.
    let Ok((protocol, prefix)) = sniffed else { return };
    let io = TokioIo::new(Socket::new(stream, protocol, prefix, &limits, place));
    let requests = Arc::new(Requests::default());
    let peer = Arc::new(Peer { shared, address, requests: requests.clone() });
    let service = service_fn(move |request| answer(peer.clone(), request));

    // How a connection ends (reset, timed out, malformed) has been answered by hyper where it can be.
    match protocol {
        Protocol::Http1 => {
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(limits.head)
                .max_buf_size(limits.head_bytes.max(MIN_HEAD_BYTES))
                .max_headers(limits.headers)
                .serve_connection(io, service)
                .with_upgrades();
            tokio::pin!(connection);
            tokio::select! {
                _ = connection.as_mut() => return,
                () = &mut closing => connection.as_mut().graceful_shutdown(),
            }
            let _ = connection.await;
        }
        Protocol::Http2 => {
            let connection = http2::Builder::new(Streams::new(&limits))
                .timer(TokioTimer::new())
                .max_concurrent_streams(limits.h2_streams)
                .enable_connect_protocol()
                .max_header_list_size(u32::try_from(limits.head_bytes).unwrap_or(u32::MAX))
                .keep_alive_interval(limits.head)
                .keep_alive_timeout(limits.head)
                .serve_connection(io, service);
            tokio::pin!(connection);
            tokio::select! {
                _ = connection.as_mut() => {}
                () = &mut closing => {
                    connection.as_mut().graceful_shutdown();
                    let _ = connection.await;
                }
                () = requests.idle(limits.head) => {
                    connection.as_mut().graceful_shutdown();
                    // The last pieces of responses may still wait for their peer.
                    let _ = tokio::time::timeout(limits.write_stall, connection).await;
                }
            }
        }
    }
}
