//! What the tests share: an app that carries out operations on its session, and a browser that keeps cookies.
//!
//! An operation is a list of JSON, the same for the real Koa (`conformance/koa/session.mjs`) and for cepa.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cepa_core::{App, Context, Json, Next, Result};
use cepa_session::{Session, SessionExt};
use cepa_test::Client;
use serde_json::{Value, json};

use crate::peer::Peer;

/// An app whose requests carry out the operations in their header `x-operations`.
pub fn app(keys: &[&str], session: Session) -> App {
    App::new().keys(keys).on_error(|_, _| {}).plug(session).with(operate)
}

pub async fn operate(ctx: &mut Context, _next: Next<'_>) -> Result {
    let operations: Vec<Vec<Value>> = serde_json::from_str(ctx.get("x-operations").unwrap())?;
    let is_idle = operations.is_empty();
    for operation in operations {
        let argument = |at: usize| operation.get(at).cloned().unwrap_or_default();
        let name = argument(1).as_str().unwrap_or_default().to_owned();
        match operation[0].as_str().unwrap() {
            "set" => ctx.session().set(name, argument(2))?,
            "remove" => drop(ctx.session().remove(&name)),
            "replace" => ctx.session().replace(argument(1).as_object().unwrap().clone()),
            "destroy" => ctx.session().destroy(),
            "maxAge" => {
                let lifetime = argument(1).as_u64().map(Duration::from_millis);
                ctx.session().set_max_age(lifetime);
            }
            "save" => ctx.session().save(),
            "regenerate" => ctx.session().regenerate(),
            "fail" => return ctx.throw(418, "on purpose"),
            "look" => drop(ctx.session()),
            other => panic!("no operation {other}"),
        }
    }
    if is_idle {
        return ctx.set_body(Json(json!({ "data": null, "isNew": null })));
    }
    let session = ctx.session();
    let seen = json!({ "data": session.data(), "isNew": session.is_new() });
    ctx.set_body(Json(seen))
}

/// A browser's cookies; every cookie of a response is kept, or forgotten when it has no value.
#[derive(Clone, Debug, Default)]
pub struct Browser {
    pub cookies: BTreeMap<String, String>,
    /// The `Set-Cookie` lines of the last answer.
    pub lines: Vec<String>,
}

impl Browser {
    pub fn header(&self) -> String {
        let pairs = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    pub fn keep(&mut self, lines: Vec<String>) {
        for line in &lines {
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        self.lines = lines;
    }

    /// Lets a cepa app carry out operations.
    pub async fn cepa(&mut self, client: &Client, operations: Value) -> Value {
        let operations = operations.to_string();
        let call = client.get("/session").header("x-operations", &operations);
        let response = call.header("cookie", &self.header()).send().await;
        let lines = response.headers.get_all("set-cookie").iter();
        self.keep(lines.map(|line| line.to_str().unwrap().to_owned()).collect());
        serde_json::from_slice(&response.body).unwrap_or_default()
    }

    /// Lets the real Koa carry out operations.
    pub async fn koa(&mut self, peer: &Peer, options: &Value, operations: Value) -> Value {
        self.ask_koa(peer, options, "/session", operations).await
    }

    /// Sends any of the requests that `session.mjs` knows.
    pub async fn ask_koa(
        &mut self,
        peer: &Peer,
        options: &Value,
        target: &str,
        body: Value,
    ) -> Value {
        let options = options.to_string();
        let cookies = self.header();
        let headers = [("x-options", options.as_str()), ("cookie", &cookies)];
        let answer = peer.send("POST", target, &headers, body.to_string().as_bytes()).await;
        self.keep(answer.all("set-cookie").into_iter().map(str::to_owned).collect());
        serde_json::from_slice(&answer.body).unwrap_or_default()
    }

    /// The JSON in the session cookie.
    pub fn text(&self) -> String {
        let value = self.cookies.get("koa.sess").expect("a session cookie");
        String::from_utf8(STANDARD.decode(value).unwrap()).unwrap()
    }

    /// The JSON in the session cookie, read.
    pub fn data(&self) -> Value {
        serde_json::from_str(&self.text()).unwrap()
    }
}

/// A cookie session with this data, signed under a key.
pub fn signed_cookie(key: &str, json: &str) -> Browser {
    let value = STANDARD.encode(json);
    let keys = cepa_core::Keys::new([key]);
    let signature = keys.sign(&format!("koa.sess={value}")).unwrap();
    let cookies = [("koa.sess".into(), value), ("koa.sess.sig".into(), signature)];
    Browser { cookies: cookies.into(), lines: Vec::new() }
}
