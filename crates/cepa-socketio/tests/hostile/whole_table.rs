//! Every row by itself, and then all of them several times, many at once.

use std::cell::Cell;
use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::Ordering;

use cepa_socketio::SocketIo;
use futures_util::{FutureExt, StreamExt, stream};
use tokio::runtime::Handle;
use tokio::time::{Duration, sleep};

use crate::bystanders::Bystanders;
use crate::run::{Site, run, site};
use crate::support::soon;
use crate::table::Row;

/// How often all rows come again, many at once.
const ROUNDS: usize = 3;

/// How many.
const AT_ONCE: usize = 64;

/// What the memory of the process may be larger by after the last round than after the first, in bytes.
const MOST_MEMORY: usize = 8 << 20;

fn table() -> Vec<Row> {
    [
        crate::handshakes::rows(),
        crate::frames::rows(),
        crate::compression::rows(),
        crate::sessions::rows(),
        crate::payloads::rows(),
        crate::upgrades::rows(),
        crate::engine::rows(),
        crate::namespaces::rows(),
        crate::messages::rows(),
        crate::msgpack::rows(),
        crate::revision3::rows(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Nothing is left but the bystanders: no session, no socket, no WebSocket, no task.
async fn back_at_the_start(site: &Site, tasks: usize) {
    let left = || {
        let sessions = [&site.io, &site.legacy, &site.impatient].map(SocketIo::connections);
        let sockets: Vec<usize> = ["/", "/lives", "/bystanders"]
            .iter()
            .flat_map(|name| [site.io.of(name).len(), site.legacy.of(name).len()])
            .collect();
        let echoing = site.echoing.load(Ordering::Acquire);
        (sessions, sockets, echoing, Handle::current().metrics().num_alive_tasks())
    };
    let wanted = (Bystanders::SESSIONS, vec![0, 1, 0, 0, 2, 1], 1, tasks);
    let waiting = async {
        while left() != wanted {
            sleep(Duration::from_millis(5)).await;
        }
    };
    if tokio::time::timeout(crate::support::DEADLINE, waiting).await.is_err() {
        assert_eq!(left(), wanted, "sessions, sockets, WebSockets, tasks");
    }
}

/// Runs a row; what went wrong in it, if something did.
async fn judged(site: &Site, row: &Row) -> Option<String> {
    let failed = AssertUnwindSafe(run(site, row)).catch_unwind().await.err()?;
    let text = failed.downcast_ref::<String>().cloned();
    Some(format!("{}: {}", row.name, text.unwrap_or_default()))
}

#[tokio::test]
async fn a_malformed_packet_ends_that_client_only() {
    let table = table();
    let names: HashSet<&str> = table.iter().map(|row| &*row.name).collect();
    assert_eq!(names.len(), table.len(), "each row has a name of its own");
    println!("{} rows", table.len());

    let site = site().await;
    let mut bystanders = Bystanders::connect(&site).await;
    bystanders.are_well(&site).await;
    // a server has one task of its own from its first session on, and the bystanders are at two of three
    let tasks = Handle::current().metrics().num_alive_tasks() + 1;

    let mut failures = Vec::new();
    for row in &table {
        failures.extend(judged(&site, row).await);
        bystanders.are_well(&site).await;
    }
    assert!(
        failures.is_empty(),
        "{} of {} rows:\n{}",
        failures.len(),
        table.len(),
        failures.join("\n")
    );
    back_at_the_start(&site, tasks).await;

    let mut memory = Vec::new();
    for _ in 0..ROUNDS {
        let is_over = Cell::new(false);
        let rows = async {
            let rows = stream::iter(&table).map(|row| judged(&site, row));
            let failures: Vec<_> = rows.buffer_unordered(AT_ONCE).collect().await;
            is_over.set(true);
            failures
        };
        let meanwhile = async {
            while !is_over.get() {
                bystanders.are_well(&site).await;
            }
        };
        let (failures, ()) = tokio::join!(rows, meanwhile);
        let failures: Vec<String> = failures.into_iter().flatten().collect();
        assert!(failures.is_empty(), "at once:\n{}", failures.join("\n"));
        back_at_the_start(&site, tasks).await;
        memory.push(resident());
    }
    println!("{memory:?} bytes resident after each round");
    let grown = memory[ROUNDS - 1].saturating_sub(memory[0]);
    assert!(grown < MOST_MEMORY, "{memory:?}");

    bystanders.leave().await;
    soon("end of the last session", async {
        while site.io.connections() + site.legacy.connections() > 0 {
            sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    site.running.stop().await;
}

/// The resident memory of this process, in bytes.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}
