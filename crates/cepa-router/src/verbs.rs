//! The verbs of [`Router`] and [`Route`].
//!
//! Each takes a path or [several](Paths), and a handler, `async |ctx| ..`, that returns anything that can be a body.
//! The handler ends the chain: a second handler for the same path and method never runs.

use cepa_core::{Context, HandlerFn, IntoBody, Stack};
use http::Method;

use crate::entry::Verb;
use crate::paths::Paths;
use crate::route::Route;
use crate::router::Router;

impl Router {
    /// Answers `GET` on a path; `HEAD` is answered too, without the body, unless a route names it.
    ///
    /// # Panics
    /// When the path is no pattern.
    #[must_use]
    #[track_caller]
    pub fn get<F, R>(self, path: impl Paths, handler: F) -> Self
    where
        F: AsyncFnOnce(&mut Context) -> R + for<'a> HandlerFn<'a, R>,
        R: IntoBody + Send + 'static,
    {
        self.add(path, vec![verb(Some(Method::GET), handler)])
    }

    /// Answers `HEAD` on a path.
    ///
    /// # Panics
    /// When the path is no pattern.
    #[must_use]
    #[track_caller]
    pub fn head<F, R>(self, path: impl Paths, handler: F) -> Self
    where
        F: AsyncFnOnce(&mut Context) -> R + for<'a> HandlerFn<'a, R>,
        R: IntoBody + Send + 'static,
    {
        self.add(path, vec![verb(Some(Method::HEAD), handler)])
    }

    /// Answers `POST` on a path.
    ///
    /// # Panics
    /// When the path is no pattern.
    #[must_use]
    #[track_caller]
    pub fn post<F, R>(self, path: impl Paths, handler: F) -> Self
    where
        F: AsyncFnOnce(&mut Context) -> R + for<'a> HandlerFn<'a, R>,
        R: IntoBody + Send + 'static,
    {
        self.add(path, vec![verb(Some(Method::POST), handler)])
    }

    /// Answers `PUT` on a path.
    ///
    /// # Panics
    /// When the path is no pattern.
    #[must_use]
    #[track_caller]
    pub fn put<F, R>(self, path: impl Paths, handler: F) -> Self
    where
        F: AsyncFnOnce(&mut Context) -> R + for<'a> HandlerFn<'a, R>,
        R: IntoBody + Send + 'static,
    {
        self.add(path, vec![verb(Some(Method::PUT), handler)])
    }

    /// Answers `PATCH` on a path.
    ///
    /// # Panics
    /// When the path is no pattern.
    #[must_use]
    #[track_caller]
    pub fn patch<F, R>(self, path: impl Paths, handler: F) -> Self
    where
        F: AsyncFnOnce(&mut Context) -> R + for<'a> HandlerFn<'a, R>,
        R: IntoBody + Send + 'static,
    {
        self.add(path, vec![verb(Some(Method::PATCH), handler)])
    }

    /// Answers `DELETE` on a path.
    ///
    /// # Panics
    /// When the path is no pattern.
    #[must_use]
    #[track_caller]
    pub fn delete<F, R>(self, path: impl Paths, handler: F) -> Self
    where
        F: AsyncFnOnce(&mut Context) -> R + for<'a> HandlerFn<'a, R>,
        R: IntoBody + Send + 'static,
    {
        self.add(path, vec![verb(Some(Method::DELETE), handler)])
    }

    /// Answers `OPTIONS` on a path; in place of the automatic answer.
    ///
    /// # Panics
    /// When the path is no pattern.
    #[must_use]
    #[track_caller]
    pub fn options<F, R>(self, path: impl Paths, handler: F) -> Self
    where
        F: AsyncFnOnce(&mut Context) -> R + for<'a> HandlerFn<'a, R>,
        R: IntoBody + Send + 'static,
    {
        self.add(path, vec![verb(Some(Method::OPTIONS), handler)])
    }

    /// Answers every method on a path.
    ///
    /// # Panics
    /// When the path is no pattern.
    #[must_use]
    #[track_caller]
    pub fn all<F, R>(self, path: impl Paths, handler: F) -> Self
    where
        F: AsyncFnOnce(&mut Context) -> R + for<'a> HandlerFn<'a, R>,
        R: IntoBody + Send + 'static,
    {
        self.add(path, vec![verb(None, handler)])
    }

