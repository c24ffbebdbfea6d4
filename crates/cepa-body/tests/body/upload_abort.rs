//! Whoever ends an upload early, and whenever, nothing stays on disk.
//!
//! Files of a dropped future are removed on the blocking pool; dropping the runtime waits for it.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context as Poller, Waker};

use crate::folder::Folder;
use crate::send::*;

use bytes::Bytes;
use cepa_body::Upload;
use cepa_core::Body;
use serde_json::Value;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Two files that are written several times each.
fn large() -> Vec<u8> {
    form([file("p", "1.bin", vec![1; 600_000]), file("p", "2.bin", vec![2; 600_000])])
}

#[test]
fn a_client_that_goes_away_leaves_nothing() {
    let whole = large();
    for end in (0..whole.len()).step_by(97_001) {
        let folder = Folder::new();
        let runtime = runtime();
        let app = uploads(Upload::new().disk(folder.path()), |_| Value::Null);
        let body = cut(whole[..end].to_vec());
        let response = runtime.block_on(post(app, MULTIPART, body).send());
        assert_eq!(refusal(&response), (400, "body_aborted".into()), "{end}");
        assert!(folder.names().is_empty(), "gone before the client hears of it");
    }
}

#[test]
fn a_dropped_future_leaves_nothing() {
    let whole = large();
    for end in (0..whole.len()).step_by(97_001) {
        let folder = Folder::new();
        let runtime = runtime();
        let app = uploads(Upload::new().disk(folder.path()), |_| Value::Null);
        let arrived = Arc::new(AtomicBool::new(false));
        let body = then_signal(whole[..end].to_vec(), arrived.clone());
        runtime.block_on(async {
            let mut upload = Box::pin(post(app, MULTIPART, body).send());
            let poll = std::future::poll_fn(|poller| {
                assert!(upload.as_mut().poll(poller).is_pending());
                if arrived.load(Ordering::SeqCst) {
                    std::task::Poll::Ready(())
                } else {
                    std::task::Poll::Pending
                }
            });
            poll.await;
        });
        drop(runtime);
        assert!(folder.names().is_empty(), "{end}: {:?}", folder.names());
    }
}

#[test]
fn a_future_dropped_while_the_disk_works_leaves_nothing() {
    for (end, names) in [(300_000, 1), (1_000_000, 2)] {
        let folder = Folder::new();
        let runtime = runtime();
        let app = uploads(Upload::new().disk(folder.path()), |_| Value::Null);
        let body = then_signal(large()[..end].to_vec(), Arc::default());
        {
            let _entered = runtime.enter();
            let mut upload = Box::pin(post(app, MULTIPART, body).send());
            let mut poller = Poller::from_waker(Waker::noop());
            // A file has its name before its bytes: the future is dropped while they are being written.
            while folder.names().len() < names {
                assert!(upload.as_mut().poll(&mut poller).is_pending(), "the body never ends");
                std::thread::yield_now();
            }
        }
        drop(runtime);
        assert!(folder.names().is_empty(), "{end}: {:?}", folder.names());
    }
}

#[test]
fn a_runtime_that_ends_leaves_nothing() {
    let folder = Folder::new();
    let runtime = runtime();
    let app = uploads(Upload::new().disk(folder.path()), |_| Value::Null);
    let arrived = Arc::new(AtomicBool::new(false));
    let body = then_signal(large()[..500_000].to_vec(), arrived.clone());
    runtime.spawn(post(app, MULTIPART, body).send());
    runtime.block_on(async {
        while !arrived.load(Ordering::SeqCst) {
            tokio::task::yield_now().await;
        }
    });
    drop(runtime);
    assert!(folder.names().is_empty(), "{:?}", folder.names());
}

#[tokio::test(start_paused = true)]
async fn a_deadline_leaves_nothing() {
    let folder = Folder::new();
    let app = uploads(Upload::new().disk(folder.path()), |_| Value::Null);
    let body = stalled(large()[..700_000].to_vec());
    let response = post(app, MULTIPART, body).send().await;
    assert_eq!(refusal(&response), (408, "body_timeout".into()));
    assert!(folder.names().is_empty());
}

#[tokio::test]
async fn a_handler_that_gives_up_leaves_nothing() {
    use cepa_body::BodyExt;
    let folder = Folder::new();
    let upload = Upload::new().disk(folder.path());
    let app = app(async move |ctx, _next| {
        let mut received = Box::pin(ctx.upload(&upload));
        tokio::select! {
            biased;
            _ = &mut received => unreachable!("the body never ends"),
            () = tokio::task::yield_now() => {}
        }
        drop(received);
        ctx.set_body("gave up")
    });
    let response = post(app, MULTIPART, stalled(large()[..100].to_vec())).send().await;
    assert_eq!(response.text(), "gave up");
    assert!(folder.names().is_empty());
}

/// These bytes in pieces, and then nothing more; `arrived` says when all have been taken.
fn then_signal(bytes: Vec<u8>, arrived: Arc<AtomicBool>) -> Body {
    use futures_util::{StreamExt, stream};
    let chunks: Vec<_> =
        bytes.chunks(30_000).map(|chunk| Ok(Bytes::copy_from_slice(chunk))).collect();
    let signal = stream::poll_fn(move |_| {
        arrived.store(true, Ordering::SeqCst);
        std::task::Poll::Pending
    });
    Body::stream(stream::iter(chunks).chain(signal))
}
