//! [`Deflate`]: whether and how messages are compressed (permessage-deflate, RFC 7692).
//!
//! Compression is off unless a [`Deflate`] stands in the options. It trades time and memory for bytes,
//! and where a secret and a stranger's text meet in one message, the length of what is sent tells
//! something about the secret (CRIME). So it is the program that decides.
//!
//! What it adds to an idle connection, which has 2.6 KB without, as `benches/websocket` measures it:
//!
//! | context takeover | bytes |
//! |---|---|
//! | of neither side (the default) | 80 |
//! | of the client's messages | 47,800, once it has sent a compressed one |
//! | of the server's messages, window of 15 bits | 380,300, once it was sent a compressed one |
//! | of the server's messages, window of 9 bits | 251,200, likewise |
//!
//! Without takeover a thread keeps one compressor for all its connections, and an inflater lives as long
//! as the message that it reads.

use std::ops::RangeInclusive;

/// The compression that a server agrees to, or a client offers. A literal with `..Deflate::default()`
/// changes some of it.
///
/// ```
/// use cepa_ws::{Deflate, WebSocketOptions};
///
/// let deflate = Deflate { threshold: 256, ..Deflate::default() };
/// let options = WebSocketOptions::new().deflate(deflate);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deflate {
    /// 1 (fastest) to 9 (smallest); 2, which makes 2 KB of JSON as small as 6 does in 40 % of the time.
    pub level: u8,
    /// A message shorter than this is sent as it is, in bytes; 1024.
    pub threshold: usize,
    /// Whether a message of the server may refer to those before it, which makes similar messages much
    /// smaller; false. It costs the server 250 to 380 KB a connection.
    pub server_context_takeover: bool,
    /// The same for messages of the client; false. It costs the server 48 KB a connection.
    pub client_context_takeover: bool,
    /// How far back a message of the server may refer, as a power of two, 9 to 15; 15.
    pub server_max_window_bits: u8,
    /// The same for messages of the client, 9 to 15; 15.
    pub client_max_window_bits: u8,
}

impl Default for Deflate {
    fn default() -> Self {
        Self {
            level: 2,
            threshold: 1024,
            server_context_takeover: false,
            client_context_takeover: false,
            server_max_window_bits: MAX_BITS,
            client_max_window_bits: MAX_BITS,
        }
    }
}

/// The window that counts when none was agreed on.
pub(crate) const MAX_BITS: u8 = 15;

/// The windows that our compressor can use. RFC 7692 also has 8; zlib has no such raw stream.
pub(crate) const BITS: RangeInclusive<u8> = 9..=MAX_BITS;

impl Deflate {
    /// The value itself, when it can be kept.
    #[track_caller]
    pub(crate) fn checked(self) -> Self {
        assert!((1..=9).contains(&self.level), "a level of compression is 1 to 9");
        let windows = [self.server_max_window_bits, self.client_max_window_bits];
        assert!(windows.iter().all(|bits| BITS.contains(bits)), "a window has 9 to 15 bits");
        self
    }
}
