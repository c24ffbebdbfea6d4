//! [`State`]: one value of each type, for one request.
//!
//! Middleware leaves here what the handlers below it need: the user, the transaction, the locale.
//! The key is the type itself, so two crates never collide. Nothing is allocated until the first insert.
//! What every request shares stands in the [`App`](crate::App) instead (`share`).

use std::any::{Any, TypeId};
use std::collections::HashMap;

/// A map from types to values, for the length of one request.
///
/// ```
/// let mut state = cepa_core::State::default();
/// state.insert(7_u32);
/// assert_eq!(state.get::<u32>(), Some(&7));
/// assert_eq!(state.get::<String>(), None);
/// ```
#[derive(Debug, Default)]
pub struct State {
    values: HashMap<TypeId, Box<dyn Any + Send + Sync>>,
}

impl State {
    /// Puts a value in and gives back the one of this type that was there.
    pub fn insert<T: Send + Sync + 'static>(&mut self, value: T) -> Option<T> {
        let old = self.values.insert(TypeId::of::<T>(), Box::new(value))?;
        old.downcast().ok().map(|old| *old)
    }

    /// The value of this type.
    pub fn get<T: 'static>(&self) -> Option<&T> {
        self.values.get(&TypeId::of::<T>())?.downcast_ref()
    }

    /// The value of this type, to change.
    pub fn get_mut<T: 'static>(&mut self) -> Option<&mut T> {
        self.values.get_mut(&TypeId::of::<T>())?.downcast_mut()
    }

    /// The value of this type, made from its default when there was none.
    pub fn entry<T: Default + Send + Sync + 'static>(&mut self) -> &mut T {
        let value = self.values.entry(TypeId::of::<T>()).or_insert_with(|| Box::<T>::default());
        #[expect(clippy::expect_used, reason = "the key is the type's own id")]
        value.downcast_mut().expect("a value stands under its own type")
    }

    /// Takes the value of this type out.
    pub fn remove<T: 'static>(&mut self) -> Option<T> {
        self.values.remove(&TypeId::of::<T>())?.downcast().ok().map(|value| *value)
    }
}
