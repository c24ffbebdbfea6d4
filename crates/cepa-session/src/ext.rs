//! [`SessionExt`]: `ctx.session()`.
//!
//! The middleware leaves a slot in the state of the request. In cookie mode it is empty until somebody asks, so a
//! request that does not touch its session never decodes it and never writes it.

use std::sync::Arc;

use cepa_core::{Context, Error, Result};

use crate::options::Options;
use crate::{ActiveSession, Store, commit, load};

pub(crate) struct Slot {
    options: Arc<Options>,
    /// That of this request, when sessions are not in the cookie.
    pub(crate) store: Option<Arc<dyn Store>>,
    pub(crate) session: Option<ActiveSession>,
    /// Why the session could not be loaded; the commit fails with it.
    failure: Option<Error>,
}

impl Slot {
    pub(crate) fn new(options: Arc<Options>) -> Self {
        Self { options, store: None, session: None, failure: None }
    }
}

/// Sessions on a context.
pub trait SessionExt {
    /// The session of this request, loaded at the first call; a new one when the client brought none that is good.
    ///
    /// # Panics
    /// When no [`Session`](crate::Session) stands around this point.
    fn session(&mut self) -> &mut ActiveSession;

    /// The session of this request, when there is a [`Session`](crate::Session) around this point.
    ///
    /// Above that middleware, on the way up, it is the session as it was stored; changes are lost.
    fn try_session(&mut self) -> Option<&mut ActiveSession>;

    /// Stores the session now, and not when the onion has run. Nothing happens when nothing has changed.
    ///
    /// # Errors
    /// What the store failed with; 500 when the cookie cannot be set.
    fn commit_session(&mut self) -> impl Future<Output = Result> + Send;
}

impl SessionExt for Context {
    #[track_caller]
    fn session(&mut self) -> &mut ActiveSession {
        match self.try_session() {
            Some(session) => session,
            #[expect(clippy::panic, reason = "documented: the app was built without it")]
            None => panic!("there is no session here: plug cepa_session::Session above this point"),
        }
    }

    fn try_session(&mut self) -> Option<&mut ActiveSession> {
        let slot = self.state.get::<Slot>()?;
        if slot.session.is_none() {
            let options = slot.options.clone();
            let loaded = load::from_cookie(self, &options);
            let slot = self.state.get_mut::<Slot>()?;
            let (session, failure) = match loaded {
                Ok(session) => (session, None),
                Err(error) => (ActiveSession::new(options.lifetime), Some(error)),
            };
            (slot.session, slot.failure) = (Some(session), failure);
        }
        self.state.get_mut::<Slot>()?.session.as_mut()
    }

    async fn commit_session(&mut self) -> Result {
        let Some(slot) = self.state.get_mut::<Slot>() else { return Ok(()) };
        if let Some(failure) = slot.failure.take() {
            return Err(failure);
        }
        let Some(mut session) = slot.session.take() else { return Ok(()) };
        let (options, store) = (slot.options.clone(), slot.store.clone());
        let result = commit::commit(self, &options, store.as_deref(), &mut session).await;
        if let Some(slot) = self.state.get_mut::<Slot>() {
            slot.session = Some(session);
        }
        result
    }
}
