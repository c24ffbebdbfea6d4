//! [`BodyLimits`]: how much of a body is read, by kind, and for how long it is waited for.
//!
//! One value holds for the whole app (`app.share(Arc::new(BodyLimits { .. }))`); one call may choose otherwise
//! through [`BodyExt::read_body`](crate::BodyExt::read_body). Uploads have limits of their own,
//! [`UploadLimits`](crate::UploadLimits).

use std::time::Duration;

use crate::form::Rules;

/// The limits of bodies that are read whole. A body of exactly the limit is accepted.
///
/// ```
/// use std::sync::Arc;
/// use cepa_body::BodyLimits;
/// use cepa_core::App;
///
/// let limits = BodyLimits { json: 64 * 1024, ..BodyLimits::default() };
/// let app = App::new().share(Arc::new(limits));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyLimits {
    /// Bytes of a JSON body. Default 1 MiB.
    pub json: usize,
    /// Bytes of an urlencoded form. Default 56 KiB.
    pub form: usize,
    /// Bytes of a text. Default 1 MiB.
    pub text: usize,
    /// Bytes of a body of any type. Default 1 MiB.
    pub bytes: usize,
    /// How long the whole body may take to arrive. Default 30 seconds.
    pub deadline: Duration,
    /// Bytes of the window that a body in zstd may ask for, which is memory beside what it inflates to; rounded down
    /// to a power of two. Default 8 MiB, which RFC 9659 asks of all who read this coding.
    pub zstd_window: usize,
    /// Levels of nesting in the names of a form; what is deeper stays one key. Default 5, at most 32.
    ///
    /// A name that is a text and an object in turns (`a[b]=1&a=2`) nests deeper with every turn; a form in
    /// which that happens more than a hundred times is refused with 413.
    pub form_depth: usize,
    /// Pairs in a form; more are refused with 413. Default 1000.
    pub form_keys: usize,
    /// An index of a form below this one makes a list, others are keys of an object; a list that
    /// grows beyond it becomes an object. Default 20, at most 100.
    pub form_index: usize,
}

impl Default for BodyLimits {
    fn default() -> Self {
        Self {
            json: 1024 * 1024,
            form: 56 * 1024,
            text: 1024 * 1024,
            bytes: 1024 * 1024,
            deadline: Duration::from_secs(30),
            zstd_window: 8 * 1024 * 1024,
            form_depth: 5,
            form_keys: 1000,
            form_index: 20,
        }
    }
}

impl BodyLimits {
    pub(crate) fn form_rules(&self, strict: bool) -> Rules {
        Rules {
            depth: self.form_depth.min(32),
            index: self.form_index.min(100),
            keys: self.form_keys,
            strict,
        }
    }
}
