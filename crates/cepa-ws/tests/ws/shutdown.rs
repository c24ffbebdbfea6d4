//! When the server shuts down every WebSocket is closed with 1001, at once, and none is waited for longer than its limits say.

use std::time::Duration;

use cepa_core::App;
use cepa_ws::{CloseCode, Limits, WebSocket, WebSocketExt, WebSocketOptions};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::time::{Instant, sleep};

use crate::upgrade::{done, ending, observed, open, open_raw};
use crate::wire::Peer;

#[tokio::test(start_paused = true)]
async fn closes_with_1001_and_ends_the_loop() {
    let (callback, log) = observed(App::new().with(async |ctx, _next| {
        ctx.upgrade(async |mut ws| {
            while let Some(message) = ws.recv().await? {
                ws.send(message).await?;
            }
            Ok(())
        })
        .await
    }));
    let (_, mut client) = open(&callback).await;
    client.send("x").await.unwrap();
    client.recv().await.unwrap();
    let start = Instant::now();
    callback.closing().cancel();
    assert_eq!(ending(&mut client).await, (1001, "the server shuts down".to_owned()));
    done(&callback).await;
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert!(log.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn it_does_not_wait_for_a_function_that_does_not_return() {
    let (callback, _) = observed(App::new().with(async |ctx, _next| {
        ctx.upgrade(async |ws| {
            std::future::pending::<()>().await;
            drop(ws);
            Ok(())
        })
        .await
    }));
    let (_, mut client) = open(&callback).await;
    tokio::task::yield_now().await;
    let start = Instant::now();
    callback.closing().cancel();
    assert_eq!(ending(&mut client).await.0, 1001);
    done(&callback).await;
    assert_eq!(start.elapsed(), Limits::default().close_deadline);
}

#[tokio::test(start_paused = true)]
async fn it_does_not_wait_long_for_a_client_that_reads_nothing() {
    for (limits, expected) in [
        (Limits::default(), Limits::default().shutdown_deadline),
        (
            Limits { close_deadline: Duration::from_millis(200), ..Limits::default() },
            Duration::from_millis(200),
        ),
    ] {
        let options = WebSocketOptions::new().limits(limits);
        let (callback, log) = observed(App::new().with(async move |ctx, _next| {
            ctx.upgrade_with(&options, async |mut ws| {
                ws.feed(vec![0; 100_000]).await?;
                while ws.recv().await?.is_some() {}
                Ok(())
            })
            .await
        }));
        let (_, idle) = open_raw(&callback).await;
        tokio::time::sleep(Duration::from_millis(1)).await;
        let start = Instant::now();
        callback.closing().cancel();
        done(&callback).await;
        assert_eq!(start.elapsed(), expected);
        assert!(log.lock().unwrap().is_empty());
        drop(idle);
    }
}

#[tokio::test(start_paused = true)]
async fn it_hastens_a_close_that_has_begun() {
    let (callback, _) = observed(App::new().with(async |ctx, _next| {
        ctx.upgrade(async |mut ws| Ok(ws.close(CloseCode::NORMAL, "").await?)).await
    }));
    let (_, silent) = open_raw(&callback).await;
    tokio::time::sleep(Duration::from_millis(1)).await;
    let start = Instant::now();
    callback.closing().cancel();
    done(&callback).await;
    assert_eq!(start.elapsed(), Limits::default().shutdown_deadline);
    drop(silent);
}

#[tokio::test(start_paused = true)]
async fn it_reaches_halves_in_other_tasks_and_does_not_wait_for_idle_owners() {
    let (callback, _) = observed(App::new().with(async |ctx, _next| {
        ctx.upgrade(async |ws| {
            let (sender, mut receiver) = ws.split();
            tokio::spawn(async move { while let Ok(Some(_)) = receiver.recv().await {} });
            tokio::spawn(async move {
                std::future::pending::<()>().await;
                drop(sender);
            });
            Ok(())
        })
        .await
    }));
    let (_, mut client) = open(&callback).await;
    client.send("x").await.unwrap();
    tokio::time::sleep(Duration::from_millis(1)).await;
    let start = Instant::now();
    callback.closing().cancel();
    assert_eq!(ending(&mut client).await, (1001, "the server shuts down".to_owned()));
    assert_eq!(start.elapsed(), Duration::ZERO, "the receiving task was woken");
    done(&callback).await;
    assert_eq!(start.elapsed(), Limits::default().close_deadline);
}

/// The client of an echo sees the shutdown without any wait, and so does the task that serves it.
async fn told_of_shutdown_at_once(app: App) {
    let (callback, _) = observed(app);
    let (_, mut client) = open(&callback).await;
    client.send("x").await.unwrap();
    assert_eq!(client.recv().await.unwrap(), Some("x".into()), "it waits for the next now");
    tokio::time::sleep(Duration::from_millis(1)).await;
    let begun = Instant::now();
    callback.closing().cancel();
    assert_eq!(ending(&mut client).await.0, 1001);
    done(&callback).await;
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

async fn echo(mut ws: WebSocket) {
    while let Ok(Some(message)) = ws.recv().await {
        ws.send(message).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn it_wakes_one_who_receives_in_another_task() {
    let app = App::new().with(async |ctx, _next| {
        ctx.upgrade(async |ws| {
            tokio::spawn(echo(ws));
            Ok(())
        })
        .await
    });
    told_of_shutdown_at_once(app).await;
}

#[tokio::test(start_paused = true)]
async fn it_wakes_one_who_receives_in_a_set_of_futures() {
    let app = App::new().with(async |ctx, _next| {
        ctx.upgrade(async |ws| {
            let mut set = FuturesUnordered::from_iter([Box::pin(echo(ws))]);
            while set.next().await.is_some() {}
            Ok(())
        })
        .await
    });
    told_of_shutdown_at_once(app).await;
}

#[tokio::test(start_paused = true)]
async fn it_hastens_the_close_behind_a_function_that_has_returned() {
    let (callback, _) =
        observed(App::new().with(async |ctx, _next| ctx.upgrade(async |_ws| Ok(())).await));
    let mut silent = Peer(open_raw(&callback).await.1);
    silent.expect_close(1000).await;
    let start = Instant::now();
    callback.closing().cancel();
    done(&callback).await;
    assert_eq!(start.elapsed(), Limits::default().shutdown_deadline);
    drop(silent);
}

#[tokio::test(start_paused = true)]
async fn it_hastens_the_wait_for_the_rest_of_what_was_refused() {
    let (callback, _) = observed(App::new().with(async |ctx, _next| {
        ctx.upgrade(async |mut ws| {
            ws.recv().await?;
            Ok(())
        })
        .await
    }));
    let mut peer = Peer(open_raw(&callback).await.1);
    peer.send(&[0xff]).await;
    peer.expect_close(1002).await;
    sleep(Duration::from_millis(1)).await;
    let start = Instant::now();
    callback.closing().cancel();
    done(&callback).await;
    assert_eq!(start.elapsed(), Limits::default().shutdown_deadline);
    drop(peer);
}
