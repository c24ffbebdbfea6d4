//! [`WebSocketExt`]: from a request to a WebSocket, and the life of the task that serves it.
//!
//! `upgrade` only answers: it checks the handshake, sets status 101 and the headers, and starts a task
//! through [`Context::spawn`]. That task waits for the raw connection, runs the user's function, and
//! closes the WebSocket by what became of it:
//!
//! | the function | the peer is sent |
//! |---|---|
//! | returns `Ok` | 1000 |
//! | returns an error | 1011 and the error's public message; the app's observers see the error |
//! | returns that of [`Message::json`](crate::Message::json) | 1007 and what is wrong |
//! | panics | 1011; the app's observers see the panic |
//! | is running when the server shuts down | 1001, to be answered within `shutdown_deadline`; it has `close_deadline` to return |
//!
//! A function that fails with [`WebSocketError::Closed`], because it went on sending after the peer had
//! gone, has not failed: nobody is told. One that passes on a fault of the peer is observed as 413 (too
//! big), 408 (a deadline) or 400 (any other violation, a message that is not the JSON it was read as, a stream that
//! fails), with the code `websocket_peer`: nothing that a client does looks like a failure of the server.
//!
//! The function runs on whichever thread the task is on, so its future must be `Send`:
//!
//! ```compile_fail
//! use cepa_ws::WebSocketExt;
//! async fn serve(ctx: &mut cepa_core::Context) -> cepa_core::Result {
//!     ctx.upgrade(async |mut ws| {
//!         let count = std::rc::Rc::new(1);
//!         ws.recv().await?;
//!         drop(count);
//!         Ok(())
//!     })
//!     .await
//! }
//! ```

use std::any::Any;
use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;

use cepa_core::{Cancelled, Context, Error, OnUpgrade, Result, Upgraded};
use futures_util::FutureExt;
use futures_util::future::{Either, lazy, select};
use http::StatusCode;
use http::header::{
    CONNECTION, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_EXTENSIONS,
    SEC_WEBSOCKET_PROTOCOL, UPGRADE,
};
use tokio::time::timeout;

use crate::close::{Close, CloseCode};
use crate::connection::WebSocket;
use crate::error::WebSocketError;
use crate::extension::Agreed;
use crate::frame::Role;
use crate::handshake;
use crate::limits::Limits;
use crate::link::Link;
use crate::options::WebSocketOptions;
use crate::shared::Shared;

/// Upgrades a request to a WebSocket: methods for [`Context`].
pub trait WebSocketExt {
    /// Answers the request's WebSocket handshake with 101, and runs `serve` in a task of its own
    /// once the connection stands. Same origin only, and the limits that the app shares, or the default ones.
    ///
    /// ```
    /// use cepa_core::App;
    /// use cepa_ws::WebSocketExt;
    ///
    /// let app = App::new().with(async |ctx, _next| {
    ///     ctx.upgrade(async |mut ws| {
    ///         while let Some(message) = ws.recv().await? {
    ///             ws.send(message).await?;
    ///         }
    ///         Ok(())
    ///     })
    ///     .await
    /// });
    /// ```
    ///
    /// # Errors
    /// 426 when the request asks for no WebSocket of version 13, 400 when its handshake is malformed,
    /// 403 for a foreign origin, 405 for a method other than GET; 500 when the server has no raw
    /// connection to give, or it was taken before.
    fn upgrade<F, Fut>(&mut self, serve: F) -> impl Future<Output = Result> + Send
    where
        F: FnOnce(WebSocket) -> Fut + Send + 'static,
        Fut: Future<Output = Result> + Send + 'static;

    /// As [`upgrade`](Self::upgrade), with subprotocols, origins and limits of your choice.
    ///
    /// # Errors
    /// As [`upgrade`](Self::upgrade).
    fn upgrade_with<F, Fut>(
        &mut self,
        options: &WebSocketOptions,
        serve: F,
    ) -> impl Future<Output = Result> + Send
    where
        F: FnOnce(WebSocket) -> Fut + Send + 'static,
        Fut: Future<Output = Result> + Send + 'static;
}

