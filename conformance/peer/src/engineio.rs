//! `/engine.io/`: every message back as it came, with the short intervals of the suite of the protocol.

use cepa::prelude::*;
use cepa::socketio::{EngineIo, EngineSession, Options};

pub(crate) fn server() -> EngineIo {
    EngineIo::with_options(Options {
        path: "/engine.io".into(),
        ping_interval: Duration::from_millis(300),
        ping_timeout: Duration::from_millis(200),
        max_payload: 1_000_000,
        ..Options::default()
    })
    .on_message(EngineSession::send)
}
