//! Requests under the server's path: verified in Node's order, then handed to a transport.
//!
//! Transport, origin, session, method, revision, then the application's judges (CORS comes before, for the files of
//! browsers too). A [`Refusal`] is JSON with a numeric code, or, for a WebSocket handshake, the bare text on a closed
//! connection, always with 400 there. A method that is neither GET nor POST is 405 where Node says 500.

use std::sync::Arc;

use cepa_core::{Body, Context, Result};
use cepa_ws::{CloseCode, WebSocket, WebSocketExt};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Either, ready};
use http::header::{
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ALLOW, CONNECTION, HeaderValue,
    ORIGIN, UPGRADE,
};
use http::{Method, StatusCode};

use super::answer::Form;
use super::refusal::Refusal;
use super::session::{Session, Transport};
use super::upgrade::{self, Attempt};
use super::{polling, websocket};
use crate::handshake::{HandshakeRequest, parameter};
use crate::options::Options;
use crate::server::{Server, Unavailable};
use crate::wire::Carrier;

/// Serves a request under the server's path.
pub(crate) async fn serve(ctx: &mut Context, server: &Arc<Server>) -> Result {
    let upgrades = ctx
        .request
        .headers
        .get(UPGRADE)
        .is_some_and(|kind| kind.as_bytes().eq_ignore_ascii_case(b"websocket"));
    match verify(ctx, server, upgrades) {
        Ok(Target::Poll(session)) if ctx.method() == Method::GET => {
            polling::get(ctx, session).await
        }
        Ok(Target::Poll(session)) if ctx.method() == Method::POST => {
            polling::post(ctx, session).await
        }
        Ok(Target::Poll(_)) => {
            ctx.set_status(StatusCode::METHOD_NOT_ALLOWED);
            ctx.set(ALLOW, HeaderValue::from_static("GET, POST"))?;
            ctx.set_body(Body::empty())
        }
        Ok(Target::Upgrade(session, only_text)) => {
            // from here on, so that a client that leaves before the 101 is noticed too
            let attempt = Attempt::begin(&session, only_text);
            let answered =
                ctx.upgrade_with(&server.websocket, move |ws| upgrade::serve(attempt, ws)).await;
            allowed(ctx, server, answered)
        }
        Ok(Target::Open(transport, form)) => open(ctx, server, transport, form).await,
        Err(refusal) => refuse(ctx, server, &refusal, upgrades),
    }
}

/// What a good request is for.
enum Target {
    Open(Transport, Form),
    Poll(Arc<Session>),
    /// It may say that the client takes no binary frames.
    Upgrade(Arc<Session>, bool),
}

fn verify(ctx: &Context, server: &Server, upgrades: bool) -> Result<Target, Refusal> {
    let query = ctx.request.query_string();
    let value = |name: &str| parameter(query, name);
    let transport = match value("transport").as_deref() {
        Some("polling") if server.options.polling => Transport::Polling,
        Some("websocket") if server.options.websocket => Transport::WebSocket,
        _ => return Err(Refusal::TransportUnknown),
    };
    if ctx.request.headers.get(ORIGIN).is_some_and(|origin| origin.to_str().is_err()) {
        return Err(Refusal::InvalidOrigin);
    }
    // whoever says nothing speaks the old one
    let legacy = value("EIO").as_deref() != Some("4");
    let only_text = value("b64").is_some_and(|text| !text.is_empty());
    if let Some(sid) = value("sid") {
        let session = server.sessions.get(&sid).ok_or(Refusal::SessionUnknown)?;
        // one that is over is kept for the sake of a GET, and for what is sent before that
        let welcome = match *ctx.method() {
            _ if upgrades => false,
            Method::GET => true,
            Method::POST => !session.refuses_posts(),
            _ => false,
        };
        if session.is_closed() && !welcome {
            return Err(Refusal::SessionUnknown);
        }
        if transport == Transport::Polling && upgrades {
            return Err(Refusal::TransportMismatch);
        }
        if legacy != session.is_legacy() {
            return Err(Refusal::RevisionMismatch);
        }
        if upgrades && server.options.allow_upgrades {
            return Ok(Target::Upgrade(session, only_text));
        }
        // a session that is about to become a WebSocket polls until it has
        if upgrades || transport != Transport::Polling || session.transport() != Transport::Polling
        {
            return Err(Refusal::TransportMismatch);
        }
        return Ok(Target::Poll(session));
    }
    if ctx.method() != Method::GET {
        return Err(Refusal::BadMethod);
    }
    if upgrades != (transport == Transport::WebSocket) {
        return Err(Refusal::TransportMismatch);
    }
    if legacy && !server.options.allow_eio3 {
        return Err(Refusal::Revision);
    }
    let jsonp = value("j").filter(|_| server.options.jsonp && transport == Transport::Polling);
    if jsonp.is_some() && is_cross_site(ctx) && !server.options.any_origin() {
        return Err(Refusal::forbidden());
    }
    let digits =
        |text: &str| text.chars().filter(char::is_ascii_digit).take(20).collect::<String>();
    Ok(Target::Open(
        transport,
        Form {
            legacy,
            only_text: jsonp.is_some() || only_text,
            jsonp: jsonp.map(|number| digits(&number).into()),
        },
    ))
}

