//! `ctx.upgrade`: the answer, and how the task that serves a WebSocket ends.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use cepa_core::http::{HeaderMap, StatusCode};
use cepa_core::{App, Callback, Error, OnUpgrade, OrThrow};
use cepa_ws::{CloseCode, Limits, Role, WebSocket, WebSocketExt, WebSocketOptions};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::io::DuplexStream;
use tokio::time::Instant;

use crate::handshake::{request, set};
use crate::wire::Peer;

type Log = Arc<Mutex<Vec<String>>>;

/// The app's callback, and what its observers were shown.
fn observed(app: App) -> (Callback, Log) {
    let log = Log::default();
    let seen = log.clone();
    let app = app.on_error(move |error, ctx| {
        seen.lock().unwrap().push(format!("{} {error}", ctx.path()));
    });
    (app.callback(), log)
}

/// Opens a WebSocket to the app, in process.
async fn open(callback: &Callback) -> (HeaderMap, WebSocket) {
    let (headers, far) = open_raw(callback).await;
    (headers, WebSocket::over(far, Role::Client, Limits::default()))
}

async fn open_raw(callback: &Callback) -> (HeaderMap, DuplexStream) {
    let (near, far) = tokio::io::duplex(1024);
    let mut request = request();
    set(&mut request, "sec-websocket-protocol", Some("v1"));
    request.set_upgrade(OnUpgrade::new(async move { Ok(Box::new(near) as _) }));
    let answer = callback.handle(request).await;
    assert_eq!(answer.status(), StatusCode::SWITCHING_PROTOCOLS);
    (answer.headers().clone(), far)
}

/// What the client sees after the messages are over.
async fn ending(ws: &mut WebSocket) -> (u16, String) {
    while ws.recv().await.unwrap().is_some() {}
    let close = ws.closed().unwrap();
    (close.code.get(), close.reason.to_string())
}

