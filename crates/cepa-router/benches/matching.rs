//! How long it takes to find a route among 10, 100, 1,000 and 10,000, here and in the routers of axum and actix.
//!
//! ```text
//! cargo bench -p cepa-router                 # time, by criterion
//! cargo xtask bench router                   # instructions, by callgrind; fails when 10,000 routes cost
//!                                            # more than 1.5 times what 10 cost
//! ```
//!
//! The rivals get the paths alone: `matchit` knows no methods, and a path that two methods share is one for them.
//! What is counted is finding the route and its parameters; nothing is decoded and no handler runs.

#![allow(missing_docs, unreachable_pub, missing_debug_implementations)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod mix;

use std::hint::black_box;

use actix_router::{Path, Router as Actix, RouterBuilder};
use cepa_core::http::Method;
use cepa_router::Router as Cepa;
use criterion::{BenchmarkId, Criterion, Throughput};
use matchit::Router as Matchit;

use mix::{Asked, Mix};

const SIZES: [usize; 4] = [10, 100, 1_000, 10_000];

/// A router with a table in it: how many of these paths have a route, and what their parameters add up to.
type Finder = Box<dyn Fn(&[String]) -> usize>;

fn cepa(mix: &Mix) -> Finder {
    let add = |router: Cepa, (method, path): &(&str, String)| match *method {
        "POST" => router.post(path, async |_| ""),
        _ => router.get(path, async |_| ""),
    };
    let router = mix.routes.iter().fold(Cepa::new(), add);
    Box::new(move |paths| {
        let find = |path| {
            let found = black_box(router.find(&Method::GET, "localhost", path))?;
            Some(1 + found.params().map(|(_, value)| value.len()).sum::<usize>())
        };
        paths.iter().filter_map(|path| find(path)).sum()
    })
}

/// The paths alone, each once, in the syntax of axum and actix.
fn braced(mix: &Mix, wild: impl Fn(&str) -> String) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    for (method, path) in &mix.routes {
        let segment = |segment: &str| match segment.split_at_checked(1) {
            Some((":", name)) => format!("{{{name}}}"),
            Some(("*", name)) => wild(name),
            _ => segment.to_owned(),
        };
        if *method == "GET" {
            paths.push(path.split('/').map(segment).collect::<Vec<_>>().join("/"));
        }
    }
    paths
}

fn matchit(mix: &Mix) -> Finder {
    let mut router = Matchit::new();
    for (at, path) in braced(mix, |name| format!("{{*{name}}}")).into_iter().enumerate() {
        router.insert(path, at).unwrap();
    }
    Box::new(move |paths| {
        let found = paths.iter().filter_map(|path| black_box(router.at(path).ok()));
        found
            .map(|found| 1 + found.params.iter().map(|(_, value)| value.len()).sum::<usize>())
            .sum()
    })
}

fn actix(mix: &Mix) -> Finder {
    let mut router: RouterBuilder<usize> = Actix::build();
    for (at, path) in braced(mix, |name| format!("{{{name}:.*}}")).into_iter().enumerate() {
        router.path(path, at);
    }
    let router = router.finish();
    Box::new(move |paths| {
        let find = |path: &str| {
            let mut path = Path::new(path);
            router.recognize(&mut path)?;
            Some(1 + path.iter().map(|(_, value)| value.len()).sum::<usize>())
        };
        paths.iter().filter_map(|path| black_box(find(path))).sum()
    })
}

fn router(name: &str, mix: &Mix) -> Finder {
    match name {
        "cepa" => cepa(mix),
        "matchit" => matchit(mix),
        "actix" => actix(mix),
        other => panic!("no router {other:?}"),
    }
}

fn time(criterion: &mut Criterion) {
    for asked in Asked::ALL {
        let mut group = criterion.benchmark_group(asked.name());
        for name in ["cepa", "matchit", "actix"] {
            // Actix asks one route after another, which is known after 1,000 of them.
            for size in SIZES.into_iter().filter(|size| name != "actix" || *size <= 1_000) {
                let mix = Mix::new(size);
                let (find, paths) = (router(name, &mix), mix.paths(asked));
                group.throughput(Throughput::Elements(paths.len() as u64));
                group.bench_function(BenchmarkId::new(name, size), |bench| {
                    bench.iter(|| find(black_box(&paths)));
                });
            }
        }
    }
}

/// What callgrind runs: a table is built, and asked so many rounds. Two runs differ by the rounds alone.
fn rounds(name: &str, size: usize, asked: &str, rounds: usize) {
    let asked = Asked::ALL.into_iter().find(|known| known.name() == asked).expect("what is asked");
    let mix = Mix::new(size);
    let (find, paths) = (router(name, &mix), mix.paths(asked));
    // The table is made when it is first asked.
    let found = find(&paths);
    for _ in 0..rounds {
        assert_eq!(find(black_box(&paths)), found);
    }
    println!("{}", paths.len());
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match &*words {
        ["rounds", name, size, asked, count] => {
            rounds(name, size.parse().expect("a size"), asked, count.parse().expect("a count"));
        }
        _ => {
            let mut criterion = Criterion::default().configure_from_args();
            time(&mut criterion);
            criterion.final_summary();
        }
    }
}
