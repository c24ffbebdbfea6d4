//! What runs in a socket's task: the connection, then its events in order, at last the disconnect handlers.
//!
//! A panic in a handler ends that client's connection and nobody else's: the task catches it, drops the events that wait
//! and goes on to the disconnect handlers. An error of `on_connect` disconnects the socket; an error of an event handler is
//! its acknowledgement.

use std::any::Any;
use std::panic::AssertUnwindSafe;

use cepa_core::{Error, Result};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};

use crate::client::Busy;
use crate::engine::ending::Ending;
use crate::error::{ConnectError, answer};
use crate::handlers::Incoming;
use crate::packet::write;
use crate::queue::{Job, Work};
use crate::{Reason, Socket};

/// The connection of a socket, then [`run`]. The client counts as busy until it is connected.
pub(crate) async fn connect(socket: Socket, busy: Busy) {
    let running = Running(Some(&socket));
    if !admitted(&socket).await || !socket.accept() {
        return;
    }
    let handlers = socket.handlers().clone();
    for hook in &handlers.connect {
        match caught(async { hook(socket.clone(), ()).await }).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                report(&error, &socket);
                socket.queue().fail();
                socket.leave_namespace();
                break;
            }
            Err(panic) => {
                crash(&socket, &*panic);
                break;
            }
        }
    }
    drop(busy);
    work(&socket, running).await;
}

/// Works until there is nothing to be done.
pub(crate) async fn run(socket: Socket) {
    work(&socket, Running(Some(&socket))).await;
}

/// Whether all of `admit` let it in; the refusal is sent.
async fn admitted(socket: &Socket) -> bool {
    let handlers = socket.handlers().clone();
    if socket.is_recovered()
        && socket.namespace().memory().is_some_and(|memory| memory.options().skip_admit)
    {
        return true;
    }
    for admit in &handlers.admit {
        if !socket.is_connecting() {
            return false;
        }
        let error = match caught(async { admit(socket.clone(), ()).await }).await {
            Ok(Ok(())) => continue,
            Ok(Err(error)) => error,
            Err(panic) => panicked(&*panic),
        };
        if ConnectError::within(&error).is_none() {
            report(&error, socket);
        }
        socket.refuse(&ConnectError::of(&error));
        return false;
    }
    true
}

async fn work(socket: &Socket, mut running: Running<'_>) {
    let at_a_time = socket.session().server.options.concurrent_handlers;
    loop {
        if at_a_time > 1 {
            side_by_side(socket, at_a_time).await;
        }
        match socket.queue().next() {
            Work::Event(job) => event(socket, job).await,
            Work::Disconnect(reason, busy) => {
                disconnected(socket, reason).await;
                drop(busy);
            }
            Work::Rest => break,
        }
    }
    // another task may run by now
    running.0 = None;
}

/// Runs events, several at a time, until none runs and none waits.
async fn side_by_side(socket: &Socket, at_a_time: usize) {
    let queue = socket.queue();
    let arrived = queue.arrived.made();
    let mut running = FuturesUnordered::new();
    loop {
        while running.len() < at_a_time
            && let Some(job) = queue.next_event()
        {
            running.push(event(socket, job));
        }
        tokio::select! {
            done = running.next() => if done.is_none() { return },
            () = arrived.notified(), if running.len() < at_a_time => {}
        }
    }
}

async fn event(socket: &Socket, job: Job) {
    let Job { name, id, args } = job;
    let mut event = Incoming::new(socket.clone(), name, args, id.is_some());
    let reply = match caught(socket.handlers().run(&mut event)).await {
        Ok(Ok(())) => event.answer,
        Ok(Err(error)) => {
            report(&error, socket);
            Some(answer(&error))
        }
        Err(panic) => return crash(socket, &*panic),
    };
    if let (Some(id), Some(args)) = (id, reply)
        && socket.is_connected()
    {
        socket.session().send(write::ack(socket.namespace().name(), id, &args), args.attachments());
    }
}

async fn disconnected(socket: &Socket, reason: Reason) {
    let handlers = socket.handlers().clone();
    for hook in &handlers.disconnect {
        match caught(async { hook(socket.clone(), reason).await }).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => report(&error, socket),
            Err(panic) => report(&panicked(&*panic), socket),
        }
    }
    socket.close_own();
}

/// The task of a socket; one that ends before its work does (a panic that nothing has caught, or the end of the
/// runtime) leaves no queue behind that waits for it.
struct Running<'a>(Option<&'a Socket>);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let Some(socket) = self.0 else { return };
        socket.queue().abandon();
        socket.close_own();
        if std::thread::panicking() {
            socket.session().close(Reason::ForcedServerClose, Ending::Farewell);
        }
    }
}

fn crash(socket: &Socket, panic: &(dyn Any + Send)) {
    report(&panicked(panic), socket);
    socket.queue().fail();
    socket.session().close(Reason::ForcedServerClose, Ending::Farewell);
}

async fn caught<T>(future: impl Future<Output = Result<T>>) -> std::thread::Result<Result<T>> {
    AssertUnwindSafe(future).catch_unwind().await
}

pub(crate) fn panicked(panic: &(dyn Any + Send)) -> Error {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Error::internal(format!("a handler panicked: {}", text.unwrap_or("no message")))
}

fn report(error: &Error, socket: &Socket) {
    socket.session().server.report(error, socket);
}
