//! What a client does is observed as its own fault, never as a failure of the server.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use cepa_core::{App, OnUpgrade, OrThrow};
use cepa_ws::{CloseCode, Limits, WebSocketExt, WebSocketOptions};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};

use crate::handshake::request;
use crate::upgrade::{done, ending, observed, open, open_raw};
use crate::wire::Peer;

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
    done(&callback).await;
    assert!(log.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_is_too_big_is_observed_as_a_fault_of_the_client() {
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
    done(&callback).await;
    let log = log.lock().unwrap();
    assert_eq!(*log, ["/ws 413 the WebSocket peer sent message too big (1009)"]);
}

#[tokio::test(start_paused = true)]
async fn silence_is_observed_as_a_fault_of_the_client() {
    let (callback, log) = observed(App::new().with(async |ctx, _next| {
        ctx.upgrade(async |mut ws| {
            while ws.recv().await?.is_some() {}
            Ok(())
        })
        .await
    }));
    let (_, silent) = open(&callback).await;
    done(&callback).await;
    drop(silent);
    let log = log.lock().unwrap();
    assert_eq!(*log, ["/ws 408 the WebSocket peer does not answer pings"]);
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
    done(&callback).await;
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
    done(&callback).await;
    assert!(log.lock().unwrap()[0].starts_with("/ws 422 not what we speak"));
}

#[tokio::test]
async fn a_message_that_is_not_the_json_asked_for_is_1007_and_observed_as_400() {
    let (callback, log) = observed(App::new().with(async |ctx, _next| {
        ctx.upgrade(async |mut ws| {
            while let Some(message) = ws.recv().await? {
                let numbers: Vec<u8> = message.json()?;
                ws.send(cepa_core::Json(numbers)).await?;
            }
            Ok(())
        })
        .await
    }));
    for (sent, wrong) in [
        ("[1", "EOF while parsing a list at line 1 column 2"),
        ("[256]", "invalid value: integer `256`, expected u8 at line 1 column 4"),
    ] {
        let (_, mut client) = open(&callback).await;
        client.send("[1,2]").await.unwrap();
        assert_eq!(client.recv().await.unwrap(), Some("[1,2]".into()));
        client.send(sent).await.unwrap();
        assert_eq!(
            ending(&mut client).await,
            (1007, format!("not the JSON that is wanted: {wrong}"))
        );
    }
    done(&callback).await;
    assert_eq!(
        log.lock().unwrap()[0],
        "/ws 400 not the JSON that is wanted: EOF while parsing a list at line 1 column 2"
    );
}

#[tokio::test]
async fn a_value_without_a_json_form_is_a_failure_of_the_server() {
    let (callback, log) = observed(App::new().with(async |ctx, _next| {
        ctx.upgrade(async |mut ws| {
            let unwritable = std::collections::HashMap::from([((1, 2), 3)]);
            Ok(ws.send(cepa_core::Json(unwritable)).await?)
        })
        .await
    }));
    let (_, mut client) = open(&callback).await;
    assert_eq!(ending(&mut client).await, (1011, "Internal Server Error".to_owned()));
    done(&callback).await;
    assert!(log.lock().unwrap()[0].starts_with("/ws 500"), "{log:?}");
}

/// A stream whose peer breaks the layer below, as a wrong record of TLS does.
struct Torn(DuplexStream);

impl AsyncRead for Torn {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, "a wrong record")))
    }
}

impl AsyncWrite for Torn {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn a_stream_that_fails_is_observed_as_a_fault_of_the_client() {
    let (callback, log) = observed(App::new().with(async |ctx, _next| {
        ctx.upgrade(async |mut ws| {
            while ws.recv().await?.is_some() {}
            Ok(())
        })
        .await
    }));
    let (near, _far) = tokio::io::duplex(1024);
    let mut request = request();
    request.set_upgrade(OnUpgrade::new(async move { Ok(Box::new(Torn(near)) as _) }));
    assert_eq!(callback.handle(request).await.status(), 101);
    done(&callback).await;
    assert_eq!(*log.lock().unwrap(), ["/ws 400 the WebSocket's stream failed: a wrong record"]);
}
