//! [`Limits`]: every bound and deadline of the HTTP side, in one place.

use std::time::Duration;

/// Bounds and deadlines of a server. Change what you need and keep the rest:
///
/// ```
/// use cepa_server::Limits;
///
/// let limits = Limits { connections: 1_000, ..Limits::default() };
/// ```
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections at a time, over all workers; a further one is closed at once. A WebSocket over HTTP/2
    /// counts as one; a further one is refused with 503. Default 65,536.
    pub connections: usize,
    /// From accepting a connection to the bytes that tell HTTP/1 from HTTP/2. Default 10 s.
    pub first_byte: Duration,
    /// From the first wait for a request to the end of its head; this also bounds how long a connection
    /// may stay idle between two requests, up to twice as long on HTTP/2. Default 30 s.
    pub head: Duration,
    /// Bytes of a request's head, at least 8 KiB; a longer one is refused with 431. Default 64 KiB.
    pub head_bytes: usize,
    /// Bytes of a request's method; a longer one is refused with 501. Every registered one is shorter. Default 32.
    pub method: usize,
    /// Bytes of a request's target, at most 65,534; a longer one is refused with 414, as soon as it is known to
    /// be. Default 8 KiB.
    pub target: usize,
    /// Header fields of a request; with more it is refused with 431. Default 100.
    pub headers: usize,
    /// How long a peer may send no byte of a body that is being read. Default 30 s.
    pub body_stall: Duration,
    /// How long a peer may take no byte of what is written to it; on HTTP/2, of one response, which is reset
    /// then. Default 30 s.
    pub write_stall: Duration,
    /// Bytes a second, below which both stalls count in the long run too: a peer that moves fewer uses up its
    /// stall bit by bit. 0 asks for no rate. Default 240.
    pub least_rate: u32,
    /// How long what a peer still sends of a refused request is thrown away before its connection is closed, so
    /// that the answer reaches it. Default 2 s.
    pub linger: Duration,
    /// Requests at a time on one HTTP/2 connection. Default 128.
    pub h2_streams: u32,
    /// From the beginning of a shutdown to its end, finished or not. Default 10 s.
    pub shutdown: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 65_536,
            first_byte: Duration::from_secs(10),
            head: Duration::from_secs(30),
            head_bytes: 64 * 1024,
            method: 32,
            target: 8 * 1024,
            headers: 100,
            body_stall: Duration::from_secs(30),
            write_stall: Duration::from_secs(30),
            least_rate: 240,
            linger: Duration::from_secs(2),
            h2_streams: 128,
            shutdown: Duration::from_secs(10),
        }
    }
}
