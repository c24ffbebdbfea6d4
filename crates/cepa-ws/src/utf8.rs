//! An incremental UTF-8 check: text that arrives in pieces is refused at its first wrong byte.
//!
//! A piece may end inside a character; those bytes (at most three, and always a correct beginning)
//! are carried over to the next piece. The check of the bulk is the standard library's.

use std::str;

/// The text so far is not UTF-8, whatever follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotUtf8;

/// The state between two pieces of one text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Utf8Check {
    carry: [u8; 4],
    carried: usize,
}

impl Utf8Check {
    /// Takes the next piece.
    ///
    /// # Errors
    /// As soon as no continuation could make the text valid.
    pub fn push(&mut self, mut piece: &[u8]) -> Result<(), NotUtf8> {
        while self.carried > 0 {
            let Some((&first, rest)) = piece.split_first() else { return Ok(()) };
            piece = rest;
            // A beginning that is still incomplete has at most three bytes, so there is room for one.
            self.carry[self.carried] = first;
            self.carried += 1;
            match str::from_utf8(&self.carry[..self.carried]) {
                Ok(_) => self.carried = 0,
                Err(error) if error.error_len().is_none() => {}
                Err(_) => return Err(NotUtf8),
            }
        }
        let Err(error) = str::from_utf8(piece) else { return Ok(()) };
        if error.error_len().is_some() {
            return Err(NotUtf8);
        }
        let tail = &piece[error.valid_up_to()..];
        self.carry[..tail.len()].copy_from_slice(tail);
        self.carried = tail.len();
        Ok(())
    }

    /// Ends the text and makes the check ready for the next one.
    ///
    /// # Errors
    /// When the text ended inside a character.
    pub fn finish(&mut self) -> Result<(), NotUtf8> {
        match std::mem::take(&mut self.carried) {
            0 => Ok(()),
            _ => Err(NotUtf8),
        }
    }
}
