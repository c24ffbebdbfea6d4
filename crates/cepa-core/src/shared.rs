//! [`Shared`]: one value of each type, for all requests of an app.
//!
//! What an application shares itself ([`App::share`](crate::App::share)) comes before what its middleware
//! brings along ([`Middleware::plugged`](crate::Middleware::plugged)); of two that bring the same, the first
//! one plugged does.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

type Value = Arc<dyn Any + Send + Sync>;

/// What all requests of an app share, by type.
#[derive(Default)]
pub struct Shared {
    values: HashMap<TypeId, Value>,
}

impl Shared {
    /// Shares a value unless there is one of its type already.
    pub fn offer<T: Send + Sync + 'static>(&mut self, value: Arc<T>) {
        self.values.entry(TypeId::of::<T>()).or_insert(value);
    }

    pub(crate) fn insert<T: Send + Sync + 'static>(&mut self, value: Arc<T>) {
        self.values.insert(TypeId::of::<T>(), value);
    }

    pub(crate) fn get<T: 'static>(&self) -> Option<&Value> {
        self.values.get(&TypeId::of::<T>())
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("values", &self.values.len()).finish()
    }
}
