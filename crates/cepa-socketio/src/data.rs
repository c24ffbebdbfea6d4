//! [`Data`]: what an application keeps with a socket, one value of each type.

use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use parking_lot::RwLock;

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
pub struct Data(RwLock<HashMap<TypeId, Value>>);

type Value = Arc<dyn Any + Send + Sync>;

impl Data {
    /// Keeps a value, in place of an earlier one of its type.
    pub fn insert<T: Send + Sync + 'static>(&self, value: T) {
        self.0.write().insert(TypeId::of::<T>(), Arc::new(value));
    }

    /// The value of this type.
    pub fn get<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.0.read().get(&TypeId::of::<T>())?.clone().downcast().ok()
    }

    /// Takes the value of this type out.
    pub fn remove<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.0.write().remove(&TypeId::of::<T>())?.downcast().ok()
    }
}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({} values)", type_name::<Self>(), self.0.read().len())
    }
}
