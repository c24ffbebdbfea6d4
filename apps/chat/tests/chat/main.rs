//! The chat, one property a file: in process where that is enough, over a real socket where the wire matters.
#![allow(missing_docs, unreachable_pub, missing_debug_implementations)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod chatting;
mod stream;

mod a_full_store_refuses;
mod every_transport_meets;
mod far_behind;
mod history;
mod history_survives_a_restart;
mod ids_rise_in_the_order_of_delivery;
mod long_poll;
mod options;
mod page;
mod pictures;
mod presence;
mod program;
mod refusals;
mod replay_meets_live;
mod rooms_are_bounded;
mod said_once;
mod secret_ids;
mod shutdown;
mod store_opens;
mod typing;
