//! One connection: hyper on one side, the app on the other.
//!
//! Bodies are translated, not copied: hyper's chunks become the request's [`Body`], and the response's
//! `Body` is what hyper polls. A request that may upgrade carries the promise of its raw connection.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use cepa_core::{Body, Callback, OnUpgrade, Request, Upgraded};
use futures_util::Stream;
use http::header;
use http_body::{Body as _, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::TcpStream;

use crate::Limits;
use crate::sniff::{Version, sniff};
use crate::socket::Socket;

/// Serves a connection to its end; on shutdown, to the end of the request in hand.
pub(crate) async fn serve(
    mut stream: TcpStream,
    peer: SocketAddr,
    callback: Callback,
    limits: &Limits,
) {
    let closing = callback.closing().clone();
    let sniffed = tokio::select! {
        sniffed = sniff(&mut stream, limits.first_byte) => sniffed,
        () = closing.cancelled() => return,
    };
    // A connection that ends before it says anything is nobody's error.
    let Ok((version, prefix)) = sniffed else { return };
    let io = TokioIo::new(Socket::new(stream, prefix, limits.write_stall));
    let service = service_fn(move |request| answer(callback.clone(), request, peer));

    // How a connection ends (reset, timed out, malformed) has been answered by hyper where it can be.
    match version {
        Version::Http1 => {
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(limits.head)
                .max_buf_size(limits.head_bytes)
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
        Version::Http2 => {
            let connection = http2::Builder::new(TokioExecutor::new())
                .timer(TokioTimer::new())
                .max_concurrent_streams(limits.h2_streams)
                .max_header_list_size(u32::try_from(limits.head_bytes).unwrap_or(u32::MAX))
                .keep_alive_interval(limits.head)
                .keep_alive_timeout(limits.head)
                .serve_connection(io, service);
            tokio::pin!(connection);
            tokio::select! {
                _ = connection.as_mut() => return,
                () = closing.cancelled() => connection.as_mut().graceful_shutdown(),
            }
            let _ = connection.await;
        }
    }
}

async fn answer(
    callback: Callback,
    mut request: http::Request<Incoming>,
    peer: SocketAddr,
) -> Result<http::Response<Outgoing>, Infallible> {
    let upgrade = request.headers().contains_key(header::UPGRADE).then(|| {
        let upgrade = hyper::upgrade::on(&mut request);
        OnUpgrade::new(async move {
            let upgraded = upgrade.await.map_err(io::Error::other)?;
            Ok(Box::new(TokioIo::new(upgraded)) as Upgraded)
        })
    });
    let mut request = Request::from(request.map(incoming));
    request.peer = Some(peer);
    if let Some(upgrade) = upgrade {
        request.set_upgrade(upgrade);
    }
    Ok(callback.handle(request).await.map(Outgoing))
}

fn incoming(body: Incoming) -> Body {
    if body.is_end_stream() {
        return Body::empty();
    }
    match body.size_hint().exact() {
        Some(size) => Body::sized(Chunks(body), size),
        None => Body::stream(Chunks(body)),
    }
}

/// The data of a request's body; trailers are dropped.
struct Chunks(Incoming);

impl Stream for Chunks {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let Some(frame) = ready!(Pin::new(&mut self.0).poll_frame(cx)) else {
                return Poll::Ready(None);
            };
            match frame.map(Frame::into_data) {
                Ok(Ok(data)) => return Poll::Ready(Some(Ok(data))),
                Ok(Err(_trailers)) => {}
                Err(error) => return Poll::Ready(Some(Err(io::Error::other(error)))),
            }
        }
    }
}

/// The body of a response, as hyper polls it.
struct Outgoing(Body);

impl http_body::Body for Outgoing {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.0.poll_chunk(cx).map(|chunk| chunk.map(|chunk| chunk.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size().map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
