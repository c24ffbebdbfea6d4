//! [`Data`]: what an application keeps with a socket: one value of each type for itself, and one JSON value for others.
//!
//! The JSON value is what leaves the socket: it is shown by `fetch_sockets`, and given back when a connection is recovered.

use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};

/// Values of a socket, one of each type; middleware and handlers share them.
///
/// ```
/// # use cepa_socketio::Data;
/// #[derive(Debug, PartialEq)]
/// struct Nick(String);
///
/// let data = Data::default();
/// data.insert(Nick("ana".into()));
/// assert_eq!(data.get::<Nick>().unwrap().0, "ana");
/// ```
#[derive(Default)]
pub struct Data {
    /// Made when it is needed.
    #[expect(clippy::box_collection, reason = "a pointer in each socket, where a table is six")]
    values: RwLock<Option<Box<HashMap<TypeId, Value>>>>,
    json: Mutex<Option<Box<Shown>>>,
}

type Value = Arc<dyn Any + Send + Sync>;
type Viewer = Arc<dyn Fn(&serde_json::Value) + Send + Sync>;

/// The JSON value, and who is told when it changes.
#[derive(Default)]
struct Shown {
    value: Option<serde_json::Value>,
    viewer: Option<Viewer>,
}

impl Data {
    /// Keeps a value, in place of an earlier one of its type.
    pub fn insert<T: Send + Sync + 'static>(&self, value: T) {
        let mut values = self.values.write();
        values.get_or_insert_default().insert(TypeId::of::<T>(), Arc::new(value));
    }

    /// The value of this type.
    pub fn get<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.values.read().as_ref()?.get(&TypeId::of::<T>())?.clone().downcast().ok()
    }

    /// Takes the value of this type out.
    pub fn remove<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.values.write().as_mut()?.remove(&TypeId::of::<T>())?.downcast().ok()
    }

    /// Keeps a value that others may see, in place of the one before.
    ///
    /// ```
    /// # use cepa_socketio::Data;
    /// let data = Data::default();
    /// data.set_json(serde_json::json!({ "nick": "ana" }));
    /// assert_eq!(data.json()["nick"], "ana");
    /// ```
    pub fn set_json(&self, value: serde_json::Value) {
        let mut json = self.json.lock();
        let shown = json.get_or_insert_default();
        let viewer = shown.viewer.clone();
        let told = viewer.as_ref().map(|_| value.clone());
        shown.value = Some(value);
        drop(json);
        if let (Some(viewer), Some(value)) = (viewer, told) {
            viewer(&value);
        }
    }

    /// Who is told from now on.
    pub(crate) fn set_viewer(&self, viewer: Viewer) {
        self.json.lock().get_or_insert_default().viewer = Some(viewer);
    }

    /// The value that others may see; `{}` when there is none.
    pub fn json(&self) -> serde_json::Value {
        let value = self.json.lock().as_deref().and_then(|shown| shown.value.clone());
        value.unwrap_or_else(|| serde_json::json!({}))
    }
}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.values.read().as_ref().map_or(0, |values| values.len());
        write!(f, "{}({count} values)", type_name::<Self>())
    }
}
