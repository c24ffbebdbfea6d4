//! What a router promises: one file a property.
#![allow(missing_docs, unreachable_pub, missing_debug_implementations)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod any_text;
mod case;
mod escapes;
mod head;
mod hooks;
mod hostile;
mod hosts;
mod listing;
mod methods;
mod naive;
mod nesting;
mod options;
mod order;
mod path_to_regexp;
mod pattern_errors;
mod patterns;
mod per_route;
mod prefix;
mod reachability;
mod redirects;
mod scope;
mod several_paths;
mod several_routers;
mod slash;
mod start;
mod surface;
mod typed;
mod urls;

use cepa_core::http::{Method, StatusCode};
use cepa_core::{App, Callback, Middleware, Request};
use cepa_router::Router;
use tokio::runtime::{Builder, Runtime};

thread_local! {
    /// One a test: to make one a request takes longer than the request.
    static RUNTIME: Runtime = Builder::new_current_thread().enable_time().build().unwrap();
}

/// An app in which the router is all there is.
struct Client(Callback);

/// What came back: status, `Allow`, body.
#[derive(Debug, PartialEq)]
struct Answer {
    status: StatusCode,
    allow: Option<String>,
    text: String,
}

impl Client {
    fn new(router: impl Middleware) -> Self {
        Self(App::new().plug(router).callback())
    }

    fn send(&self, method: &str, path: &str) -> Answer {
        let request = Request::new(Method::from_bytes(method.as_bytes()).unwrap(), path);
        let response = RUNTIME.with(|runtime| runtime.block_on(self.0.handle(request)));
        let allow = response.headers().get("allow").map(|value| value.to_str().unwrap().to_owned());
        let bytes = response.body().as_bytes().cloned().unwrap_or_default();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Answer { status: response.status(), allow, text }
    }

    fn get(&self, path: &str) -> Answer {
        self.send("GET", path)
    }

    /// The body of a GET that found a route; `None` when there is none.
    fn text(&self, path: &str) -> Option<String> {
        let answer = self.get(path);
        match answer.status.as_u16() {
            200 => Some(answer.text),
            404 => None,
            other => panic!("{path}: {other} {}", answer.text),
        }
    }
}

/// What a pattern captures of a path: each of `names` that has a value, in their order.
fn captures(router: Router, pattern: &str, path: &str, names: &[&str]) -> Option<Vec<String>> {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let router = router.get(pattern, async move |ctx| {
        let found: Vec<String> = names
            .iter()
            .filter_map(|name| Some(format!("{name}={}", ctx.param::<String>(name).ok()?)))
            .collect();
        found.join("\n")
    });
    let text = Client::new(router).text(path)?;
    Some(text.lines().map(str::to_owned).collect())
}
