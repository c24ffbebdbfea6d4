//! A fixed hash as text: the same bytes give the same text with every release of the program and of its compiler.
//!
//! It is the beginning of a SHA-1. Nothing here depends on collisions being hard to make, only on the content being hard to
//! find, which holds for SHA-1 when the content is (see [`ClientId`](crate::ClientId)).

use std::fmt::Write;

use sha1::{Digest, Sha1};

/// How many bytes of the hash are kept.
const BYTES: usize = 12;

/// 24 hexadecimal digits for the parts, one after the other.
pub(crate) fn digest(parts: &[&[u8]]) -> String {
    let mut hash = Sha1::new();
    for part in parts {
        hash.update(part);
    }
    let hash = hash.finalize();
    let mut text = String::with_capacity(2 * BYTES);
    for byte in &hash[..BYTES] {
        // writing to a string cannot fail
        let _ = write!(text, "{byte:02x}");
    }
    text
}