impl WebSocketExt for Context {
    async fn upgrade<F, Fut>(&mut self, serve: F) -> Result
    where
        F: FnOnce(WebSocket) -> Fut + Send + 'static,
        Fut: Future<Output = Result> + Send + 'static,
    {
        answer(self, &WebSocketOptions::default(), serve)
    }

    async fn upgrade_with<F, Fut>(&mut self, options: &WebSocketOptions, serve: F) -> Result
    where
        F: FnOnce(WebSocket) -> Fut + Send + 'static,
        Fut: Future<Output = Result> + Send + 'static,
    {
        answer(self, options, serve)
    }
}

fn answer<F, Fut>(ctx: &mut Context, options: &WebSocketOptions, serve: F) -> Result
where
    F: FnOnce(WebSocket) -> Fut + Send + 'static,
    Fut: Future<Output = Result> + Send + 'static,
{
    let accepted = handshake::check(&ctx.request, options)?;
    let Some(upgrade) = ctx.request.take_upgrade() else {
        return Err(Error::new(500, "the server has no connection to upgrade"));
    };
    ctx.set_status(StatusCode::SWITCHING_PROTOCOLS);
    ctx.set(UPGRADE, HeaderValue::from_static("websocket"))?;
    ctx.set(CONNECTION, HeaderValue::from_static("Upgrade"))?;
    if let Some(accept) = accepted.accept {
        ctx.set(SEC_WEBSOCKET_ACCEPT, accept)?;
    }
    if let Some(protocol) = &accepted.protocol {
        ctx.set(SEC_WEBSOCKET_PROTOCOL, &**protocol)?;
    }
    if let Some(extensions) = accepted.extensions {
        ctx.set(SEC_WEBSOCKET_EXTENSIONS, extensions)?;
    }
    let shared = || ctx.try_shared::<Limits>().map(|_| ctx.shared_arc());
    let opening = Opening {
        limits: options.limits.clone().or_else(shared).unwrap_or_default(),
        agreed: accepted.agreed,
        protocol: accepted.protocol,
    };
    let connecting = Box::pin(connect(upgrade, opening, serve));
    ctx.spawn(run(connecting, ctx.until_closing()));
    Ok(())
}

/// What was agreed on in the handshake.
struct Opening {
    limits: Arc<Limits>,
    agreed: Option<Agreed>,
    protocol: Option<Arc<str>>,
}

impl Opening {
    fn open(self, io: Upgraded) -> WebSocket {
        WebSocket::new(
            Link::new(io, Role::Server, self.limits, self.agreed.as_ref()),
            self.protocol,
        )
    }
}

/// The user's function at work on the connection behind `shared`. Boxed, so that it takes its own size and no more.
struct Serving {
    shared: Arc<Shared>,
    function: Pin<Box<dyn Future<Output = Result> + Send>>,
}

/// Waits for the connection. Without one there is nothing to serve: the client left, or an outer layer answered something
/// else, and has said so itself.
async fn connect<F, Fut>(upgrade: OnUpgrade, opening: Opening, serve: F) -> Option<Serving>
where
    F: FnOnce(WebSocket) -> Fut + Send + 'static,
    Fut: Future<Output = Result> + Send + 'static,
{
    let io = timeout(opening.limits.handshake_deadline, upgrade.connect()).await.ok()?.ok()?;
    let socket = opening.open(io);
    let shared = socket.handle().shared().clone();
    let function: Pin<Box<dyn Future<Output = Result> + Send>> =
        match catch_unwind(AssertUnwindSafe(|| serve(socket))) {
            Ok(function) => Box::pin(function),
            // a panic before the first await is told as those behind it
            Err(panic) => Box::pin(lazy(|_| -> Result { resume_unwind(panic) })),
        };
    Some(Serving { shared, function })
}

