//! [`Session`]: the middleware, and every option that koa-session has.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use cepa_core::{Context, Middleware, Next, Priority, Result, SameSite};
use serde_json::{Map, Value};

use crate::codec::Codec;
use crate::ext::Slot;
use crate::options::{ExternalId, Guard, LONGEST, Options};
use crate::{ActiveSession, SessionEvent, SessionExt, Store, load};

/// Gives every request below it a session: `App::new().keys([..]).plug(Session::new())`.
///
/// | option | default |
/// |---|---|
/// | [`name`](Self::name) | `koa.sess` |
/// | [`max_age`](Self::max_age), [`until_browser_closes`](Self::until_browser_closes) | one day |
/// | [`rolling`](Self::rolling), [`renew`](Self::renew) | off: the cookie is sent when the data changed |
/// | [`store`](Self::store), [`store_for`](Self::store_for) | none: the cookie is the session |
/// | [`prefix`](Self::prefix), [`new_id`](Self::new_id) | a random UUID |
/// | [`external_id`](Self::external_id) | none: the id stands in the cookie |
/// | [`signed`](Self::signed), [`encrypted`](Self::encrypted) | signed, with the app's keys |
/// | [`path`](Self::path), [`domain`](Self::domain) | `/`, this host alone |
/// | [`same_site`](Self::same_site) | lax |
/// | [`secure`](Self::secure) | when the connection is encrypted |
/// | [`http_only`](Self::http_only) | on |
/// | [`priority`](Self::priority), [`partitioned`](Self::partitioned) | none, off |
/// | [`overwrite`](Self::overwrite) | on |
/// | [`codec`](Self::codec) | base64 |
/// | [`valid`](Self::valid), [`before_save`](Self::before_save), [`on_event`](Self::on_event) | none |
/// | [`auto_commit`](Self::auto_commit) | on: stored when the onion has run, also after an error |
/// | [`max_cookie_bytes`](Self::max_cookie_bytes) | 4096 |
///
/// When one session middleware stands inside another with a different name, the handlers below see the inner one.
#[derive(Clone)]
#[must_use]
pub struct Session {
    options: Arc<Options>,
}

impl Session {
    /// The lifetime of a session that names none: one day.
    pub const MAX_AGE: Duration = Duration::from_secs(24 * 3600);
    /// The largest cookie, name and value, that browsers keep.
    pub const MAX_COOKIE_BYTES: usize = 4096;

    /// Sessions in a signed cookie named `koa.sess`, for one day.
    pub fn new() -> Self {
        let options = Options {
            name: "koa.sess".into(),
            lifetime: Some(Self::MAX_AGE),
            path: "/".into(),
            domain: None,
            same_site: Some(SameSite::Lax),
            secure: None,
            http_only: true,
            priority: None,
            partitioned: false,
            overwrite: true,
            codec: Codec::Base64,
            guard: Guard::Signature,
            rolling: false,
            renew: false,
            auto_commit: true,
            max_cookie_bytes: Self::MAX_COOKIE_BYTES,
            store: None,
            prefix: String::new(),
            new_id: None,
            external_id: None,
            valid: None,
            before_save: None,
            observers: Vec::new(),
        };
        Self { options: Arc::new(options) }
    }

    fn set(mut self, change: impl FnOnce(&mut Options)) -> Self {
        change(Arc::make_mut(&mut self.options));
        self
    }

    /// The name of the cookie; koa-session's `key`.
    pub fn name(self, name: impl Into<String>) -> Self {
        self.set(|options| options.name = name.into())
    }

    /// How long a session lives since it was last stored, to the millisecond.
    ///
    /// # Panics
    /// When it is less than a millisecond.
    #[track_caller]
    pub fn max_age(self, lifetime: Duration) -> Self {
        assert!(lifetime.as_millis() > 0, "a session lives for at least a millisecond");
        self.set(|options| options.lifetime = Some(lifetime.min(LONGEST)))
    }

    /// Sessions end with the browser; koa-session's `maxAge: 'session'`.
    pub fn until_browser_closes(self) -> Self {
        self.set(|options| options.lifetime = None)
    }