    /// Answers any method on a path, by its name: `PROPFIND`, `PURGE`, [`Method::TRACE`].
    ///
    /// # Panics
    /// When the method is no token, or the path no pattern.
    #[must_use]
    #[track_caller]
    pub fn on<F, R>(self, method: impl TryInto<Method>, path: impl Paths, handler: F) -> Self
    where
        F: AsyncFnOnce(&mut Context) -> R + for<'a> HandlerFn<'a, R>,
        R: IntoBody + Send + 'static,
    {
        self.add(path, vec![verb(Some(token(method)), handler)])
    }
}

impl Route {
    /// Answers `GET`; `HEAD` is answered too, without the body, unless a route names it.
    #[must_use]
    pub fn get<F, R>(self, handler: F) -> Self
    where
        F: AsyncFnOnce(&mut Context) -> R + for<'a> HandlerFn<'a, R>,
        R: IntoBody + Send + 'static,
    {
        self.add(Some(Method::GET), handler)
    }

    /// Answers `HEAD`.
    #[must_use]
    pub fn head<F, R>(self, handler: F) -> Self
    where
        F: AsyncFnOnce(&mut Context) -> R + for<'a> HandlerFn<'a, R>,
        R: IntoBody + Send + 'static,
    {
        self.add(Some(Method::HEAD), handler)
    }

    /// Answers `POST`.
    #[must_use]
    pub fn post<F, R>(self, handler: F) -> Self
    where
        F: AsyncFnOnce(&mut Context) -> R + for<'a> HandlerFn<'a, R>,
        R: IntoBody + Send + 'static,
    {
        self.add(Some(Method::POST), handler)
    }

    /// Answers `PUT`.
    #[must_use]
    pub fn put<F, R>(self, handler: F) -> Self
    where
        F: AsyncFnOnce(&mut Context) -> R + for<'a> HandlerFn<'a, R>,
        R: IntoBody + Send + 'static,
    {
        self.add(Some(Method::PUT), handler)
    }

    /// Answers `PATCH`.
    #[must_use]
    pub fn patch<F, R>(self, handler: F) -> Self
    where
        F: AsyncFnOnce(&mut Context) -> R + for<'a> HandlerFn<'a, R>,
        R: IntoBody + Send + 'static,
    {
        self.add(Some(Method::PATCH), handler)
    }

    /// Answers `DELETE`.
    #[must_use]
    pub fn delete<F, R>(self, handler: F) -> Self
    where
        F: AsyncFnOnce(&mut Context) -> R + for<'a> HandlerFn<'a, R>,
        R: IntoBody + Send + 'static,
    {
        self.add(Some(Method::DELETE), handler)
    }

    /// Answers `OPTIONS`; in place of the automatic answer.
    #[must_use]
    pub fn options<F, R>(self, handler: F) -> Self
    where
        F: AsyncFnOnce(&mut Context) -> R + for<'a> HandlerFn<'a, R>,
        R: IntoBody + Send + 'static,
    {
        self.add(Some(Method::OPTIONS), handler)
    }

    /// Answers every method that no verb before this one does.
    #[must_use]
    pub fn all<F, R>(self, handler: F) -> Self
    where
        F: AsyncFnOnce(&mut Context) -> R + for<'a> HandlerFn<'a, R>,
        R: IntoBody + Send + 'static,
    {
        self.add(None, handler)
    }

    /// Answers any method, by its name.
    ///
    /// # Panics
    /// When the method is no token.
    #[must_use]
    #[track_caller]
    pub fn on<F, R>(self, method: impl TryInto<Method>, handler: F) -> Self
    where
        F: AsyncFnOnce(&mut Context) -> R + for<'a> HandlerFn<'a, R>,
        R: IntoBody + Send + 'static,
    {
        self.add(Some(token(method)), handler)
    }

    fn add<F, R>(mut self, method: Option<Method>, handler: F) -> Self
    where
        F: AsyncFnOnce(&mut Context) -> R + for<'a> HandlerFn<'a, R>,
        R: IntoBody + Send + 'static,
    {
        self.verbs.push(Verb::new(method, self.scope.clone(), handler));
        self
    }
}

fn verb<F, R>(method: Option<Method>, handler: F) -> Verb
where
    F: AsyncFnOnce(&mut Context) -> R + for<'a> HandlerFn<'a, R>,
    R: IntoBody + Send + 'static,
{
    Verb::new(method, Stack::new(), handler)
}

#[track_caller]
fn token(method: impl TryInto<Method>) -> Method {
    match method.try_into() {
        Ok(method) => method,
        #[expect(clippy::panic, reason = "documented: the program named a method that is none")]
        Err(_) => panic!("a method must be a token, such as PROPFIND"),
    }
}
