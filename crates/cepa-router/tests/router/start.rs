//! What happens when a router is plugged into an app, before any request.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cepa_core::{App, Context, Middleware, Next, Result, Shared};
use cepa_router::{Route, Router};

/// Counts how often it is told that it was plugged in.
struct Told(Arc<AtomicUsize>);

impl Middleware for Told {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        next.run(ctx).await
    }

    fn plugged(&self, _shared: &mut Shared) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn each_value_within_is_told_once() {
    let counts: [Arc<AtomicUsize>; 4] = std::array::from_fn(|_| Arc::default());
    let [outer, inner, route, idle] = counts.clone().map(Told);
    let nested = Router::new().plug(inner).get("/a", async |_| "").get("/b", async |_| "");
    let route = Route::new().plug(route).get(async |_| "").put(async |_| "");
    let router = Router::new().plug(outer).nest("/n", nested).route("/r", route).plug(idle);
    let told = || counts.each_ref().map(|count| count.load(Ordering::Relaxed));
    assert_eq!(told(), [0; 4]);
    let app = App::new().plug(Router::new().plug(router).get("/", async |_| ""));
    assert_eq!(told(), [1; 4]);
    drop(app);
}

/// Standard error is that of a process, so the test runs itself in one of its own.
#[test]
fn mistakes_are_printed_before_any_request() {
    const CHILD: &str = "CEPA_ROUTER_WARNINGS";
    if std::env::var_os(CHILD).is_some() {
        let hidden = Router::new().get("/:page", async |_| "").get("/about", async |_| "");
        drop(App::new().plug(hidden));
        return;
    }
    let name = "start::mistakes_are_printed_before_any_request";
    let mut child = Command::new(std::env::current_exe().unwrap());
    let child = child.args(["--exact", name, "--nocapture"]).env(CHILD, "1").output().unwrap();
    let printed = String::from_utf8(child.stderr).unwrap();
    let warnings: Vec<&str> =
        printed.lines().filter(|line| line.starts_with("warning: ")).collect();
    assert!(child.status.success(), "{printed}");
    assert_eq!(warnings.len(), 1, "{printed}");
    assert!(warnings[0].starts_with("warning: the route GET /about ("), "{printed}");
}
