//! Masking (RFC 6455 section 5.3): the exclusive or of a payload with a repeating four-byte key.
//!
//! The same operation masks and unmasks. Sixteen bytes are done at a time as one `u128`, which the
//! compiler turns into vector instructions; the key is rotated first, so that a payload may be
//! handled in pieces of any length.

/// Applies `key` to `data` in place; `phase` is how many bytes of the same payload came before.
pub fn apply(data: &mut [u8], mut key: [u8; 4], phase: usize) {
    key.rotate_left(phase % 4);
    let word = u32::from_ne_bytes(key);
    let wide = u128::from(word) * 0x0000_0001_0000_0001_0000_0001_0000_0001;
    let (chunks, rest) = data.as_chunks_mut::<16>();
    for chunk in chunks {
        *chunk = (u128::from_ne_bytes(*chunk) ^ wide).to_ne_bytes();
    }
    let (chunks, rest) = rest.as_chunks_mut::<4>();
    for chunk in chunks {
        *chunk = (u32::from_ne_bytes(*chunk) ^ word).to_ne_bytes();
    }
    for (byte, mask) in rest.iter_mut().zip(key) {
        *byte ^= mask;
    }
}
