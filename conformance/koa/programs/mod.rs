//! Our half of the pairs: each file here has a twin of the same name for Koa, which is to be read beside it.

mod bodies;
mod compose;
mod context;
mod errors;
mod kit;
mod router;
mod sessions;
mod static_files;
mod uploads;

use cepa::App;

use crate::files::Files;

/// Every program with its name.
pub(crate) fn all(files: &Files) -> Vec<(&'static str, App)> {
    let mut all = Vec::new();
    all.extend(bodies::programs());
    all.extend(compose::programs());
    all.extend(context::programs());
    all.extend(errors::programs());
    all.extend(kit::programs(files));
    all.extend(router::programs());
    all.extend(sessions::programs());
    all.extend(static_files::programs(files));
    all.extend(uploads::programs());
    all
}
