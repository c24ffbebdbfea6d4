//! Masking (RFC 6455 section 5.3): the exclusive or of a payload with a repeating four-byte key.
//!
//! The same operation masks and unmasks. Sixteen bytes are done at a time, which the compiler turns into
//! vector instructions, and does better with bytes than with a `u128`; the key is rotated first, so that
//! a payload may be handled in pieces of any length.

/// Applies `key` to `data` in place; `phase` is how many bytes of the same payload came before.
pub fn apply(data: &mut [u8], mut key: [u8; 4], phase: usize) {
    key.rotate_left(phase % 4);
    let wide: [u8; 16] = std::array::from_fn(|at| key[at % 4]);
    let (chunks, rest) = data.as_chunks_mut::<16>();
    for chunk in chunks {
        for (byte, mask) in chunk.iter_mut().zip(wide) {
            *byte ^= mask;
        }
    }
    let word = u32::from_ne_bytes(key);
    let (chunks, rest) = rest.as_chunks_mut::<4>();
    for chunk in chunks {
        *chunk = (u32::from_ne_bytes(*chunk) ^ word).to_ne_bytes();
    }
    for (byte, mask) in rest.iter_mut().zip(key) {
        *byte ^= mask;
    }
}
