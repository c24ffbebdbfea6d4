//! A chat on five transports: cepa's front door, and its largest test.
//!
//! ```text
//!            messages  polling  events  websocket  socketio      one file a transport
//!                 └───────┴───────┬┴────────┴─────────┘
//!                               rooms ──── pictures              say, enter, follow
//!                       ┌─────────┴─────────┐
//!                     store                room                  SQLite · what is alive now
//!              (one writer thread)   recent · presence · typing
//!                       └──── delivers ────►│──► cepa's Hub ──► outboxes of all transports
//! ```
//!
//! One rule makes the rest simple: a message is published by the thread that has just committed it, in the order of its
//! ids, under the lock of its room; and a reader joins the room under the same lock. So every transport shows one order,
//! and what a reader missed and what comes live meet without a hole or a repetition.
//!
//! There is no login: a nick is what somebody says, and nothing here pretends otherwise. What a tab may do to itself (leave,
//! be renamed, take over its long poll) goes by a random id that only it knows; the others see a hash of it. Nothing that users write is
//! ever put into HTML by the server.

pub mod app;
pub mod options;
pub mod pictures;
pub mod polling;
pub mod rooms;
pub mod store;

mod digest;
mod events;
mod message;
mod messages;
mod names;
mod page;
mod presence;
mod recent;
mod room;
mod socketio;
mod typing;
mod websocket;

pub use app::Chat;
pub use message::{Draft, Message, Said, Saying, Stored};
pub use names::{ClientId, DraftKey, Nick, RoomName, Tab, Who};
pub use options::Options;
