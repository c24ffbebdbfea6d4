//! Random session ids: UUIDs of version 4 (RFC 9562), as koa-session makes them, 122 bits from the system.

use cepa_core::{Error, Result};

/// A new id after `prefix`.
///
/// # Errors
/// 500 when the system has no random numbers.
pub(crate) fn random(prefix: &str) -> Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(Error::internal)?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut id = String::with_capacity(prefix.len() + 36);
    id.push_str(prefix);
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            id.push('-');
        }
        for digit in [byte >> 4, byte & 0x0f] {
            id.extend(char::from_digit(u32::from(digit), 16));
        }
    }
    Ok(id)
}
