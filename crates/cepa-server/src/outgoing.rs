//! [`Outgoing`]: the body of a response, as hyper polls it; and [`Taken`], what is known of how it is taken.
//!
//! On HTTP/1 chunks go to the socket, which watches its peer. On HTTP/2 a peer can keep one stream from moving
//! while the connection is well, and hyper waits for it without a deadline. So there a body is cut into pieces
//! of one frame, and between a piece and hyper's next question the peer is waited for; `streams` keeps the time.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use cepa_core::Body;
use http_body::{Frame, SizeHint};

use crate::requests::Open;

/// The most that HTTP/2 puts into a frame unless the peer wants more (RFC 9113, 6.5.2).
const PIECE: usize = 16 * 1024;

/// How much of a body on HTTP/2 has been taken.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    /// The size of the piece that hyper has, until it asks for another.
    given: AtomicUsize,
    /// What was taken since the last look.
    taken: AtomicUsize,
}

impl Taken {
    /// What was taken since the last look, and whether the peer is waited for.
    pub(crate) fn look(&self) -> (usize, bool) {
        let is_waited_for = self.given.load(Ordering::Relaxed) > 0;
        (self.taken.swap(0, Ordering::Relaxed), is_waited_for)
    }
}

/// The body of a response. While it is there its request counts as open.
pub(crate) struct Outgoing {
    body: Body,
    /// What is left of a chunk that goes in pieces.
    rest: Bytes,
    taken: Option<Arc<Taken>>,
    _open: Open,
}

impl Outgoing {
    pub(crate) fn new(body: Body, taken: Option<Arc<Taken>>, open: Open) -> Self {
        Self { body, rest: Bytes::new(), taken, _open: open }
    }
}

impl http_body::Body for Outgoing {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = &mut *self;
        let Some(taken) = &this.taken else {
            return this.body.poll_chunk(cx).map(|chunk| chunk.map(|chunk| chunk.map(Frame::data)));
        };
        taken.taken.fetch_add(taken.given.swap(0, Ordering::Relaxed), Ordering::Relaxed);
        if this.rest.is_empty() {
            match ready!(this.body.poll_chunk(cx)) {
                Some(Ok(chunk)) => this.rest = chunk,
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
        let piece = this.rest.split_to(this.rest.len().min(PIECE));
        taken.given.store(piece.len(), Ordering::Relaxed);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        let left = self.body.size().map(|size| size + self.rest.len() as u64);
        left.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
