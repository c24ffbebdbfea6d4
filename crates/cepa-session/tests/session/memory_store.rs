//! The store in memory: bounded, and it forgets on time.

use std::time::Duration;

use cepa_session::{MemoryStore, Store};

const MINUTE: Option<Duration> = Some(Duration::from_secs(60));

#[tokio::test(start_paused = true)]
async fn a_record_is_kept_for_its_time() {
    let store = MemoryStore::new();
    store.set("a", "1".into(), MINUTE).await.unwrap();
    tokio::time::advance(Duration::from_secs(59)).await;
    assert_eq!(store.get("a").await.unwrap().as_deref(), Some("1"));
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(store.get("a").await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn what_has_expired_goes_when_something_is_stored() {
    let store = MemoryStore::new();
    for id in ["a", "b", "c"] {
        store.set(id, "1".into(), MINUTE).await.unwrap();
    }
    tokio::time::advance(Duration::from_secs(60)).await;
    store.set("d", "1".into(), None).await.unwrap();
    assert_eq!((store.len(), store.evicted()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_session_of_the_browser_is_kept_for_a_day() {
    let store = MemoryStore::new();
    store.set("a", "1".into(), None).await.unwrap();
    tokio::time::advance(Duration::from_secs(24 * 3600 - 1)).await;
    assert!(store.get("a").await.unwrap().is_some());
    tokio::time::advance(Duration::from_secs(1)).await;
    assert!(store.get("a").await.unwrap().is_none());
}

#[tokio::test]
async fn when_full_the_next_to_expire_goes() {
    let store = MemoryStore::new().max_sessions(2);
    store.set("long", "1".into(), Some(Duration::from_secs(90))).await.unwrap();
    store.set("short", "1".into(), Some(Duration::from_secs(30))).await.unwrap();
    store.set("new", "1".into(), MINUTE).await.unwrap();
    assert_eq!((store.len(), store.evicted()), (2, 1));
    assert!(store.get("short").await.unwrap().is_none());
    assert!(store.get("long").await.unwrap().is_some());
}

#[tokio::test]
async fn storing_again_replaces_and_evicts_nobody() {
    let store = MemoryStore::new().max_sessions(1);
    for round in 0..10 {
        store.set("a", round.to_string(), MINUTE).await.unwrap();
    }
    assert_eq!((store.len(), store.evicted()), (1, 0));
    assert_eq!(store.get("a").await.unwrap().as_deref(), Some("9"));
    store.destroy("a").await.unwrap();
    store.destroy("a").await.unwrap();
    assert!(store.is_empty());
}

#[tokio::test]
async fn a_lifetime_beyond_all_clocks_is_fine() {
    let store = MemoryStore::new();
    store.set("a", "1".into(), Some(Duration::MAX)).await.unwrap();
    assert!(store.get("a").await.unwrap().is_some());
}

#[tokio::test]
async fn bytes_are_bounded_and_counted_exactly() {
    let cost = 1000 + 2 + MemoryStore::ENTRY_BYTES;
    let store = MemoryStore::new().max_bytes(3 * cost);
    let record = || "x".repeat(1000);
    for id in ["a", "b", "c"] {
        store.set(id, record(), MINUTE).await.unwrap();
    }
    assert_eq!((store.len(), store.bytes(), store.evicted()), (3, 3 * cost, 0));
    store.set("b", "x".repeat(999), MINUTE).await.unwrap();
    assert_eq!((store.len(), store.bytes()), (3, 3 * cost - 1), "replaced");
    store.set("d", record(), MINUTE).await.unwrap();
    assert_eq!((store.len(), store.evicted()), (3, 1));
    assert!(store.get("a").await.unwrap().is_none());
    for id in ["b", "c", "d"] {
        store.destroy(id).await.unwrap();
    }
    assert_eq!((store.len(), store.bytes()), (0, 0));
}

#[tokio::test]
async fn a_record_larger_than_the_store_is_refused_and_drives_nobody_out() {
    let store = MemoryStore::new().max_bytes(1000);
    store.set("a", "1".into(), MINUTE).await.unwrap();
    let error = store.set("b", "x".repeat(1000), MINUTE).await.unwrap_err();
    assert_eq!(error.status(), 500);
    assert_eq!((store.len(), store.evicted()), (1, 0));
}
