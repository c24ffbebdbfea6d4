//! [`SessionEvent`]: what observers hear of a session that a request brought and that was not used.

use serde_json::{Map, Value};

/// Why a session was not used; the request has a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionEventKind {
    /// Its lifetime was over; koa-session's `session:expired`.
    Expired,
    /// The program's own [`valid`](crate::Session::valid) refused it; koa-session's `session:invalid`.
    Invalid,
    /// The store has nothing for the id, which is never used again, or the cookie holds nothing; koa-session's
    /// `session:missed`.
    Missed,
}

/// A session that was not used, for [`Session::on_event`](crate::Session::on_event).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionEvent {
    /// Why.
    pub kind: SessionEventKind,
    /// Its id; `None` without a store.
    pub id: Option<String>,
    /// What it held, its bookkeeping included; `None` when it was missed.
    pub data: Option<Map<String, Value>>,
}
