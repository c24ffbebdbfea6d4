//! `response.expect_..`: what an answer should be, in a chain.
//!
//! Each gives the answer back, so that the last can be followed by `.json::<T>()`. Each panics with the request, what was
//! expected, and the whole answer.

use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use crate::{Response, golden};

/// ```
/// # use cepa_core::{App, Json};
/// # use cepa_test::Client;
/// # use serde_json::{Value, json};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # let client = Client::new(App::new().with(async |ctx, _next| ctx.set_body(Json(json!({ "id": 7, "name": "Ana" })))));
/// let user: Value = client
///     .get("/users/7")
///     .await
///     .expect_status(200)
///     .expect_header("content-type", "application/json; charset=utf-8")
///     .expect_json(json!({ "id": 7, "name": "Ana" }))
///     .json();
/// # }
/// ```
impl Response {
    /// Expects a status.
    ///
    /// # Panics
    /// When it is another.
    #[track_caller]
    pub fn expect_status(self, status: u16) -> Self {
        let found = self.status.as_u16();
        self.expect(found == status, || format!("expected status {status}, got {found}"))
    }

    /// Expects a header with this value and no other.
    ///
    /// # Panics
    /// When it is absent, has another value, or several.
    #[track_caller]
    pub fn expect_header(self, name: &str, value: &str) -> Self {
        let found: Vec<_> = self.headers.get_all(name).iter().collect();
        let holds = found.len() == 1 && found[0].as_bytes() == value.as_bytes();
        let found = if found.is_empty() { "none".to_owned() } else { format!("{found:?}") };
        self.expect(holds, || format!("expected {name}: {value:?}, got {found}"))
    }

    /// Expects that a header is absent.
    ///
    /// # Panics
    /// When it is there.
    #[track_caller]
    pub fn expect_no_header(self, name: &str) -> Self {
        let found = self.headers.get(name).cloned();
        self.expect(found.is_none(), || format!("expected no {name}, got {found:?}"))
    }

    /// Expects a body of this text.
    ///
    /// # Panics
    /// When it is another.
    #[track_caller]
    pub fn expect_text(self, text: &str) -> Self {
        let holds = self.body == text.as_bytes();
        self.expect(holds, || format!("expected the text {text:?}"))
    }

    /// Expects a body of JSON that equals this value, and a content type that says so.
    ///
    /// # Panics
    /// When it is no JSON, or another: the message names the first place that differs.
    #[track_caller]
    pub fn expect_json(self, value: impl Serialize) -> Self {
        let kind = self.get("content-type").to_owned();
        let expected = serde_json::to_value(value);
        let found = serde_json::from_slice::<Value>(&self.body);
        let told = match (expected, found) {
            (Err(error), _) => {
                Some(format!("the expected value is not expressible in JSON: {error}"))
            }
            (_, Err(error)) => Some(format!("expected JSON: {error}")),
            (Ok(expected), Ok(found)) => difference("", &expected, &found),
        };
        let told = told.or_else(|| {
            (!kind.contains("json")).then(|| format!("expected JSON, got the type {kind:?}"))
        });
        self.expect(told.is_none(), || told.unwrap_or_default())
    }

    /// Expects the whole answer to be as in a [`golden`] file, whose path begins at the crate under test.
    ///
    /// # Panics
    /// As [`golden`].
    #[track_caller]
    pub fn expect_golden(self, path: impl AsRef<Path>) -> Self {
        golden(path, &self.to_string());
        self
    }

    #[track_caller]
    fn expect(self, holds: bool, told: impl FnOnce() -> String) -> Self {
        assert!(holds, "{}: {}\n\n{self}", self.about, told());
        self
    }
}

/// Where two values differ first, in the words of a message.
fn difference(at: &str, expected: &Value, found: &Value) -> Option<String> {
    match (expected, found) {
        (Value::Object(wanted), Value::Object(present)) => {
            let inner = |name: &str| format!("{at}.{name}");
            let missing = wanted.keys().find(|name| !present.contains_key(*name));
            let extra = present.keys().find(|name| !wanted.contains_key(*name));
            let below = || {
                let both = wanted
                    .iter()
                    .filter_map(|(name, value)| Some((name, value, present.get(name)?)));
                both.into_iter()
                    .find_map(|(name, value, found)| difference(&inner(name), value, found))
            };
            missing
                .map(|name| format!("expected {} to be there", inner(name)))
                .or_else(|| extra.map(|name| format!("expected no {}", inner(name))))
                .or_else(below)
        }
        (Value::Array(wanted), Value::Array(present)) if wanted.len() == present.len() => {
            let pairs = wanted.iter().zip(present).enumerate();
            pairs.into_iter().find_map(|(index, (value, found))| {
                difference(&format!("{at}[{index}]"), value, found)
            })
        }
        _ if expected == found => None,
        _ => {
            let at = if at.is_empty() { "the body" } else { at };
            Some(format!("expected {at} to be {expected}, got {found}"))
        }
    }
}
