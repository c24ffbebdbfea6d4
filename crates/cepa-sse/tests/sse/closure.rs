//! Events from a closure: it runs with the stream, waits for a slow client, and ends with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cepa_core::Error;
use cepa_sse::{Gone, SEND_QUEUE, SseEvent, SseExt};
use tokio::time::{Instant, sleep};

use crate::{app, has_ended, is_waiting, next, now, open, rest};

#[tokio::test(start_paused = true)]
async fn a_clock() {
    let (_hub, client) = app!(async |ctx| {
        ctx.sse().send(async |events| {
            loop {
                events.send("tick").await?;
                sleep(Duration::from_secs(2)).await;
            }
        })
    });
    let mut streaming = open(&client).await;
    let start = Instant::now();
    for _ in 0..3 {
        assert_eq!(next(&mut streaming).await, "data: tick\n\n");
    }
    assert_eq!(start.elapsed().as_secs(), 4);
}

#[tokio::test]
async fn captures_and_an_end() {
    let (_hub, client) = app!(async |ctx| {
        let name = ctx.path().to_owned();
        ctx.sse().send(async move |events| {
            events.emit("hello", &name).await?;
            events.send(SseEvent::text("x").event("bye")?.id(2)?).await?;
            Ok(())
        })
    });
    let mut streaming = client.get("/ana").stream().await;
    assert_eq!(
        rest(&mut streaming).await,
        ":\n\nevent: hello\ndata: \"/ana\"\n\nevent: bye\nid: 2\ndata: x\n\n"
    );
}

#[tokio::test]
async fn an_error_ends_the_stream_after_what_was_sent_and_cuts_it() {
    let (_hub, client) = app!(async |ctx| {
        ctx.sse().send(async |events| {
            events.send("last").await?;
            Err(Error::new(500, "the source has gone"))
        })
    });
    let mut streaming = open(&client).await;
    assert_eq!(next(&mut streaming).await, "data: last\n\n");
    let error = streaming.body.chunk().await.unwrap().unwrap_err();
    assert!(error.to_string().contains("the source has gone"));
    assert!(has_ended(&mut streaming));
}

#[tokio::test]
async fn an_error_cuts_it_also_while_clones_are_left() {
    let (lend, lent) = tokio::sync::oneshot::channel();
    let lend = Arc::new(std::sync::Mutex::new(Some(lend)));
    let (_hub, client) = app!(async move |ctx| {
        let lend = Arc::clone(&lend);
        ctx.sse().send(async move |events| {
            let lend = lend.lock().unwrap().take().unwrap();
            assert!(lend.send(events).is_ok());
            Err(Error::new(500, "the source has gone"))
        })
    });
    let mut streaming = open(&client).await;
    assert!(matches!(now(&mut streaming), Some(Some(Err(_)))));
    assert_eq!(lent.await.unwrap().send("too late").await, Err(Gone));
}

#[tokio::test]
async fn a_name_with_a_line_end_is_an_error_and_not_an_injection() {
    let (_hub, client) =
        app!(async |ctx| ctx.sse().send(async |events| events.emit("a\nb", &1).await));
    let mut streaming = open(&client).await;
    assert!(streaming.body.chunk().await.unwrap().is_err());
}

#[tokio::test]
async fn it_is_never_further_ahead_than_the_queue() {
    assert_eq!(SEND_QUEUE, 16);
    let sent = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&sent);
    let (_hub, client) = app!(async move |ctx| {
        let counter = Arc::clone(&counter);
        ctx.sse().send(async move |events| {
            loop {
                events.send("x").await?;
                counter.fetch_add(1, Ordering::Relaxed);
            }
        })
    });
    let mut streaming = open(&client).await;
    assert_eq!(sent.load(Ordering::Relaxed), 0);
    for taken in 1..100 {
        next(&mut streaming).await;
        assert!(sent.load(Ordering::Relaxed) <= taken + SEND_QUEUE);
    }
}

#[tokio::test]
async fn dropping_the_body_drops_the_closure_and_tells_the_clones() {
    let (tell, told) = tokio::sync::oneshot::channel();
    let tell = Arc::new(std::sync::Mutex::new(Some(tell)));
    let alive = Arc::new(());
    let held = Arc::clone(&alive);
    let (_hub, client) = app!(async move |ctx| {
        let (tell, held) = (Arc::clone(&tell), Arc::clone(&held));
        ctx.sse().send(async move |events| {
            let _held = held;
            if let Some(tell) = tell.lock().unwrap().take() {
                let _ = tell.send(events.clone());
            }
            std::future::pending().await
        })
    });
    let mut streaming = open(&client).await;
    assert!(is_waiting(&mut streaming));
    let clone = told.await.unwrap();
    clone.send("from elsewhere").await.unwrap();
    assert_eq!(next(&mut streaming).await, "data: from elsewhere\n\n");
    let before = Arc::strong_count(&alive);
    drop(streaming);
    assert_eq!(Arc::strong_count(&alive), before - 1);
    clone.closed().await;
    assert_eq!(clone.send("too late").await, Err(Gone));
}

#[tokio::test]
async fn together_with_a_room() {
    let (hub, client) = app!(async |ctx| {
        ctx.sse().subscribe("lobby").send(async |events| events.emit("welcome", &1).await)
    });
    let mut streaming = open(&client).await;
    assert_eq!(next(&mut streaming).await, "event: welcome\ndata: 1\n\n");
    // the closure's end is not the stream's
    assert!(now(&mut streaming).is_none());
    hub.to("lobby").emit("e", &2).unwrap();
    assert_eq!(next(&mut streaming).await, "event: e\ndata: 2\n\n");
}

#[tokio::test]
async fn neither_a_busy_room_nor_a_busy_closure_keeps_the_other_waiting() {
    let (hub, client) = app!(async |ctx| {
        ctx.sse().subscribe("lobby").send(async |events| {
            loop {
                events.emit("mine", &1).await?;
            }
        })
    });
    let mut streaming = open(&client).await;
    (0..100).for_each(|_| {
        hub.to("lobby").emit("theirs", &1).unwrap();
    });
    let mut of_the_room = 0;
    for _ in 0..40 {
        of_the_room += usize::from(next(&mut streaming).await.starts_with("event: theirs"));
    }
    assert_eq!(of_the_room, 20);
}

#[tokio::test]
async fn what_it_does_after_its_last_event_is_done_before_the_end() {
    let done = Arc::new(AtomicUsize::new(0));
    let gate = Arc::new(tokio::sync::Notify::new());
    let shared = (done.clone(), gate.clone());
    let (_hub, client) = app!(async move |ctx| {
        let (done, gate) = shared.clone();
        ctx.sse().send(async move |events| {
            events.send("last").await?;
            drop(events);
            gate.notified().await;
            done.store(1, Ordering::SeqCst);
            Err(Error::new(500, "and it failed"))
        })
    });
    let mut streaming = open(&client).await;
    assert_eq!(next(&mut streaming).await, "data: last\n\n");
    assert!(is_waiting(&mut streaming));
    gate.notify_one();
    assert!(streaming.body.chunk().await.unwrap().is_err());
    assert_eq!(done.load(Ordering::SeqCst), 1);
}
