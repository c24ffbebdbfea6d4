//! `ctx.upgrade`: the answer, and how the task that serves a WebSocket ends.

use std::sync::{Arc, Mutex};

use cepa_core::http::{HeaderMap, StatusCode};
use cepa_core::{App, Callback, Error, OnUpgrade};
use cepa_ws::{CloseCode, Limits, Role, WebSocket, WebSocketExt, WebSocketOptions};
use tokio::io::DuplexStream;

use crate::handshake::{request, set};

pub type Log = Arc<Mutex<Vec<String>>>;

/// The app's callback, and what its observers were shown.
pub fn observed(app: App) -> (Callback, Log) {
    let log = Log::default();
    let seen = log.clone();
    let app = app.on_error(move |error, ctx| {
        seen.lock().unwrap().push(format!("{} {error}", ctx.path()));
    });
    (app.callback(), log)
}

/// Opens a WebSocket to the app, in process.
pub async fn open(callback: &Callback) -> (HeaderMap, WebSocket) {
    let (headers, far) = open_raw(callback).await;
    (headers, WebSocket::over(far, Role::Client, Limits::default()))
}

pub async fn open_raw(callback: &Callback) -> (HeaderMap, DuplexStream) {
    let (near, far) = tokio::io::duplex(1024);
    let mut request = request();
    set(&mut request, "sec-websocket-protocol", Some("v1"));
    request.set_upgrade(OnUpgrade::new(async move { Ok(Box::new(near) as _) }));
    let answer = callback.handle(request).await;
    assert_eq!(answer.status(), StatusCode::SWITCHING_PROTOCOLS);
    (answer.headers().clone(), far)
}

/// What the client sees after the messages are over.
pub async fn ending(ws: &mut WebSocket) -> (u16, String) {
    while ws.recv().await.unwrap().is_some() {}
    let close = ws.closed().unwrap();
    (close.code.get(), close.reason.to_string())
}

/// Waits until all tasks of the app are over.
pub async fn done(callback: &Callback) {
    callback.tasks().close();
    callback.tasks().wait().await;
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
    done(&callback).await;
    let log = log.lock().unwrap();
    assert_eq!(*log, ["/ws 500: the database is on fire", "/ws 422 not a vegetable"]);
}

#[tokio::test]
async fn a_panic_before_the_first_await_is_told_too() {
    let (callback, log) = observed(App::new().with(async |ctx, _next| {
        ctx.upgrade(|ws| {
            assert!(ws.protocol().is_some(), "told to");
            std::future::ready(Ok(()))
        })
        .await
    }));
    let (_, mut client) = open(&callback).await;
    assert_eq!(ending(&mut client).await, (1011, "the server failed".to_owned()));
    done(&callback).await;
    assert!(log.lock().unwrap()[0].contains("told to"));
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
    done(&callback).await;
    let log = log.lock().unwrap();
    assert_eq!(log.len(), 1, "{log:?}");
    assert!(log[0].contains("told to"), "{log:?}");
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
    done(&callback).await;
    assert!(log.lock().unwrap().is_empty());
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
    done(&callback).await;
    assert!(log.lock().unwrap().is_empty());
}
