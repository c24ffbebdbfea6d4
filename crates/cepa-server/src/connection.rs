//! One connection: hyper on one side, the app on the other.
//!
//! Bodies are translated, not copied: hyper's chunks become the request's [`Body`], and the response's
//! `Body` is what hyper polls. A request that may upgrade carries the promise of its raw connection.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use cepa_core::{Body, Callback, OnUpgrade, Request, Upgraded};
use futures_util::Stream;
use http::{HeaderMap, HeaderValue, StatusCode, Version, header};
use http_body::{Body as _, Frame};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;

use crate::Limits;
use crate::admission::{self, Refusal};
use crate::outgoing::Outgoing;
use crate::sniff::{Protocol, sniff};
use crate::socket::Socket;
use crate::stall::Stall;
use crate::streams::{self, Streams};
use crate::tunnel::{self, Tunnel};
use crate::worker::Place;

/// The least that hyper allows for the buffer of a head.
const MIN_HEAD_BYTES: usize = 8 * 1024;

/// Serves a connection to its end; on shutdown, to the end of the requests in hand.
pub(crate) async fn serve(
    mut stream: TcpStream,
    peer: SocketAddr,
    callback: Callback,
    limits: Arc<Limits>,
    place: Place,
) {
    let closing = callback.closing().clone();
    let sniffed = tokio::select! {
        biased;
        sniffed = sniff(&mut stream, limits.first_byte) => sniffed,
        () = closing.cancelled() => return,
    };
    // A connection that ends before it says anything is nobody's error.
    let Ok((protocol, prefix)) = sniffed else { return };
    let io = TokioIo::new(Socket::new(stream, protocol, prefix, &limits, place));
    let requests = Arc::new(Requests::default());
    let service = service_fn({
        let (limits, requests) = (limits.clone(), requests.clone());
        move |request| answer(callback.clone(), request, peer, limits.clone(), requests.clone())
    });

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
                () = closing.cancelled() => connection.as_mut().graceful_shutdown(),
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
                () = closing.cancelled() => {
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

/// The requests of one connection: how many there have been, and how many are open.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    begun: AtomicU64,
    open: AtomicUsize,
}

/// Counts a request as open until its response has been written.
#[derive(Debug)]
pub(crate) struct Open(Arc<Requests>);

impl Requests {
    fn begin(self: &Arc<Self>) -> Open {
        self.begun.fetch_add(1, Ordering::Relaxed);
        self.open.fetch_add(1, Ordering::Relaxed);
        Open(self.clone())
    }

    /// Waits until no request has been open or begun for a whole period.
    async fn idle(&self, period: Duration) {
        let mut before = None;
        loop {
            let begun = self.begun.load(Ordering::Relaxed);
            if self.open.load(Ordering::Relaxed) > 0 {
                before = None;
            } else if before.replace(begun) == Some(begun) {
                return;
            }
            tokio::time::sleep(period).await;
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn answer(
    callback: Callback,
    request: http::Request<Incoming>,
    peer: SocketAddr,
    limits: Arc<Limits>,
    requests: Arc<Requests>,
) -> Result<http::Response<Outgoing>, Infallible> {
    let open = requests.begin();
    let (mut head, body) = request.into_parts();
    let tunnel = tunnel::enter(&mut head);
    if let Some(refusal) = admission::refusal(&head, &limits) {
        return Ok(refused(refusal, head.version, open));
    }
    let mut request = http::Request::from_parts(head, body);
    let may_leave = request.headers().get_all(header::UPGRADE).iter().any(|offer| offer != "h2c");
    let upgrade = may_leave.then(|| {
        let upgrade = hyper::upgrade::on(&mut request);
        let held = tunnel.then(|| requests.begin());
        OnUpgrade::new(async move {
            let upgraded = upgrade.await.map_err(io::Error::other)?;
            Ok(match held {
                Some(open) => Box::new(Tunnel::new(upgraded, open)) as Upgraded,
                None => Box::new(TokioIo::new(upgraded)),
            })
        })
    });
    let mut request = Request::from(request.map(|body| incoming(body, &limits)));
    request.peer = Some(peer);
    if let Some(upgrade) = upgrade {
        request.set_upgrade(upgrade);
    }
    let version = request.version;
    let mut response = callback.handle(request).await;
    if tunnel {
        response = tunnel::leave(response);
    }
    if may_leave
        && version < Version::HTTP_2
        && response.status() != StatusCode::SWITCHING_PROTOCOLS
    {
        // `framing` has not read what follows.
        close(response.headers_mut());
    }
    Ok(response.map(|body| Outgoing::new(body, streams::taken(), open)))
}

/// The answer to a request that the app does not see; nothing more is read from its connection.
fn refused((status, why): Refusal, version: Version, open: Open) -> http::Response<Outgoing> {
    let mut response = http::Response::new(Outgoing::new(Body::from(why), streams::taken(), open));
    *response.status_mut() = status;
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, text);
    if version < Version::HTTP_2 {
        close(response.headers_mut());
    }
    response
}

/// Says that this is the last answer on its connection, which makes it so.
fn close(headers: &mut HeaderMap) {
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
}

fn incoming(body: Incoming, limits: &Limits) -> Body {
    if body.is_end_stream() {
        return Body::empty();
    }
    let size = body.size_hint().exact();
    let chunks = Chunks { body, stall: Stall::new(limits.body_stall, limits.least_rate) };
    match size {
        Some(size) => Body::sized(chunks, size),
        None => Body::stream(chunks),
    }
}

/// The data of a request's body; trailers are dropped.
struct Chunks {
    body: Incoming,
    stall: Stall,
}

impl Stream for Chunks {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            let polled = Pin::new(&mut this.body).poll_frame(cx);
            let bytes = |frame: &Option<_>| {
                let data = |frame: &Frame<Bytes>| frame.data_ref().map_or(0, Bytes::len);
                frame.as_ref().and_then(|frame: &Result<_, _>| frame.as_ref().ok()).map_or(0, data)
            };
            return Poll::Ready(match ready!(this.stall.watch(cx, polled, bytes)) {
                Ok(None) => None,
                Ok(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) => Some(Ok(data)),
                    Err(_trailers) => continue,
                },
                Ok(Some(Err(error))) => Some(Err(io::Error::other(error))),
                Err(stalled) => Some(Err(stalled)),
            });
        }
    }
}
