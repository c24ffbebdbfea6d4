//! [`pretty_json`]: JSON for people.
//!
//! The text of a JSON answer is indented as `JSON.stringify(value, null, 2)` would; it is not parsed, so numbers and
//! the order of names stay as they are. Streams are left alone, and so is a text that would get longer than 16 MiB: a
//! deep one grows by its depth with every line. koa-json's lists out of object streams have no
//! counterpart: there are none.

use cepa_core::http::header;
use cepa_core::{Body, Context, Middleware, Next, Result};

/// The longest text that is made.
const LONGEST: usize = 16 << 20;

/// Indents every JSON answer by two spaces; name a parameter to do so on request only.
///
/// ```
/// use cepa_core::App;
/// use cepa_kit::pretty_json;
///
/// App::new().plug(pretty_json().when_query("pretty")); // GET /users?pretty
/// ```
pub fn pretty_json() -> PrettyJson {
    PrettyJson { spaces: 2, query: None }
}

/// The middleware of [`pretty_json`].
///
/// | option | default |
/// |---|---|
/// | [`spaces`](Self::spaces) | 2 |
/// | [`when_query`](Self::when_query) | always |
#[derive(Clone, Debug)]
#[must_use]
pub struct PrettyJson {
    spaces: usize,
    query: Option<String>,
}

impl PrettyJson {
    /// How many spaces a level is indented by; 1 to 10, as in JavaScript.
    pub fn spaces(mut self, spaces: usize) -> Self {
        self.spaces = spaces.clamp(1, 10);
        self
    }

    /// Indents only when the query has this parameter; koa-json's `param` with `pretty: false`.
    pub fn when_query(mut self, name: impl Into<String>) -> Self {
        self.query = Some(name.into());
        self
    }
}

impl Middleware for PrettyJson {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        next.run(ctx).await?;
        let is_wanted =
            self.query.as_ref().is_none_or(|name| ctx.request.query_value(name).is_some());
        let kind = ctx.response.content_type().unwrap_or_default();
        let is_json = kind == "application/json" || kind.ends_with("+json");
        if !is_wanted || !is_json {
            return Ok(());
        }
        let text = ctx.response.body.as_bytes();
        if let Some(pretty) = text.and_then(|text| indent(text, self.spaces)) {
            ctx.response.headers.remove(header::CONTENT_LENGTH);
            ctx.response.body = Body::from(pretty);
        }
        Ok(())
    }
}

/// JSON, indented; `None` when it would get too long. Its bytes outside of strings are ASCII.
fn indent(json: &[u8], spaces: usize) -> Option<Vec<u8>> {
    let mut pretty = Vec::with_capacity((json.len() * 2).min(LONGEST));
    let line = |pretty: &mut Vec<u8>, depth: usize| {
        pretty.push(b'\n');
        pretty.resize(pretty.len() + depth * spaces, b' ');
    };
    let (mut depth, mut in_string, mut escaped, mut opened) = (0_usize, false, false, false);
    for &byte in json {
        if pretty.len() > LONGEST {
            return None;
        }
        if in_string {
            pretty.push(byte);
            in_string = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            continue;
        }
        if byte.is_ascii_whitespace() {
            continue;
        }
        let closes = matches!(byte, b'}' | b']');
        if closes {
            depth = depth.saturating_sub(1);
        }
        // An empty list stays on its line: nothing came between the brackets.
        if opened != closes {
            line(&mut pretty, depth);
        }
        opened = matches!(byte, b'{' | b'[');
        depth += usize::from(opened);
        pretty.push(byte);
        match byte {
            b',' => line(&mut pretty, depth),
            b':' => pretty.push(b' '),
            b'"' => in_string = true,
            _ => {}
        }
    }
    Some(pretty)
}
