//! From a session to the client: whether it is stored, and how.
//!
//! A session is stored when it was forced, when its data changed, when it is rolling, or when renewal is due; one that
//! is new and empty never is. The bookkeeping fields stand last, so the bytes are those of koa-session.

use std::fmt::Write as _;
use std::time::Duration;

use cepa_core::{Context, Error, Result};

use crate::load::now;
use crate::options::Options;
use crate::{ActiveSession, Store, id, stringify};

/// How much longer a store keeps a record than the client keeps the cookie.
const STORE_GRACE: Duration = Duration::from_secs(10);

pub(crate) async fn commit(
    ctx: &mut Context,
    options: &Options,
    store: Option<&dyn Store>,
    session: &mut ActiveSession,
) -> Result {
    if session.is_destroyed() {
        if !session.is_gone() {
            remove(ctx, options, store, session).await?;
            session.settle();
        }
        return Ok(());
    }
    if session.is_regenerated() {
        remove(ctx, options, store, session).await?;
    }
    if !must_save(options, session) {
        return Ok(());
    }
    if let Some(before_save) = &options.before_save {
        before_save(ctx, session);
    }
    save(ctx, options, store, session).await?;
    session.settle();
    Ok(())
}

fn must_save(options: &Options, session: &ActiveSession) -> bool {
    if session.is_forced() || session.has_changed() {
        return true;
    }
    if !session.is_stored() {
        return false;
    }
    let is_renewal_due = || {
        let (Some(expiry), Some(lifetime)) = (session.expiry(), session.max_age()) else {
            return false;
        };
        u128::from(expiry.saturating_sub(now())) * 2 < lifetime.as_millis()
    };
    options.rolling || (options.renew && is_renewal_due())
}

async fn remove(
    ctx: &mut Context,
    options: &Options,
    store: Option<&dyn Store>,
    session: &mut ActiveSession,
) -> Result {
    if let (Some(store), Some(id)) = (store, session.take_id()) {
        store.destroy(&id).await?;
    }
    options.remove_cookie(ctx)
}

async fn save(
    ctx: &mut Context,
    options: &Options,
    store: Option<&dyn Store>,
    session: &mut ActiveSession,
) -> Result {
    let lifetime = session.max_age();
    let (record, expiry) = record(session, lifetime);
    session.set_expiry(expiry);
    match store {
        Some(store) => save_in_store(ctx, options, session, store, record).await,
        None => {
            let value = options.guarded(ctx, options.codec.encode(record))?;
            let size = options.name.len() + 1 + value.len();
            if size > options.max_cookie_bytes {
                let limit = options.max_cookie_bytes;
                let why = format!(
                    "the session needs a cookie of {size} bytes and browsers keep {limit}: use a store"
                );
                return Err(Error::new(500, why));
            }
            options.set_cookie(ctx, &value, lifetime)
        }
    }
}

async fn save_in_store(
    ctx: &mut Context,
    options: &Options,
    session: &mut ActiveSession,
    store: &dyn Store,
    record: String,
) -> Result {
    let lifetime = session.max_age();
    let id = match (session.take_id(), &options.new_id) {
        (Some(id), _) => id,
        (None, Some(make)) => make(ctx),
        (None, None) => id::random(&options.prefix)?,
    };
    store.set(&id, record, lifetime.map(|lifetime| lifetime + STORE_GRACE)).await?;
    match &options.external_id {
        Some(external) => (external.write)(ctx, &id)?,
        None => {
            let value = options.guarded(ctx, id.clone())?;
            options.set_cookie(ctx, &value, lifetime)?;
        }
    }
    session.set_id(id);
    Ok(())
}

/// The data and its bookkeeping as JSON, and when it expires.
fn record(session: &ActiveSession, lifetime: Option<Duration>) -> (String, Option<u64>) {
    let mut text = stringify(session.data());
    text.pop();
    if !session.data().is_empty() {
        text.push(',');
    }
    let Some(lifetime) = lifetime else {
        text.push_str("\"_session\":true}");
        return (text, None);
    };
    let lifetime = u64::try_from(lifetime.as_millis()).unwrap_or(u64::MAX);
    let expiry = now().saturating_add(lifetime);
    // Writing to a String cannot fail.
    let _ = write!(text, "\"_expire\":{expiry},\"_maxAge\":{lifetime}}}");
    (text, Some(expiry))
}
