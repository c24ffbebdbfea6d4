//! [`Paths`]: one path or several, for a route that is the same under each.
//!
//! Each path is a route of its own in every respect (its parameters, its place in the order, its line in the
//! table), and all of them share middleware, handlers and name.

/// What a route is registered under: a path, or a list of them.
///
/// ```
/// use cepa_router::Router;
///
/// let router = Router::new()
///     .get(["/onions", "/leeks/:id<u64>"], async |_| "a vegetable")
///     .name("vegetable");
/// assert_eq!(router.routes()[1].to_string(), "GET /leeks/:id<u64>");
/// assert_eq!(router.url("vegetable", &[]).unwrap(), "/onions");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no path",
    label = "expected a path",
    note = "write `\"/onions\"`, or `[\"/onions\", \"/leeks\"]` for several"
)]
pub trait Paths {
    /// The paths, in the order in which they are registered.
    fn list(&self) -> Vec<&str>;
}

impl<P: AsRef<str> + ?Sized> Paths for &P {
    fn list(&self) -> Vec<&str> {
        vec![(*self).as_ref()]
    }
}

impl<P: AsRef<str>, const N: usize> Paths for [P; N] {
    fn list(&self) -> Vec<&str> {
        self.iter().map(AsRef::as_ref).collect()
    }
}

impl<P: AsRef<str>> Paths for Vec<P> {
    fn list(&self) -> Vec<&str> {
        self.iter().map(AsRef::as_ref).collect()
    }
}