/// Whether a browser says that another site's page asks.
fn is_cross_site(ctx: &Context) -> bool {
    ctx.request.headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site")
}

async fn open(ctx: &mut Context, server: &Arc<Server>, transport: Transport, form: Form) -> Result {
    server.watch(ctx);
    let request = Arc::new(HandshakeRequest::of(&ctx.request));
    for judge in server.judges() {
        if let Err(error) = judge(Arc::clone(&request)).await {
            let refusal = Refusal::Forbidden(error.public_message().to_owned());
            return refuse(ctx, server, &refusal, transport == Transport::WebSocket);
        }
    }
    let closing = ctx.closing().clone();
    if transport == Transport::Polling {
        return match Session::open(server, request, Carrier::Polling, form, &closing) {
            Ok(session) => polling::open(ctx, &session),
            Err(reason) => unavailable(ctx, server, reason),
        };
    }
    if let Some(reason) = server.sessions.unavailable(request.network) {
        return unavailable(ctx, server, reason);
    }
    let opening = Arc::clone(server);
    let answered = ctx
        .upgrade_with(&server.websocket, move |ws| {
            let (deflate, only_text) = (ws.shared_deflate(), form.only_text);
            let carrier = Carrier::Frames { deflate, only_text };
            let session = match Session::open(&opening, request, carrier, form, &closing) {
                Ok(session) => session,
                Err(reason) => return Either::Right(turned_away(ws, reason)),
            };
            match websocket::open(&session) {
                Some(outbox) => Either::Left(websocket::serve(session, ws, outbox)),
                None => Either::Right(ready(Ok(())).boxed()),
            }
        })
        .await;
    allowed(ctx, server, answered)
}

/// Ends a WebSocket for which there is no session.
fn turned_away(mut ws: WebSocket, reason: Unavailable) -> BoxFuture<'static, Result> {
    let code = match reason {
        Unavailable::Full => CloseCode::TRY_AGAIN,
        Unavailable::Closing => CloseCode::AWAY,
    };
    let close = async move {
        let _ = ws.close(code, "").await;
        Ok(())
    };
    close.boxed()
}

fn unavailable(ctx: &mut Context, server: &Server, reason: Unavailable) -> Result {
    let refusal = match reason {
        Unavailable::Full => Refusal::TooManySessions,
        Unavailable::Closing => Refusal::ShuttingDown,
    };
    server.refused(&ctx.request, &refusal);
    ctx.set_status(StatusCode::SERVICE_UNAVAILABLE);
    ctx.set("retry-after", "5")?;
    ctx.set_body(refusal.message().to_owned())
}

/// A foreign origin is refused in Engine.IO's words.
fn allowed(ctx: &mut Context, server: &Server, answered: Result) -> Result {
    match answered {
        Err(error) if error.status() == StatusCode::FORBIDDEN => {
            refuse(ctx, server, &Refusal::forbidden(), true)
        }
        answered => answered,
    }
}

fn refuse(ctx: &mut Context, server: &Server, refusal: &Refusal, upgrades: bool) -> Result {
    server.refused(&ctx.request, refusal);
    let message = refusal.message();
    if upgrades {
        ctx.set_status(400);
        ctx.set(CONNECTION, HeaderValue::from_static("close"))?;
        ctx.set("content-type", "text/html")?;
        return ctx.set_body(Body::from(message.to_owned()));
    }
    ctx.set_status(if matches!(refusal, Refusal::Forbidden(_)) { 403 } else { 400 });
    ctx.set("content-type", "application/json")?;
    let body = serde_json::json!({ "code": refusal.code(), "message": message });
    ctx.set_body(Body::from(body.to_string()))
}

/// Sets the CORS headers for pages of listed origins; true when this was a preflight, which is then answered.
pub(crate) fn cors(ctx: &mut Context, options: &Options) -> Result<bool> {
    if options.origins.is_empty() {
        return Ok(false);
    }
    let origin = ctx.request.headers.get(ORIGIN).cloned();
    let preflight = ctx.method() == Method::OPTIONS
        && ctx.request.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    if options.any_origin() {
        ctx.set("access-control-allow-origin", "*")?;
    } else {
        ctx.vary("Origin")?;
        let listed =
            origin.filter(|origin| origin.to_str().is_ok_and(|text| options.lists_origin(text)));
        if let Some(origin) = listed {
            ctx.set("access-control-allow-origin", origin)?;
            ctx.set("access-control-allow-credentials", "true")?;
        }
    }
    if preflight {
        ctx.set("access-control-allow-methods", "GET,HEAD,PUT,PATCH,POST,DELETE")?;
        if let Some(wanted) = ctx.request.headers.get(ACCESS_CONTROL_REQUEST_HEADERS).cloned() {
            ctx.set("access-control-allow-headers", wanted)?;
        }
        ctx.vary("Access-Control-Request-Headers")?;
        ctx.set_status(StatusCode::NO_CONTENT);
        ctx.set_body(Body::empty())?;
    }
    Ok(preflight)
}