    /// Whether the cookie is sent, with a new expiry, on every request that touches the session.
    pub fn rolling(self, rolling: bool) -> Self {
        self.set(|options| options.rolling = rolling)
    }

    /// Whether the cookie is sent, with a new expiry, when less than half of the lifetime is left.
    pub fn renew(self, renew: bool) -> Self {
        self.set(|options| options.renew = renew)
    }

    /// Keeps sessions in a store; the cookie holds an id. A store in an `Arc` is one too, so the program can keep it.
    pub fn store(self, store: impl Store) -> Self {
        let store: Arc<dyn Store> = Arc::new(store);
        self.set(|options| options.store = Some(Arc::new(move |_: &Context| store.clone())))
    }

    /// Makes the store for each request, out of what the request is about: each customer's own, or one that writes down
    /// who changed what. It is made once, before the handlers run; koa-session's `ContextStore`.
    ///
    /// ```
    /// use std::collections::HashMap;
    /// use std::sync::Arc;
    ///
    /// use cepa_session::{MemoryStore, Session};
    ///
    /// let shops = HashMap::from([("a.example", Arc::new(MemoryStore::new()))]);
    /// let others = Arc::new(MemoryStore::new());
    /// let session = Session::new()
    ///     .store_for(move |ctx| shops.get(ctx.hostname()).unwrap_or(&others).clone());
    /// ```
    pub fn store_for<S: Store>(self, make: impl Fn(&Context) -> S + Send + Sync + 'static) -> Self {
        let make = move |ctx: &Context| Arc::new(make(ctx)) as Arc<dyn Store>;
        self.set(|options| options.store = Some(Arc::new(make)))
    }

    /// What new ids begin with, such as `sess:`; then comes a random UUID.
    pub fn prefix(self, prefix: impl Into<String>) -> Self {
        self.set(|options| options.prefix = prefix.into())
    }

    /// Makes new ids in place of random UUIDs; koa-session's `genid`. An id must be impossible to guess.
    pub fn new_id(self, make: impl Fn(&Context) -> String + Send + Sync + 'static) -> Self {
        self.set(|options| options.new_id = Some(Arc::new(make)))
    }

    /// Carries the id elsewhere than in a cookie, such as in a header; koa-session's `externalKey`.
    pub fn external_id(
        self,
        read: impl Fn(&Context) -> Option<String> + Send + Sync + 'static,
        write: impl Fn(&mut Context, &str) -> Result + Send + Sync + 'static,
    ) -> Self {
        let external = ExternalId { read: Arc::new(read), write: Arc::new(write) };
        self.set(|options| options.external_id = Some(external))
    }

    /// Whether the cookie is signed. Without a signature any client can write a cookie session of its own: turn it
    /// off only together with a store.
    pub fn signed(self, signed: bool) -> Self {
        let guard = if signed { Guard::Signature } else { Guard::Nothing };
        self.set(|options| {
            options.guard = guard;
            if matches!(options.codec, Codec::Plain) {
                options.codec = Codec::Base64;
            }
        })
    }

    /// Encrypts the cookie, in place of signing it: the client can neither read the session nor change it. The app's
    /// keys must have [32 bytes or more](crate::EncryptedCookies::MIN_SECRET_BYTES). Node's koa-session cannot read
    /// such a cookie, and a cookie that was signed before is a new session. With a store it is the id that is encrypted.
    pub fn encrypted(self) -> Self {
        self.set(|options| {
            options.guard = Guard::Encryption;
            if matches!(options.codec, Codec::Base64) {
                options.codec = Codec::Plain;
            }
        })
    }

    /// Turns the JSON of a session into the text of its cookie and back in the program's own way, in place of base64;
    /// koa-session's `encode` and `decode`. A text that is decoded to `None`, or to what is no JSON, is a new session.
    /// It is not used with a store.
    pub fn codec(
        self,
        encode: impl Fn(&str) -> String + Send + Sync + 'static,
        decode: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        let codec = Codec::Own { encode: Arc::new(encode), decode: Arc::new(decode) };
        self.set(|options| options.codec = codec)
    }

    /// The paths that the cookie is for.
    pub fn path(self, path: impl Into<String>) -> Self {
        self.set(|options| options.path = path.into())
    }

