//! Time is linear in the path and does not depend on the number of routes.

use std::time::{Duration, Instant};

use cepa_core::{App, Request, http::Method};
use cepa_router::Router;

use crate::Client;

/// The time that this thread has had a processor; where the system does not tell, the time since `start`.
fn spent(start: Instant) -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|text| text.split(' ').next()?.parse().ok());
    nanos.map_or_else(|| start.elapsed(), Duration::from_nanos)
}

/// The least time of some runs, so that a busy machine does not count.
fn least(runs: u32, mut run: impl FnMut()) -> Duration {
    let start = Instant::now();
    let timed = |_| {
        let before = spent(start);
        run();
        spent(start) - before
    };
    (0..runs).map(timed).min().unwrap()
}

/// `http::Uri` takes targets below 64 KiB.
const LONG: usize = 65_000;

#[test]
fn no_pattern_backtracks_over_a_long_path() {
    let patterns = [
        "/:a-:b-:c",
        "/:a-:b-:c.x",
        "/:a--:b--:c",
        "/*a-*b-*c",
        "/:a-:b-*c",
        "/*a/:b/:c-:d",
        "/*a/-/*b/-/*c",
        "/{:a-}{:b.}{:c~}:d",
        "/:x<u128>",
        "/:a<[a-z-]>-:b<u64>",
        "/:a<[%a-]{2,}>-:b<alpha>-*c",
        "/*a/:b<[a-z-]{3}>",
        "/x{/:a<alpha>}{/:b<hex>}{/:c<[-]>}{/:d<i8>}/y",
        "/x{/:a}{/:b}{/:c}{/:d}{/:e}{/:f}/y",
    ];
    let bodies = ["-", "a", "0", "a-", "--a", "/", "/-", "/-/", "%2D"];
    for pattern in patterns {
        let client = Client::new(Router::new().get(pattern, async |_| ""));
        for body in bodies {
            let path = format!("/x/{}", body.repeat(LONG / body.len()));
            for path in [path.as_str(), &path[2..]] {
                let least = least(3, || drop(client.get(path)));
                // Ten milliseconds in an optimised build; this one may not be.
                let most = Duration::from_millis(if cfg!(debug_assertions) { 100 } else { 10 });
                assert!(least < most, "{pattern} on {} of {body:?}: {least:?}", path.len());
            }
        }
    }
}

#[test]
fn ten_thousand_routes_cost_what_ten_do() {
    let router = |count: usize| {
        let mut router = Router::new();
        for n in 0..count {
            router = router
                .get(&format!("/resource{n}/:id"), async |_| "")
                .get(&format!("/resource{n}/:id/part{n}"), async |_| "");
        }
        router.get("/z/:a-:b/*rest", async |_| "")
    };
    let time = |count: usize| {
        let app = App::new().plug(router(count)).callback();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let path = |at: usize| format!("/resource{}/7/part{}", at % count, at % count);
        let requests: Vec<String> = (0..50).map(|at| path(at * 97)).collect();
        least(3, || {
            for path in requests.iter().cycle().take(2_000) {
                let request = Request::new(Method::GET, path);
                assert_eq!(runtime.block_on(app.handle(request)).status(), 200);
            }
        })
    };
    let (few, many) = (time(5), time(5_000));
    // To try every route would be a thousand times as much.
    assert!(many < few * 4, "10 routes: {few:?}, 10000 routes: {many:?}");
}

#[test]
fn a_table_that_branches_at_every_segment_is_walked_once() {
    // 2^10 patterns, of which each path matches all: each is visited at most once.
    let mut router = Router::new();
    for bits in 0..1024_u32 {
        let pattern: String = (0..10)
            .map(|at| if bits >> at & 1 == 1 { "/a".into() } else { format!("/:p{at}") })
            .collect();
        router = router.get(&(pattern + "/end"), async |_| "");
    }
    let client = Client::new(router);
    let missing = "/a".repeat(10) + "/no";
    assert_eq!(client.get(&missing).status, 404);
    let least = least(5, || drop(client.get(&missing)));
    assert!(least < Duration::from_millis(50), "{least:?}");
}
