//! The application: what is around everything, then the routes of each concern.

use cepa::kit::cors;
use cepa::prelude::*;

use crate::options::Options;
use crate::socketio::Port;
use crate::{bodies, engineio, events, fields, pace, socketio, visits, websocket};

pub(crate) fn app(options: &Options, port: &Port) -> App {
    let mut app = App::new().keys(["a key of a server that keeps no secrets"]);
    if let Some(origin) = &options.cors {
        app = app.plug(cors().origin(origin));
    }
    if let Some(folder) = &options.files {
        app = app.plug(serve(folder).at("/static"));
    }
    app.plug(Router::new().get("/", async |_ctx| "This is cepa's conformance peer.\n"))
        .plug(bodies::router(options.uploads.as_deref()))
        .plug(pace::router())
        .plug(fields::router())
        .plug(visits::router())
        .plug(events::router(options.first_event))
        .plug(websocket::router(options.origin.as_deref()))
        .plug(engineio::server())
        .plug(socketio::server(options.variant, port))
}
