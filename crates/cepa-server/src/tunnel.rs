//! WebSocket over HTTP/2 (RFC 8441): a stream of a connection becomes one.
//!
//! The client sends `CONNECT` with `:protocol: websocket`. The app is shown what HTTP/1.1 has for it, `GET`
//! with `Upgrade: websocket`, so that one route serves both and the version alone tells them apart; and
//! its 101 goes out as 200, which is how HTTP/2 says it. What else the app answers stays what it is,
//! except for a success: that would open a tunnel to nobody, and becomes 501.
//!
//! `CONNECT` for anything else is refused as ever. A connection with a tunnel is not idle, and a tunnel takes a place
//! among the connections of the server: when there is none it is refused with 503.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use cepa_core::Body;
use http::header::{CONNECTION, UPGRADE};
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode};
use hyper::ext::Protocol;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::places::Place;
use crate::requests::Open;

/// Shows an extended `CONNECT` for a WebSocket as the app knows it; false for every other request.
pub(crate) fn enter(head: &mut Parts) -> bool {
    let protocol = head.extensions.get::<Protocol>();
    if head.method != Method::CONNECT || protocol.is_none_or(|name| name.as_str() != "websocket") {
        return false;
    }
    head.method = Method::GET;
    head.headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    head.headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    true
}

/// Says in HTTP/2's words what the app answered.
pub(crate) fn leave(mut response: Response<Body>) -> Response<Body> {
    let headers = response.headers_mut();
    headers.remove(UPGRADE);
    headers.remove(CONNECTION);
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        *response.status_mut() = StatusCode::OK;
    } else if response.status().is_success() {
        response = Response::new(Body::from("this address speaks no WebSocket"));
        *response.status_mut() = StatusCode::NOT_IMPLEMENTED;
    }
    response
}

/// The stream, which counts as a connection, and as a request in hand, for as long as it is open.
pub(crate) struct Tunnel {
    io: TokioIo<Upgraded>,
    _place: Place,
    _open: Open,
}

impl Tunnel {
    pub(crate) fn new(upgraded: Upgraded, place: Place, open: Open) -> Self {
        Self { io: TokioIo::new(upgraded), _place: place, _open: open }
    }
}

impl AsyncRead for Tunnel {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buf)
    }
}

impl AsyncWrite for Tunnel {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}
