//! [`Routes`]: the routes of a router or of a whole app, as a list and as a table for people.
//!
//! An app knows nothing of routers, so each router notes its routes among what the app shares when it is plugged in,
//! and [`AppRoutes`] reads them there. Of routers inside a `mount` the paths are those within it, and routes of an
//! app that is plugged into another are its own: ask it.

use std::fmt;
use std::ops::Deref;

use cepa_core::App;

use crate::entry::RouteInfo;

/// Routes in the order of registration: a list, which prints as a table.
///
/// ```
/// use cepa_router::Router;
///
/// let router = Router::new()
///     .get("/users/:id", async |_| "").name("user")
///     .all("/files/*path", async |_| "");
/// assert_eq!(router.routes().to_string(), "\
/// GET  /users/:id    user
/// ALL  /files/*path
/// ");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Routes(Vec<RouteInfo>);

impl Routes {
    pub(crate) fn new(routes: Vec<RouteInfo>) -> Self {
        Self(routes)
    }

    pub(crate) fn extend(&mut self, more: Self) {
        self.0.extend(more.0);
    }
}

impl Deref for Routes {
    type Target = [RouteInfo];

    fn deref(&self) -> &[RouteInfo] {
        &self.0
    }
}

impl fmt::Display for Routes {
    /// A line a route: method, pattern, name and host, in columns; the last two only where one has them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = |route: &RouteInfo| {
            let [name, host] =
                [route.name(), route.host()].map(|cell| cell.unwrap_or_default().to_owned());
            [route.verb().to_owned(), route.pattern().to_owned(), name, host]
        };
        let rows: Vec<[String; 4]> = self.iter().map(row).collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
        let [verb, pattern, name, _] = [0, 1, 2, 3].map(|column| width(column).unwrap_or(0));
        for [a, b, c, d] in &rows {
            let line = format!("{a:verb$}  {b:pattern$}  {c:name$}  {d}");
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// What an app can tell of its routes; implemented for [`App`].
pub trait AppRoutes {
    /// The routes of all routers that were plugged in so far, in their order.
    ///
    /// ```
    /// use cepa_core::App;
    /// use cepa_router::{AppRoutes, Router};
    ///
    /// let api = Router::new().prefix("/api").get("/users", async |_| "");
    /// let app = App::new().plug(api).plug(Router::new().get("/", async |_| ""));
    /// print!("{}", app.routes());
    /// # assert_eq!(app.routes().to_string(), "GET  /api/users\nGET  /\n");
    /// ```
    fn routes(&self) -> Routes;
}

impl AppRoutes for App {
    fn routes(&self) -> Routes {
        self.shared().get::<Routes>().map(|routes| Routes::clone(routes)).unwrap_or_default()
    }
}
