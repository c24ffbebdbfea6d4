//! [`Acknowledge`]: what an event handler may return.
//!
//! | value | the acknowledgement |
//! |---|---|
//! | `()` | without arguments, `[]` |
//! | text, numbers, `bool`, `serde_json::Value`, [`Binary`], `Vec`, `Option` | one argument |
//! | `Json(value)` | one argument, any `Serialize` |
//! | a tuple | several arguments |
//! | [`Args`] | passed on as they are |
//! | `Result` of one of these | the error's, see [`SocketIo`](crate::SocketIo) |
//!
//! There is no implementation for all of `Serialize`: two that fit a `Result` would leave the error type of an
//! un-annotated closure open, and every handler would have to name it.

use cepa_core::{Error, Json, Result};
use serde::Serialize;
use serde_json::{Number, Value};

use super::{Args, Binary, Emit};

/// A value that can be the answer to an event; it is sent only when the client asked for one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the acknowledgement of an event",
    label = "an event handler returned this",
    note = "return `()`, text, a number, `json!(..)`, `Json(value)`, `Binary`, a tuple of several arguments, `Args`, or a `Result` of one of these"
)]
pub trait Acknowledge {
    /// The arguments of the answer.
    ///
    /// # Errors
    /// The handler's own error, or when the value cannot be written as JSON.
    fn acknowledge(self) -> Result<Args>;
}

impl Acknowledge for Args {
    fn acknowledge(self) -> Result<Args> {
        Ok(self)
    }
}

impl<T: Acknowledge> Acknowledge for Result<T, Error> {
    fn acknowledge(self) -> Result<Args> {
        self?.acknowledge()
    }
}

impl<T: Serialize> Acknowledge for Json<T> {
    fn acknowledge(self) -> Result<Args> {
        Ok(Args::one(&self.0)?)
    }
}

/// Implements [`Acknowledge`] by `Serialize`, type by type.
macro_rules! serialized {
    ($([$($name:ident)*] $kind:ty;)*) => {$(
        impl<$($name: Serialize),*> Acknowledge for $kind {
            fn acknowledge(self) -> Result<Args> {
                Ok(self.to_args()?)
            }
        }
    )*};
}

serialized! {
    [] (); [] bool; [] i8; [] i16; [] i32; [] i64; [] u8; [] u16; [] u32; [] u64; [] usize; [] isize; [] f32; [] f64;
    [] &'static str; [] String; [] Value; [] Number; [] Binary;
    [T] Vec<T>; [T] Option<T>;
    [A] (A,); [A B] (A, B); [A B C] (A, B, C); [A B C D] (A, B, C, D); [A B C D E] (A, B, C, D, E);
    [A B C D E F] (A, B, C, D, E, F);
}
