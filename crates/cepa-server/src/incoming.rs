//! The body of a request: hyper's chunks as a [`Body`], translated and not copied, each waited for with
//! a deadline.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use cepa_core::Body;
use futures_util::Stream;
use http_body::{Body as _, Frame};
use hyper::body::Incoming;

use crate::Limits;
use crate::stall::Stall;

/// The body of a request, with a deadline for its peer.
pub(crate) fn incoming(body: Incoming, limits: &Limits) -> Body {
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
