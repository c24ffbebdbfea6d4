//! From what the client brought to a session.
//!
//! Invariant: an id that the store does not know, or that is refused, is never used for the new session.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cepa_core::{Context, Result};
use serde_json::{Map, Value};

use crate::options::{LONGEST, Options};
use crate::{ActiveSession, SessionEventKind, Store};

/// Milliseconds since 1970, as JavaScript's `Date.now()`.
pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// The session that the cookie holds, or a new one.
pub(crate) fn from_cookie(ctx: &mut Context, options: &Options) -> Result<ActiveSession> {
    let new = ActiveSession::new(options.lifetime);
    let Some((value, is_old)) = options.cookie(ctx)? else { return Ok(new) };
    let decoded =
        options.codec.decode(value).and_then(|json| serde_json::from_slice::<Value>(&json).ok());
    let data = match decoded {
        Some(Value::Object(data)) => data,
        Some(value) if is_falsy(&value) => {
            options.observe(SessionEventKind::Missed, None, None, ctx);
            return Ok(new);
        }
        _ => return Ok(new),
    };
    if !check(ctx, options, &data, None) {
        return Ok(new);
    }
    Ok(stored(data, options, None, is_old))
}

/// The session that the store has for the client's id, or a new one.
pub(crate) async fn from_store(
    ctx: &mut Context,
    options: &Options,
    store: &dyn Store,
) -> Result<ActiveSession> {
    let new = ActiveSession::new(options.lifetime);
    let id = match &options.external_id {
        Some(external) => (external.read)(ctx).map(|id| (id, false)),
        None => options.cookie(ctx)?,
    };
    let Some((id, is_old)) = id else { return Ok(new) };
    let record = store.get(&id).await?;
    let data = record.and_then(|record| serde_json::from_str::<Map<String, Value>>(&record).ok());
    let Some(data) = data else {
        options.observe(SessionEventKind::Missed, Some(&id), None, ctx);
        return Ok(new);
    };
    if !check(ctx, options, &data, Some(&id)) {
        return Ok(new);
    }
    Ok(stored(data, options, Some(id), is_old))
}

/// What JavaScript takes for false.
fn is_falsy(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

fn check(ctx: &Context, options: &Options, data: &Map<String, Value>, id: Option<&str>) -> bool {
    if expiry(data).is_some_and(|expiry| expiry < now()) {
        options.observe(SessionEventKind::Expired, id, Some(data), ctx);
        return false;
    }
    if options.valid.as_ref().is_some_and(|valid| !valid(ctx, data)) {
        options.observe(SessionEventKind::Invalid, id, Some(data), ctx);
        return false;
    }
    true
}

fn expiry(data: &Map<String, Value>) -> Option<u64> {
    millis(data.get("_expire")?)
}

/// A number of milliseconds; a negative one is 0 and a fraction is cut.
fn millis(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_f64().map(|millis| millis.max(0.0) as u64))
}

/// A session from its data; what begins with `_` is bookkeeping and not data.
fn stored(
    mut data: Map<String, Value>,
    options: &Options,
    id: Option<String>,
    is_old: bool,
) -> ActiveSession {
    let mut lifetime = options.lifetime;
    if let Some(millis) = data.get("_maxAge").and_then(millis).filter(|millis| *millis > 0) {
        lifetime = Some(Duration::from_millis(millis).min(LONGEST));
    }
    if data.contains_key("_session") {
        lifetime = None;
    }
    let expiry = expiry(&data);
    data.retain(|name, _| !name.starts_with('_') && name != "isNew");
    let mut session = ActiveSession::stored(data, lifetime, expiry, id);
    if is_old {
        session.save();
    }
    session
}
