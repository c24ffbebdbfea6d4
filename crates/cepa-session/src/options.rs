//! What a [`Session`](crate::Session) is set up with, and the cookie that follows from it.
//!
//! A lifetime is a [`Duration`], or `None` for "until the browser closes". It starts as an option and, once a session
//! has been stored, comes from its data: `_maxAge` or `_session`.

use std::sync::Arc;
use std::time::Duration;

use cepa_core::{Context, Cookie, Priority, Result, SameSite};
use serde_json::{Map, Value};

use crate::codec::Codec;
use crate::{ActiveSession, SessionEvent, SessionEventKind, Store, sealed};

/// The longest lifetime: a hundred years. Longer ones are cut to it, since dates have an end.
pub(crate) const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

type StoreFor = dyn Fn(&Context) -> Arc<dyn Store> + Send + Sync;
type Valid = dyn Fn(&Context, &Map<String, Value>) -> bool + Send + Sync;
type BeforeSave = dyn Fn(&Context, &mut ActiveSession) + Send + Sync;
type Observer = dyn Fn(&SessionEvent, &Context) + Send + Sync;
type NewId = dyn Fn(&Context) -> String + Send + Sync;
type ReadId = dyn Fn(&Context) -> Option<String> + Send + Sync;
type WriteId = dyn Fn(&mut Context, &str) -> Result + Send + Sync;

/// Carries the id elsewhere than in a cookie.
#[derive(Clone)]
pub(crate) struct ExternalId {
    pub(crate) read: Arc<ReadId>,
    pub(crate) write: Arc<WriteId>,
}

/// What keeps clients from making cookies of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guard {
    Nothing,
    Signature,
    Encryption,
}

#[derive(Clone)]
pub(crate) struct Options {
    pub(crate) name: String,
    pub(crate) lifetime: Option<Duration>,
    pub(crate) path: String,
    pub(crate) domain: Option<String>,
    pub(crate) same_site: Option<SameSite>,
    pub(crate) secure: Option<bool>,
    pub(crate) http_only: bool,
    pub(crate) priority: Option<Priority>,
    pub(crate) partitioned: bool,
    pub(crate) overwrite: bool,
    pub(crate) codec: Codec,
    pub(crate) guard: Guard,
    pub(crate) rolling: bool,
    pub(crate) renew: bool,
    pub(crate) auto_commit: bool,
    pub(crate) max_cookie_bytes: usize,
    pub(crate) store: Option<Arc<StoreFor>>,
    pub(crate) prefix: String,
    pub(crate) new_id: Option<Arc<NewId>>,
    pub(crate) external_id: Option<ExternalId>,
    pub(crate) valid: Option<Arc<Valid>>,
    pub(crate) before_save: Option<Arc<BeforeSave>>,
    pub(crate) observers: Vec<Arc<Observer>>,
}

impl Options {
    /// A cookie of this name with the attributes of the options.
    fn dressed(&self, mut cookie: Cookie) -> Cookie {
        cookie = cookie.path(self.path.clone()).http_only(self.http_only);
        cookie = cookie.partitioned(self.partitioned).overwrite(self.overwrite);
        if let Some(domain) = &self.domain {
            cookie = cookie.domain(domain.clone());
        }
        if let Some(same_site) = self.same_site {
            cookie = cookie.same_site(same_site);
        }
        if let Some(priority) = self.priority {
            cookie = cookie.priority(priority);
        }
        match self.secure {
            Some(secure) => cookie.secure(secure),
            None => cookie,
        }
    }

    /// The text of the session's cookie; the flag says that it is under an older key and should be written anew.
    pub(crate) fn cookie(&self, ctx: &mut Context) -> Result<Option<(String, bool)>> {
        let mut cookies = ctx.cookies();
        let name = self.name.as_str();
        let text = match self.guard {
            Guard::Nothing => cookies.get(name).map(|text| (text.to_owned(), false)),
            // The core renews the signature itself, as Koa does.
            Guard::Signature => cookies.get_signed(name)?.map(|text| (text.to_owned(), false)),
            Guard::Encryption => cookies
                .get(name)
                .and_then(|value| sealed::open(cookies.keys(), name, value))
                .map(|(text, key)| (text, key > 0)),
        };
        Ok(text.filter(|(text, _)| !text.is_empty()))
    }

    /// What stands in the cookie for a text.
    pub(crate) fn guarded(&self, ctx: &mut Context, text: String) -> Result<String> {
        match self.guard {
            Guard::Nothing | Guard::Signature => Ok(text),
            Guard::Encryption => sealed::seal(ctx.cookies().keys(), &self.name, &text),
        }
    }

    /// Sets the session's cookie, in place of one that this response already has.
    pub(crate) fn set_cookie(
        &self,
        ctx: &mut Context,
        value: &str,
        lifetime: Option<Duration>,
    ) -> Result {
        let cookie = Cookie::new(&*self.name, value);
        let cookie = match lifetime {
            Some(lifetime) => cookie.lifetime(lifetime),
            None => cookie,
        };
        self.send(ctx, self.dressed(cookie))
    }

    /// Makes the browser forget the session's cookie.
    pub(crate) fn remove_cookie(&self, ctx: &mut Context) -> Result {
        self.send(ctx, self.dressed(Cookie::removal(&*self.name)))
    }

    fn send(&self, ctx: &mut Context, cookie: Cookie) -> Result {
        match self.guard {
            Guard::Signature => ctx.cookies().set_signed(cookie),
            Guard::Nothing | Guard::Encryption => ctx.cookies().set(cookie),
        }
    }

    pub(crate) fn observe(
        &self,
        kind: SessionEventKind,
        id: Option<&str>,
        data: Option<&Map<String, Value>>,
        ctx: &Context,
    ) {
        if self.observers.is_empty() {
            return;
        }
        let event = SessionEvent { kind, id: id.map(str::to_owned), data: data.cloned() };
        for observer in &self.observers {
            observer(&event, ctx);
        }
    }
}