    /// The domain that the cookie is for.
    pub fn domain(self, domain: impl Into<String>) -> Self {
        self.set(|options| options.domain = Some(domain.into()))
    }

    /// Which requests from other sites carry the cookie.
    pub fn same_site(self, same_site: SameSite) -> Self {
        self.set(|options| options.same_site = Some(same_site))
    }

    /// Writes no `samesite`, as koa-session does by default; the browser decides.
    pub fn any_site(self) -> Self {
        self.set(|options| options.same_site = None)
    }

    /// Whether the cookie is for encrypted connections only. `true` makes a request over a plain connection fail with
    /// 500 when it stores something.
    pub fn secure(self, secure: bool) -> Self {
        self.set(|options| options.secure = Some(secure))
    }

    /// Whether scripts cannot see the cookie.
    pub fn http_only(self, http_only: bool) -> Self {
        self.set(|options| options.http_only = http_only)
    }

    /// How dear the cookie is to a browser that has too many.
    pub fn priority(self, priority: Priority) -> Self {
        self.set(|options| options.priority = Some(priority))
    }

    /// Whether a browser keeps the cookie apart for each site that embeds this one; it must be secure then.
    pub fn partitioned(self, partitioned: bool) -> Self {
        self.set(|options| options.partitioned = partitioned)
    }

    /// Whether cookies of the same name that handlers have set are dropped from the answer.
    pub fn overwrite(self, overwrite: bool) -> Self {
        self.set(|options| options.overwrite = overwrite)
    }

    /// Whether the session is stored when the onion has run; without, call [`SessionExt::commit_session`].
    pub fn auto_commit(self, auto_commit: bool) -> Self {
        self.set(|options| options.auto_commit = auto_commit)
    }

    /// The most bytes of name and value of the cookie. A session that needs more fails its request with 500, because
    /// browsers silently drop what is larger than 4096.
    pub fn max_cookie_bytes(self, bytes: usize) -> Self {
        self.set(|options| options.max_cookie_bytes = bytes)
    }

    /// Refuses a session that was read, such as one of a user who has since been banned.
    pub fn valid(
        self,
        valid: impl Fn(&Context, &Map<String, Value>) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.set(|options| options.valid = Some(Arc::new(valid)))
    }

    /// Called just before a session is stored.
    pub fn before_save(
        self,
        before: impl Fn(&Context, &mut ActiveSession) + Send + Sync + 'static,
    ) -> Self {
        self.set(|options| options.before_save = Some(Arc::new(before)))
    }

    /// Adds an observer of sessions that were not used; koa-session's `session:expired`, `:invalid` and `:missed`.
    pub fn on_event(
        self,
        observer: impl Fn(&SessionEvent, &Context) + Send + Sync + 'static,
    ) -> Self {
        self.set(|options| options.observers.push(Arc::new(observer)))
    }
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}

impl Middleware for Session {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        let mut slot = Slot::new(self.options.clone());
        if let Some(store_for) = &self.options.store {
            let store = store_for(ctx);
            slot.session = Some(load::from_store(ctx, &self.options, &*store).await?);
            slot.store = Some(store);
        }
        let outer = ctx.state.insert(slot);
        let mut within = Within { ctx, outer, is_over: false };
        let result = next.run(within.ctx).await;
        let committed = match self.options.auto_commit {
            true => within.ctx.commit_session().await,
            false => Ok(()),
        };
        within.is_over = true;
        drop(within);
        match (result, committed) {
            (Err(error), Err(unsaved)) => {
                // The handler's error is the answer; the observers of the app see the other one.
                ctx.spawn(std::future::ready(Err(unsaved)));
                Err(error)
            }
            (result, committed) => result.and(committed),
        }
    }
}

/// A context whose session is this middleware's, for as long as this lives. When what is below is given up, as by a
/// timeout, the session goes with it.
struct Within<'a> {
    ctx: &'a mut Context,
    outer: Option<Slot>,
    is_over: bool,
}

impl Drop for Within<'_> {
    fn drop(&mut self) {
        if let Some(outer) = self.outer.take() {
            self.ctx.state.insert(outer);
        } else if !self.is_over {
            self.ctx.state.remove::<Slot>();
        }
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("name", &self.options.name).finish_non_exhaustive()
    }
}
