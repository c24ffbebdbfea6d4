//! `/session`: how often this client has been here, by a session that is a signed cookie.

use cepa::prelude::*;

pub(crate) fn router() -> Router {
    Router::new().plug(Session::new()).get("/session", async |ctx| {
        let session = ctx.session();
        let visits = session.get::<u64>("visits").unwrap_or(0) + 1;
        session.set("visits", visits)?;
        Ok(visits.to_string())
    })
}
