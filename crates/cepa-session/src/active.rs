//! [`ActiveSession`]: the session of one request, as the handlers see it.
//!
//! The data is an object of JSON. Before the first change of a stored session its text is kept, and the session counts
//! as changed when its text is another one in the end; so setting a value and setting it back writes nothing, as in
//! Koa.

use std::time::Duration;

use cepa_core::{Error, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::options::LONGEST;
use crate::stringify;

/// Where the messages of [`ActiveSession::flash`] are kept, as connect-flash does.
const FLASH: &str = "flash";

/// The session of a request: `ctx.session()`.
///
/// ```
/// use cepa_core::{Context, Result};
/// use cepa_session::SessionExt;
///
/// async fn login(ctx: &mut Context) -> Result {
///     let session = ctx.session();
///     session.regenerate();                    // a new id when rights change
///     session.set("user", 7)?;
///     session.flash("info", "Welcome back")
/// }
/// ```
#[derive(Debug)]
pub struct ActiveSession {
    data: Map<String, Value>,
    /// The text of the data before the first change; only a stored session has one.
    before: Option<String>,
    lifetime: Option<Duration>,
    expiry: Option<u64>,
    id: Option<String>,
    is_new: bool,
    is_stored: bool,
    is_forced: bool,
    fate: Fate,
}

/// What happens to what is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Keep,
    Regenerate,
    Destroy,
    /// Destroyed, and the client knows.
    Gone,
}

impl ActiveSession {
    pub(crate) fn new(lifetime: Option<Duration>) -> Self {
        Self {
            data: Map::new(),
            before: None,
            lifetime,
            expiry: None,
            id: None,
            is_new: true,
            is_stored: false,
            is_forced: false,
            fate: Fate::Keep,
        }
    }

    pub(crate) fn stored(
        data: Map<String, Value>,
        lifetime: Option<Duration>,
        expiry: Option<u64>,
        id: Option<String>,
    ) -> Self {
        let new = Self::new(lifetime);
        Self { data, expiry, id, is_new: false, is_stored: true, ..new }
    }

