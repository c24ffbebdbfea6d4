//! [`Shared`]: one value of each type, for all requests of an app.
//!
//! What an application shares itself ([`App::share`](crate::App::share)) comes before what its middleware
//! brings along ([`Middleware::plugged`](crate::Middleware::plugged)); of two that bring the same, the first
//! one plugged does.

use std::sync::Arc;

use crate::State;

/// What all requests of an app share, by type.
#[derive(Debug, Default)]
pub struct Shared(State);

impl Shared {
    /// Shares a value unless there is one of its type already.
    pub fn offer<T: Send + Sync + 'static>(&mut self, value: Arc<T>) {
        if self.get::<T>().is_none() {
            self.insert(value);
        }
    }

    /// Changes the value of this type, a default one when none is shared yet: what several values bring along together.
    pub fn change<T: Clone + Default + Send + Sync + 'static>(
        &mut self,
        change: impl FnOnce(&mut T),
    ) {
        let mut value = self.get::<T>().map_or_else(T::default, |shared| T::clone(shared));
        change(&mut value);
        self.insert(Arc::new(value));
    }

    pub(crate) fn insert<T: Send + Sync + 'static>(&mut self, value: Arc<T>) {
        self.0.insert(value);
    }

    /// The value of this type, if one is shared.
    pub fn get<T: Send + Sync + 'static>(&self) -> Option<&Arc<T>> {
        self.0.get()
    }
}