#[tokio::test]
async fn the_echo_of_the_front_page() {
    let (callback, log) = observed(App::new().with(async |ctx, _next| {
        ctx.upgrade(async |mut ws| {
            while let Some(msg) = ws.recv().await? {
                ws.send(msg).await?;
            }
            Ok(())
        })
        .await
    }));
    let (headers, mut client) = open(&callback).await;
    assert_eq!(headers["upgrade"], "websocket");
    assert_eq!(headers["connection"], "Upgrade");
    assert_eq!(headers["sec-websocket-accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    for text in ["onion", "", "zwiebel"] {
        client.send(text).await.unwrap();
        assert_eq!(client.recv().await.unwrap(), Some(text.into()));
    }
    client.close(CloseCode::NORMAL, "").await.unwrap();
    assert_eq!(client.closed().unwrap().code, 1000);
    assert!(log.lock().unwrap().is_empty());
}

#[tokio::test]
async fn captures_and_options() {
    let options = WebSocketOptions::new().protocol("v1");
    let greeting = Arc::new("hello".to_owned());
    let (callback, _) = observed(App::new().with(async move |ctx, _next| {
        let path = ctx.path().to_owned();
        ctx.upgrade_with(&options, async move |mut ws| {
            let protocol = ws.protocol().unwrap_or_default().to_owned();
            ws.send(format!("{greeting} {path} {protocol}")).await?;
            Ok(())
        })
        .await
    }));
    let (headers, mut client) = open(&callback).await;
    assert_eq!(headers["sec-websocket-protocol"], "v1");
    assert_eq!(client.recv().await.unwrap(), Some("hello /ws v1".into()));
    assert_eq!(ending(&mut client).await, (1000, String::new()));
}

#[tokio::test]
async fn an_error_closes_with_1011_and_is_observed() {
    let (callback, log) = observed(App::new().with(async |ctx, _next| {
        ctx.upgrade(async |mut ws| match ws.recv().await?.unwrap().as_text() {
            Some("hidden") => Err(Error::internal("the database is on fire")),
            _ => Err(Error::new(422, "not a vegetable")),
        })
        .await
    }));
    for (message, reason) in [("hidden", "Internal Server Error"), ("x", "not a vegetable")] {
        let (_, mut client) = open(&callback).await;
        client.send(message).await.unwrap();
        assert_eq!(ending(&mut client).await, (1011, reason.to_owned()));
    }
    callback.tasks().close();
    callback.tasks().wait().await;
    let log = log.lock().unwrap();
    assert_eq!(*log, ["/ws 500: the database is on fire", "/ws 422 not a vegetable"]);
}

#[tokio::test]
async fn a_panic_ends_this_connection_only() {
    let (callback, log) = observed(App::new().with(async |ctx, _next| {
        ctx.upgrade(async |mut ws| {
            while let Some(message) = ws.recv().await? {
                assert_ne!(message.as_text(), Some("boom"), "told to");
                ws.send(message).await?;
            }
            Ok(())
        })
        .await
    }));
    let (_, mut bystander) = open(&callback).await;
    let (_, mut client) = open(&callback).await;
    client.send("boom").await.unwrap();
    assert_eq!(ending(&mut client).await, (1011, "the server failed".to_owned()));
    bystander.send("fine").await.unwrap();
    assert_eq!(bystander.recv().await.unwrap(), Some("fine".into()));
    drop(bystander);
    callback.tasks().close();
    callback.tasks().wait().await;
    let log = log.lock().unwrap();
    assert_eq!(log.len(), 1, "{log:?}");
    assert!(log[0].contains("told to"), "{log:?}");
}

#[tokio::test]
async fn sending_to_one_who_has_left_is_no_failure() {
    let (callback, log) = observed(App::new().with(async |ctx, _next| {
        ctx.upgrade(async |mut ws| {
            loop {
                ws.send("tick").await?;
                tokio::task::yield_now().await;
            }
        })
        .await
    }));
    let (_, mut client) = open(&callback).await;
    client.recv().await.unwrap();
    client.close(CloseCode::AWAY, "").await.unwrap();
    callback.tasks().close();
    callback.tasks().wait().await;
    assert!(log.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_fault_of_the_peer_is_observed_as_one_of_the_client() {
    let (callback, log) = observed(App::new().with(async |ctx, _next| {
        let limits = Limits { max_message: 4, ..Limits::default() };
        ctx.upgrade_with(&WebSocketOptions::new().limits(limits), async |mut ws| {
            while ws.recv().await?.is_some() {}
            Ok(())
        })
        .await
    }));
    let (_, mut client) = open(&callback).await;
    client.send("too long").await.unwrap();
    assert_eq!(ending(&mut client).await, (1009, "message too big".to_owned()));
    drop(client);
    callback.tasks().close();
    callback.tasks().wait().await;
    let log = log.lock().unwrap();
    assert_eq!(*log, ["/ws 413 the WebSocket peer sent message too big (1009)"]);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_of_the_peer_is_observed_as_one_of_the_client() {
    let (callback, log) = observed(App::new().with(async |ctx, _next| {
        ctx.upgrade(async |mut ws| {
            while ws.recv().await?.is_some() {}
            Ok(())
        })
        .await
    }));
    let (_, silent) = open(&callback).await;
    callback.tasks().close();
    callback.tasks().wait().await;
    drop(silent);
    let log = log.lock().unwrap();
    assert_eq!(*log, ["/ws 408 the WebSocket peer does not answer pings"]);
}

#[tokio::test(start_paused = true)]
async fn shutdown_closes_with_1001_and_ends_the_loop() {
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
    callback.tasks().close();
    callback.tasks().wait().await;
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert!(log.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn shutdown_does_not_wait_for_a_function_that_does_not_return() {
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
    callback.tasks().close();
    callback.tasks().wait().await;
    assert_eq!(start.elapsed(), Limits::default().close_deadline);
}

#[tokio::test(start_paused = true)]
async fn shutdown_does_not_wait_long_for_a_client_that_reads_nothing() {
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
        callback.tasks().close();
        callback.tasks().wait().await;
        assert_eq!(start.elapsed(), expected);
        assert!(log.lock().unwrap().is_empty());
        drop(idle);
    }
}

#[tokio::test(start_paused = true)]
async fn shutdown_hastens_a_close_that_has_begun() {
    let (callback, _) = observed(App::new().with(async |ctx, _next| {
        ctx.upgrade(async |mut ws| Ok(ws.close(CloseCode::NORMAL, "").await?)).await
    }));
    let (_, silent) = open_raw(&callback).await;
    tokio::time::sleep(Duration::from_millis(1)).await;
    let start = Instant::now();
    callback.closing().cancel();
    callback.tasks().close();
    callback.tasks().wait().await;
    assert_eq!(start.elapsed(), Limits::default().shutdown_deadline);
    drop(silent);
}

#[tokio::test]
async fn a_websocket_given_to_another_task_lives_on() {
    let (callback, _) = observed(App::new().with(async |ctx, _next| {
        ctx.upgrade(async |mut ws| {
            tokio::spawn(async move {
                while let Ok(Some(message)) = ws.recv().await {
                    if message == "stop".into() || ws.send(message).await.is_err() {
                        break;
                    }
                }
            });
            Ok(())
        })
        .await
    }));
    let (_, mut client) = open(&callback).await;
    client.send("there?").await.unwrap();
    assert_eq!(client.recv().await.unwrap(), Some("there?".into()));
    client.send("stop").await.unwrap();
    assert_eq!(ending(&mut client).await, (1000, String::new()));
}

#[tokio::test]
async fn an_ordinary_request_gets_426_and_a_server_without_connections_500() {
    let (callback, log) =
        observed(App::new().with(async |ctx, _next| ctx.upgrade(async |_ws| Ok(())).await));
    let answer =
        callback.handle(cepa_core::Request::new(cepa_core::http::Method::GET, "/ws")).await;
    assert_eq!(answer.status(), 426);
    assert_eq!(answer.headers()["upgrade"], "websocket");
    let answer = callback.handle(request()).await;
    assert_eq!(answer.status(), 500);
    assert!(log.lock().unwrap()[1].contains("no connection to upgrade"));
}

#[tokio::test]
async fn when_the_connection_never_comes_nothing_is_run() {
    let (callback, log) = observed(App::new().with(async |ctx, _next| {
        ctx.upgrade(async |_ws| Err(Error::new(500, "must not run"))).await
    }));
    let mut request = request();
    request.set_upgrade(OnUpgrade::new(async { Err(std::io::ErrorKind::BrokenPipe.into()) }));
    assert_eq!(callback.handle(request).await.status(), 101);
    callback.tasks().close();
    callback.tasks().wait().await;
    assert!(log.lock().unwrap().is_empty());
}

#[tokio::test]
async fn after_a_violation_the_peer_may_finish_what_it_was_sending() {
    let (callback, _) = observed(App::new().with(async |ctx, _next| {
        ctx.upgrade(async |mut ws| {
            while ws.recv().await?.is_some() {}
            Ok(())
        })
        .await
    }));
    let mut peer = Peer(open_raw(&callback).await.1);
    peer.send(&[0xff, 0xff]).await;
    peer.expect_close(1002).await;
    // More than the stream holds: someone must be taking it.
    peer.send(&[0; 50_000]).await;
    peer.expect_end().await;
    drop(peer);
    callback.tasks().close();
    callback.tasks().wait().await;
}

#[tokio::test]
async fn an_error_that_the_program_made_of_a_fault_stays_the_programs() {
    let (callback, log) = observed(App::new().with(async |ctx, _next| {
        ctx.upgrade(async |mut ws| {
            ws.recv().await.or_throw(422, "not what we speak")?;
            Ok(())
        })
        .await
    }));
    let mut peer = Peer(open_raw(&callback).await.1);
    peer.send(&[0xff]).await;
    peer.expect_close(1002).await;
    drop(peer);
    callback.tasks().close();
    callback.tasks().wait().await;
    assert!(log.lock().unwrap()[0].starts_with("/ws 422 not what we speak"));
}

#[tokio::test(start_paused = true)]
async fn shutdown_reaches_halves_in_other_tasks_and_does_not_wait_for_idle_owners() {
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
    callback.tasks().close();
    callback.tasks().wait().await;
    assert_eq!(start.elapsed(), Limits::default().close_deadline);
}

#[tokio::test]
async fn an_upgrade_that_is_not_awaited_is_none() {
    let (callback, log) = observed(App::new().with(async |ctx, _next| {
        drop(ctx.upgrade(async |_ws| Ok(())));
        ctx.set_body("a page")
    }));
    let (near, _far) = tokio::io::duplex(1024);
    let mut request = request();
    request.set_upgrade(OnUpgrade::new(async move { Ok(Box::new(near) as _) }));
    assert_eq!(callback.handle(request).await.status(), 200);
    callback.tasks().close();
    callback.tasks().wait().await;
    assert!(log.lock().unwrap().is_empty());
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
    callback.tasks().close();
    callback.tasks().wait().await;
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

async fn echo(mut ws: WebSocket) {
    while let Ok(Some(message)) = ws.recv().await {
        ws.send(message).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn shutdown_wakes_one_who_receives_in_another_task() {
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
async fn shutdown_wakes_one_who_receives_in_a_set_of_futures() {
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
