//! A Socket.IO server: Engine.IO 4, Socket.IO 5.

pub mod args;
pub mod engine;
pub mod packet;
pub mod scan;

pub use args::{Acknowledge, Args, BadArgument, Binary, Emit, FromArgs};
