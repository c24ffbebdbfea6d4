//! One request: from hyper to the app, and the answer back.
//!
//! Requests that `admission` refuses are answered here and not shown to the app. One that may leave HTTP carries
//! the promise of its raw connection.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use cepa_core::{Body, OnUpgrade, Request, Upgraded};
use http::{HeaderMap, HeaderValue, StatusCode, Version, header};
use http_grammar::status::phrase;
use hyper::body::Incoming;
use hyper::ext::ReasonPhrase;
use hyper_util::rt::TokioIo;

use crate::admission::{self, Refusal};
use crate::incoming::incoming;
use crate::outgoing::Outgoing;
use crate::requests::{Open, Requests};
use crate::socket::Socket;
use crate::streams;
use crate::tunnel::{self, Tunnel};
use crate::worker::Shared;

/// Who asks, and whom.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) shared: Shared,
    pub(crate) address: SocketAddr,
    /// Those of its connection.
    pub(crate) requests: Arc<Requests>,
}

/// Answers a request; what goes wrong is an answer too.
pub(crate) async fn answer(
    peer: Arc<Peer>,
    request: http::Request<Incoming>,
) -> Result<http::Response<Outgoing>, Infallible> {
    let Shared { callback, limits, places } = &peer.shared;
    let open = peer.requests.begin();
    let (mut head, body) = request.into_parts();
    let is_tunnel = tunnel::enter(&mut head);
    if let Some(refusal) = admission::refusal(&head, limits) {
        return Ok(refused(refusal, head.version, open));
    }
    let held = if is_tunnel { places.take() } else { None };
    if is_tunnel && held.is_none() {
        let full = (StatusCode::SERVICE_UNAVAILABLE, "there are too many connections");
        return Ok(refused(full, head.version, open));
    }
    let mut request = http::Request::from_parts(head, body);
    let may_leave = request.headers().get_all(header::UPGRADE).iter().any(|offer| offer != "h2c");
    let upgrade = may_leave.then(|| {
        let upgrade = hyper::upgrade::on(&mut request);
        let held = held.map(|place| (place, peer.requests.begin()));
        OnUpgrade::new(async move {
            let upgraded = upgrade.await.map_err(io::Error::other)?;
            Ok(match held {
                Some((place, open)) => Box::new(Tunnel::new(upgraded, place, open)) as Upgraded,
                None => raw(upgraded),
            })
        })
    });
    let mut request = Request::from(request.map(|body| incoming(body, limits)));
    request.peer = Some(peer.address);
    if let Some(upgrade) = upgrade {
        request.set_upgrade(upgrade);
    }
    let version = request.version;
    let mut response = callback.handle(request).await;
    if is_tunnel {
        response = tunnel::leave(response);
    }
    if version < Version::HTTP_2 {
        if may_leave && response.status() != StatusCode::SWITCHING_PROTOCOLS {
            // `framing` has not read what follows.
            close(response.headers_mut());
        }
        name(&mut response);
    }
    Ok(response.map(|body| Outgoing::new(body, streams::taken(), open)))
}

/// The connection as it was given to hyper, without the layers that hyper has put around it.
fn raw(upgraded: hyper::upgrade::Upgraded) -> Upgraded {
    match upgraded.downcast::<TokioIo<Socket>>() {
        Ok(parts) => {
            let mut socket = parts.io.into_inner();
            socket.leave(parts.read_buf);
            Box::new(socket)
        }
        Err(upgraded) => Box::new(TokioIo::new(upgraded)),
    }
}

/// The answer to a request that the app does not see; nothing more is read from its connection.
fn refused((status, why): Refusal, version: Version, open: Open) -> http::Response<Outgoing> {
    let mut response = http::Response::new(Outgoing::new(Body::from(why), streams::taken(), open));
    *response.status_mut() = status;
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, text);
    if version < Version::HTTP_2 {
        close(response.headers_mut());
    }
    response
}

/// Says that this is the last answer on its connection, which makes it so.
fn close(headers: &mut HeaderMap) {
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
}

/// Gives a status the phrase that Node gives it, where hyper has another, or `<none>`.
fn name<B>(response: &mut http::Response<B>) {
    let status = response.status();
    let phrase = phrase(status).unwrap_or("unknown");
    if status.canonical_reason() != Some(phrase) {
        response.extensions_mut().insert(ReasonPhrase::from_static(phrase.as_bytes()));
    }
}