/// The life of the task. Its parts are held for as long as the connection is, so whatever is not needed all the time has a
/// box of its own, for as long as it is.
async fn run(
    connecting: Pin<Box<dyn Future<Output = Option<Serving>> + Send>>,
    mut closing: Cancelled,
) -> Result {
    let Some(Serving { shared, function }) = connecting.await else { return Ok(()) };
    let function = AssertUnwindSafe(function).catch_unwind();
    let outcome = match select(function, &mut closing).await {
        Either::Left((outcome, _)) => Some(outcome),
        Either::Right(((), function)) => {
            shared.go_away();
            Box::pin(timeout(shared.limits().close_deadline, function)).await.ok()
        }
    };
    Box::pin(end(&shared, closing, outcome)).await
}

/// What became of the user's function; `None` when the server shut down and the function did not return in time. The inner
/// error is a panic.
type Outcome = Option<std::result::Result<Result, Box<dyn Any + Send>>>;

/// Closes the WebSocket by what became of the function.
async fn end(shared: &Shared, mut closing: Cancelled, outcome: Outcome) -> Result {
    let (close, outcome) = match outcome {
        Some(Ok(result)) => {
            let (close, result) = judge(result);
            (close, Ok(result))
        }
        Some(Err(panic)) => (Close::new(CloseCode::INTERNAL, "the server failed"), Err(panic)),
        None => (Close::new(CloseCode::AWAY, ""), Ok(Ok(()))),
    };
    // The function may have given the WebSocket to someone who goes on with it.
    if unless_closing(&mut closing, shared.released()).await.is_none() {
        shared.go_away();
        let _ = timeout(shared.limits().close_deadline, shared.released()).await;
    }
    shared.begin_close(&close);
    if unless_closing(&mut closing, shared.close()).await.is_none() {
        shared.go_away();
        shared.close().await;
    }
    if shared.link().is_broken() {
        let Limits { close_deadline, shutdown_deadline, .. } = shared.limits();
        if unless_closing(&mut closing, shared.linger(close_deadline)).await.is_none() {
            shared.linger(shutdown_deadline.min(close_deadline)).await;
        }
    }
    outcome.unwrap_or_else(|panic| resume_unwind(panic))
}

/// What a future gives, unless the server begins to shut down before.
async fn unless_closing<T>(closing: &mut Cancelled, future: impl Future<Output = T>) -> Option<T> {
    match select(pin!(future), closing).await {
        Either::Left((value, _)) => Some(value),
        Either::Right(_) => None,
    }
}

/// How to close, and what to tell: the peer's faults, which reached us through `?`, are not the program's.
fn judge(result: Result) -> (Close, Result) {
    let Err(error) = result else { return (Close::new(CloseCode::NORMAL, ""), Ok(())) };
    let close = Close::new(CloseCode::INTERNAL, error.public_message());
    let fault = error.source().and_then(|source| source.downcast_ref());
    let status = match fault {
        Some(WebSocketError::Closed) => return (close, Ok(())),
        Some(WebSocketError::Violation(violation)) if violation.code == CloseCode::TOO_BIG => 413,
        Some(WebSocketError::Violation(_) | WebSocketError::NotJson(_)) => 400,
        // what is unsupported was asked for by the program
        Some(WebSocketError::Io(failed)) if failed.kind() != ErrorKind::Unsupported => 400,
        Some(WebSocketError::WriteDeadline | WebSocketError::PongDeadline) => 408,
        _ => return (close, Err(error)),
    };
    if error.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return (close, Err(error));
    }
    let told = fault.map(ToString::to_string).unwrap_or_default();
    let close = match fault {
        Some(WebSocketError::NotJson(_)) => Close::new(CloseCode::INVALID_DATA, &told),
        // of the others the connection is over already
        _ => close,
    };
    (close, Err(Error::new(status, told).with_code("websocket_peer")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The size of the future that a function returns.
    fn size<A, B, F>(_: impl Fn(A, B) -> F) -> usize {
        size_of::<F>()
    }

    /// What an idle connection holds beside the program's future.
    #[test]
    fn an_idle_connection_is_small() {
        for (name, size, most) in [("run", size(run), 192), ("shared", size_of::<Shared>(), 512)] {
            assert!(size <= most, "{name} has {size} bytes, more than {most}");
        }
    }
}