    /// A value; `None` when there is none, or it is no `T`.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        T::deserialize(self.data.get(name)?).ok()
    }

    /// Sets a value.
    ///
    /// # Errors
    /// 500 when JSON cannot express it, or the name begins with `_`, which is for bookkeeping.
    pub fn set(&mut self, name: impl Into<String>, value: impl Serialize) -> Result {
        let name = name.into();
        if name.starts_with('_') {
            return Err(Error::new(500, format!("\"{name}\" is no name for session data")));
        }
        let value = serde_json::to_value(value)?;
        self.change().insert(name, value);
        Ok(())
    }

    /// Removes a value and gives it back.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        if !self.data.contains_key(name) {
            return None;
        }
        self.change().shift_remove(name)
    }

    /// Removes all values; the session itself stays.
    pub fn clear(&mut self) {
        if !self.data.is_empty() {
            self.change().clear();
        }
    }

    /// Replaces all values, as `ctx.session = {..}` does in Koa: the id stays, and it is no new session any more.
    pub fn replace(&mut self, data: Map<String, Value>) {
        *self.change() = data;
        self.data.retain(|name, _| !name.starts_with('_'));
        self.is_new = false;
    }

    /// All values.
    pub fn data(&self) -> &Map<String, Value> {
        &self.data
    }

    /// Whether the client brought no session that is good.
    pub fn is_new(&self) -> bool {
        self.is_new
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.data.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// Whether there are any.
    pub fn populated(&self) -> bool {
        !self.data.is_empty()
    }

    /// The id under which the store has this session; `None` without a store, and before it is first stored.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// How long this session lives since it is stored; `None` is until the browser closes.
    pub fn max_age(&self) -> Option<Duration> {
        self.lifetime
    }

    /// Sets how long this session lives, now and whenever it is stored again, and stores it.
    ///
    /// # Panics
    /// When it is less than a millisecond.
    #[track_caller]
    pub fn set_max_age(&mut self, lifetime: Option<Duration>) {
        let is_long = |lifetime: Duration| lifetime.as_millis() > 0;
        assert!(lifetime.is_none_or(is_long), "a session lives for at least a millisecond");
        self.lifetime = lifetime.map(|lifetime| lifetime.min(LONGEST));
        self.is_forced = true;
    }

    /// Stores the session even if nothing has changed and even if it is empty.
    pub fn save(&mut self) {
        self.is_forced = true;
    }

    /// Gives the session a new id and keeps its values; call it when somebody logs in, so that an id that was
    /// planted before is worth nothing. The old id is destroyed. A session in a cookie is only stored again.
    pub fn regenerate(&mut self) {
        if !self.is_destroyed() {
            self.fate = Fate::Regenerate;
            self.is_forced = true;
        }
    }

    /// Destroys the session, here and in the browser; koa-session's `ctx.session = null`. What is set afterwards
    /// begins another one.
    pub fn destroy(&mut self) {
        self.data.clear();
        self.fate = Fate::Destroy;
    }

    /// Leaves a message for the next request that asks for this kind.
    ///
    /// # Errors
    /// 500 when JSON cannot express it.
    pub fn flash(&mut self, kind: &str, message: impl Serialize) -> Result {
        let message = serde_json::to_value(message)?;
        let kinds = self.change().entry(FLASH).or_insert_with(|| Value::Object(Map::new()));
        if !kinds.is_object() {
            *kinds = Value::Object(Map::new());
        }
        if let Value::Object(kinds) = kinds {
            match kinds.entry(kind).or_insert_with(|| Value::Array(Vec::new())) {
                Value::Array(messages) => messages.push(message),
                other => *other = Value::Array(vec![message]),
            }
        }
        Ok(())
    }

    /// Takes the messages of a kind, the oldest first; those that are no `T` are dropped.
    pub fn take_flash<T: DeserializeOwned>(&mut self, kind: &str) -> Vec<T> {
        let kinds = self.data.get(FLASH).and_then(Value::as_object);
        if !kinds.is_some_and(|kinds| kinds.contains_key(kind)) {
            return Vec::new();
        }
        let data = self.change();
        let kinds = data.get_mut(FLASH).and_then(Value::as_object_mut);
        let (taken, is_last) = match kinds {
            Some(kinds) => (kinds.shift_remove(kind), kinds.is_empty()),
            None => (None, false),
        };
        if is_last {
            data.shift_remove(FLASH);
        }
        let messages = match taken {
            Some(Value::Array(messages)) => messages,
            _ => Vec::new(),
        };
        messages.into_iter().filter_map(|message| serde_json::from_value(message).ok()).collect()
    }

    /// The data, about to be changed.
    fn change(&mut self) -> &mut Map<String, Value> {
        if self.is_destroyed() {
            // What is set now must not come under the old id, nor count as unchanged.
            self.fate = if self.fate == Fate::Gone { Fate::Keep } else { Fate::Regenerate };
            (self.is_new, self.is_stored, self.before) = (true, false, None);
        } else if self.is_stored && self.before.is_none() {
            self.before = Some(stringify(&self.data));
        }
        &mut self.data
    }

    pub(crate) fn has_changed(&self) -> bool {
        match &self.before {
            Some(before) => *before != stringify(&self.data),
            None => !self.is_stored && !self.data.is_empty(),
        }
    }

    pub(crate) fn is_stored(&self) -> bool {
        self.is_stored
    }

    pub(crate) fn is_forced(&self) -> bool {
        self.is_forced
    }

    pub(crate) fn is_destroyed(&self) -> bool {
        matches!(self.fate, Fate::Destroy | Fate::Gone)
    }

    pub(crate) fn is_gone(&self) -> bool {
        self.fate == Fate::Gone
    }

    pub(crate) fn is_regenerated(&self) -> bool {
        self.fate == Fate::Regenerate
    }

    pub(crate) fn expiry(&self) -> Option<u64> {
        self.expiry
    }

    pub(crate) fn set_expiry(&mut self, expiry: Option<u64>) {
        self.expiry = expiry;
    }

    pub(crate) fn take_id(&mut self) -> Option<String> {
        self.id.take()
    }

    pub(crate) fn set_id(&mut self, id: String) {
        self.id = Some(id);
    }

    /// What is stored is what stands here.
    pub(crate) fn settle(&mut self) {
        (self.before, self.is_forced) = (None, false);
        if self.is_destroyed() {
            (self.fate, self.is_stored) = (Fate::Gone, false);
        } else {
            (self.fate, self.is_stored) = (Fate::Keep, true);
        }
    }
}
