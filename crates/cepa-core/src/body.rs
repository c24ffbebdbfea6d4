//! [`Body`]: the bytes of a request or a response, in one type for both directions.
//!
//! A body is unset (nobody has said anything), empty (somebody has said "nothing"), whole (all bytes
//! at hand) or a stream of chunks. The difference between unset and empty is Koa's between `undefined`
//! and `null`: an unset response tells its status in words, an empty one is empty.
//!
//! A stream that fails part way ends the connection without the final chunk, so that the receiver
//! notices; dropping a body drops its stream, and with it whatever feeds it.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context as Poller, Poll};

use bytes::Bytes;
use futures_core::Stream;
use sync_wrapper::SyncWrapper;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio_util::io::ReaderStream;

/// How many bytes of a file or a reader are read at a time.
const READ_CHUNK: usize = 64 * 1024;

/// The bytes of a request or response.
///
/// ```
/// use cepa_core::Body;
///
/// let body = Body::from("hello");
/// assert_eq!(body.size(), Some(5));
/// assert!(Body::empty().is_empty());
/// ```
#[derive(Default)]
pub struct Body(Kind);

#[derive(Default)]
enum Kind {
    #[default]
    Unset,
    Empty,
    Whole(Bytes),
    Stream(Box<Chunks>),
}

struct Chunks {
    stream: SyncWrapper<Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>>,
    size: Option<u64>,
    /// What [`Body::start`] has read ahead.
    first: Option<Bytes>,
    /// Whether the stream has come to its end, after which some may not be asked again.
    ended: bool,
    on_failure: Option<OnFailure>,
}

type OnFailure = Box<dyn FnOnce(&io::Error) + Send + Sync>;

impl Body {
    /// A body of no bytes, on purpose.
    pub fn empty() -> Self {
        Self(Kind::Empty)
    }

    /// A body whose chunks come one by one; its size is not known.
    pub fn stream(chunks: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Self {
        Self::chunks(chunks, None)
    }

    /// A stream whose chunks add up to `size` bytes.
    pub fn sized(
        chunks: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
        size: u64,
    ) -> Self {
        Self::chunks(chunks, Some(size))
    }

    fn chunks(
        chunks: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
        size: Option<u64>,
    ) -> Self {
        let stream = SyncWrapper::new(Box::pin(chunks) as _);
        Self(Kind::Stream(Box::new(Chunks {
            stream,
            size,
            first: None,
            ended: false,
            on_failure: None,
        })))
    }

    /// The bytes of a reader until its end, 64 KiB at a time.
    pub fn reader(reader: impl AsyncRead + Send + 'static) -> Self {
        Self::stream(ReaderStream::with_capacity(reader, READ_CHUNK))
    }

    /// The next `size` bytes of a file, from where it stands, 64 KiB at a time.
    pub fn file(file: tokio::fs::File, size: u64) -> Self {
        Self::sized(ReaderStream::with_capacity(file.take(size), READ_CHUNK), size)
    }

    /// Whether nobody has set this body.
    pub fn is_unset(&self) -> bool {
        matches!(self.0, Kind::Unset)
    }

    /// Whether this body has no bytes; a stream may turn out to have none and is not empty here.
    pub fn is_empty(&self) -> bool {
        match &self.0 {
            Kind::Unset | Kind::Empty => true,
            Kind::Whole(bytes) => bytes.is_empty(),
            Kind::Stream(chunks) => chunks.size == Some(0),
        }
    }

    /// Whether it has no bytes on purpose.
    pub(crate) fn is_nothing(&self) -> bool {
        matches!(self.0, Kind::Empty)
    }

    /// Whether the bytes come as a stream.
    pub fn is_stream(&self) -> bool {
        matches!(self.0, Kind::Stream(_))
    }

    /// The size in bytes, when it is known.
    pub fn size(&self) -> Option<u64> {
        match &self.0 {
            Kind::Unset | Kind::Empty => Some(0),
            Kind::Whole(bytes) => Some(bytes.len() as u64),
            Kind::Stream(chunks) => chunks.size,
        }
    }

    /// All bytes, when they are at hand.
    pub fn as_bytes(&self) -> Option<&Bytes> {
        match &self.0 {
            Kind::Whole(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Takes the body out and leaves it unset.
    #[must_use]
    pub fn take(&mut self) -> Self {
        std::mem::take(self)
    }

    /// The next chunk; `None` at the end.
    ///
    /// # Errors
    /// What the stream failed with, such as a connection that was lost.
    pub async fn chunk(&mut self) -> Option<io::Result<Bytes>> {
        std::future::poll_fn(|poller| self.poll_chunk(poller)).await
    }

    /// The next chunk, for those who write futures by hand.
    pub fn poll_chunk(&mut self, poller: &mut Poller<'_>) -> Poll<Option<io::Result<Bytes>>> {
        match &mut self.0 {
            Kind::Unset | Kind::Empty => Poll::Ready(None),
            Kind::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Kind::Whole(bytes) => Poll::Ready(Some(Ok(std::mem::take(bytes)))),
            Kind::Stream(chunks) => {
                if let Some(first) = chunks.first.take() {
                    return Poll::Ready(Some(Ok(first)));
                }
                if chunks.ended {
                    return Poll::Ready(None);
                }
                let polled = chunks.stream.get_mut().as_mut().poll_next(poller);
                chunks.ended = matches!(polled, Poll::Ready(None));
                if let Poll::Ready(Some(Err(error))) = &polled
                    && let Some(on_failure) = chunks.on_failure.take()
                {
                    on_failure(error);
                }
                polled
            }
        }
    }

    /// Waits for the first chunk of a stream and keeps it, so that a stream that never begins is known
    /// before the head is sent.
    pub(crate) async fn start(&mut self) -> io::Result<()> {
        let first = self.chunk().await.transpose()?;
        if let Kind::Stream(chunks) = &mut self.0 {
            chunks.first = first;
        }
        Ok(())
    }

    /// Calls back when the stream fails.
    pub(crate) fn on_failure(&mut self, report: impl FnOnce(&io::Error) + Send + Sync + 'static) {
        if let Kind::Stream(chunks) = &mut self.0 {
            chunks.on_failure = Some(Box::new(report));
        }
    }
}

impl Stream for Body {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, poller: &mut Poller<'_>) -> Poll<Option<Self::Item>> {
        self.poll_chunk(poller)
    }
}

impl<T: Into<Bytes>> From<T> for Body {
    fn from(bytes: T) -> Self {
        Self(Kind::Whole(bytes.into()))
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Unset => f.write_str("Unset"),
            Kind::Empty => f.write_str("Empty"),
            Kind::Whole(bytes) => write!(f, "Whole({} bytes)", bytes.len()),
            Kind::Stream(chunks) => write!(f, "Stream({:?} bytes)", chunks.size),
        }
    }
}
