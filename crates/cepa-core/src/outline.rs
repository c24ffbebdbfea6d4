//! [`Outline`]: enough of a request to tell later which one an error was about.
//!
//! What outlives a request (a task, a response that streams) fails when its context is gone. Keeping the
//! context would keep the whole head that the client sent; this keeps method, target and peer, as small as they can be,
//! and makes a context of them for the observers when there is something to tell.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::app::Core;
use crate::{Body, Context, Error, Request};

pub(crate) struct Outline {
    core: Arc<Core>,
    mounted: Box<[Arc<Core>]>,
    /// `GET /path?query`
    line: Box<str>,
    peer: Option<SocketAddr>,
}

impl Outline {
    pub(crate) fn new(ctx: &Context) -> Self {
        let (method, url) = (ctx.request.method.as_str(), ctx.request.original_url());
        Self {
            core: ctx.core.clone(),
            mounted: ctx.mounted.as_slice().into(),
            line: format!("{method} {url}").into(),
            peer: ctx.request.peer,
        }
    }

    /// Shows an error to the observers, those of mounted apps first.
    pub(crate) fn report(&self, error: &Error) {
        let (method, url) = self.line.split_once(' ').unwrap_or_default();
        let mut request = http::Request::new(Body::default());
        *request.method_mut() = method.parse().unwrap_or_default();
        *request.uri_mut() = url.parse().unwrap_or_default();
        let mut request = Request::from(request);
        request.peer = self.peer;
        let mut ctx = Context::new(self.core.clone(), request);
        ctx.mounted = self.mounted.to_vec();
        ctx.mounted.iter().rev().for_each(|core| core.notify(error, &ctx));
        ctx.core.observe(error, &ctx);
    }
}
