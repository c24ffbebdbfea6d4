//! [`Store`]: where sessions are kept when the cookie holds only an id.
//!
//! A record is the text that koa-session hands to its own stores as an object: JSON with `_expire` and `_maxAge`, or
//! `_session`, at its end. A store keeps it as it is and need not look inside, so one that writes it to the place where
//! a Node store writes its `JSON.stringify` shares sessions with Node.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use cepa_core::Result;

/// What the methods of a [`Store`] return; boxed, because a session holds its store behind a pointer.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// Sessions outside of the cookie: in memory, on disk, in Redis.
///
/// ```
/// use std::collections::HashMap;
/// use std::sync::Mutex;
/// use std::time::Duration;
///
/// use cepa_session::{Session, Store, StoreFuture};
///
/// #[derive(Default)]
/// struct Forever(Mutex<HashMap<String, String>>);
///
/// impl Store for Forever {
///     fn get<'a>(&'a self, id: &'a str) -> StoreFuture<'a, Option<String>> {
///         Box::pin(async move { Ok(self.0.lock().unwrap().get(id).cloned()) })
///     }
///
///     fn set<'a>(&'a self, id: &'a str, record: String, _: Option<Duration>) -> StoreFuture<'a, ()> {
///         Box::pin(async move {
///             self.0.lock().unwrap().insert(id.to_owned(), record);
///             Ok(())
///         })
///     }
///
///     fn destroy<'a>(&'a self, id: &'a str) -> StoreFuture<'a, ()> {
///         Box::pin(async move {
///             self.0.lock().unwrap().remove(id);
///             Ok(())
///         })
///     }
/// }
///
/// let session = Session::new().store(Forever::default());
/// ```
pub trait Store: Send + Sync + 'static {
    /// The record of an id; `None` when there is none, or no longer.
    fn get<'a>(&'a self, id: &'a str) -> StoreFuture<'a, Option<String>>;

    /// Keeps a record under an id, in place of any other.
    ///
    /// `keep` is how long: the session's lifetime and ten seconds. It is `None` for a session that lasts until the
    /// browser closes, which nobody tells the server; a store then forgets it after a time of its own.
    fn set<'a>(
        &'a self,
        id: &'a str,
        record: String,
        keep: Option<Duration>,
    ) -> StoreFuture<'a, ()>;

    /// Forgets an id; one that is unknown is no error.
    fn destroy<'a>(&'a self, id: &'a str) -> StoreFuture<'a, ()>;
}

/// A store that the program also uses elsewhere.
impl<S: Store + ?Sized> Store for Arc<S> {
    fn get<'a>(&'a self, id: &'a str) -> StoreFuture<'a, Option<String>> {
        S::get(self, id)
    }

    fn set<'a>(
        &'a self,
        id: &'a str,
        record: String,
        keep: Option<Duration>,
    ) -> StoreFuture<'a, ()> {
        S::set(self, id, record, keep)
    }

    fn destroy<'a>(&'a self, id: &'a str) -> StoreFuture<'a, ()> {
        S::destroy(self, id)
    }
}
