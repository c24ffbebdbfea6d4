//! The onion: order, errors, nesting.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod a_middleware_that_does_not_call_next;
mod captures;
mod errors_pass_upwards;
mod mounted_apps;
mod mounts_are_restored;
mod nested_stacks;
mod observers;
mod order;
mod panics;
mod plugged;
mod spawned_tasks;
mod until_closing;

use std::sync::{Arc, Mutex};

/// What the layers of a test have done, in order.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<&'static str>>>);

impl Log {
    fn add(&self, entry: &'static str) {
        self.0.lock().unwrap().push(entry);
    }

    fn entries(&self) -> Vec<&'static str> {
        self.0.lock().unwrap().clone()
    }
}
