//! [`Limits`]: every bound of a connection, each with a name and a default.
//!
//! None of them can be switched off but the keep-alive; a limit that is in the way is raised.

use std::time::Duration;

/// The bounds of one WebSocket. A literal with `..Limits::default()` changes some of them.
///
/// ```
/// use cepa_ws::Limits;
///
/// let limits = Limits { max_message: 64 * 1024, ..Limits::default() };
/// assert_eq!(limits.max_fragments, 1024);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest message to receive, all its fragments together, in bytes; 1 MiB. More is closed
    /// with 1009, when a header declares it and before the payload is read. Of a compressed message it
    /// is what it inflates to that counts, and that is checked while inflating; on the wire it may be
    /// a thousandth longer.
    pub max_message: usize,
    /// The longest frame to receive, in bytes as they are on the wire; 1 MiB, and a thousandth more when
    /// it is compressed. More is closed with 1009.
    pub max_frame: usize,
    /// The most fragments of one message; 1024. More is closed with 1008.
    pub max_fragments: usize,
    /// How long a message may take from its first byte to its last; 60 seconds. Then the connection is
    /// closed with 1008. Time in which a message before it waits for the program does not count.
    pub message_deadline: Duration,
    /// How many bytes `feed` and `feed_frames` gather before they wait for the peer; 64 KiB.
    pub write_buffer: usize,
    /// How long the peer may take to read what is waiting at one moment; 30 seconds. Then the
    /// connection is dropped.
    pub write_deadline: Duration,
    /// How long the close handshake may take; 5 seconds. Then the connection is dropped.
    pub close_deadline: Duration,
    /// How long the close handshake may take when the server shuts down; 1 second, and never more than
    /// `close_deadline`. A client that is well answers within one round trip; one that reads nothing is
    /// not waited for by all the others.
    pub shutdown_deadline: Duration,
    /// The silence of the peer after which it is sent a ping; 25 seconds. `None` for no keep-alive.
    pub ping_interval: Option<Duration>,
    /// How long the peer may stay silent after a ping; 20 seconds. Then the connection is dropped.
    pub pong_deadline: Duration,
    /// How long the HTTP part of the handshake may take; 10 seconds.
    pub handshake_deadline: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_message: 1024 * 1024,
            max_frame: 1024 * 1024,
            max_fragments: 1024,
            message_deadline: Duration::from_secs(60),
            write_buffer: 64 * 1024,
            write_deadline: Duration::from_secs(30),
            close_deadline: Duration::from_secs(5),
            shutdown_deadline: Duration::from_secs(1),
            ping_interval: Some(Duration::from_secs(25)),
            pong_deadline: Duration::from_secs(20),
            handshake_deadline: Duration::from_secs(10),
        }
    }
}
