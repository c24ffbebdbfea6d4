//! [`error_page`]: errors that people can read, for [`App::render_error`](cepa_core::App::render_error).
//!
//! With details, for development: the message whether or not it is exposed, what caused it and what caused that, the
//! request, the headers of the answer; as a page for who prefers HTML, as text or problem+json otherwise. Without
//! details, a page with the status and the public message, and for others what the core writes.
//!
//! Everything is escaped, and the page allows itself nothing but its own style, so a request that is shown does
//! nothing. Headers that hold secrets are not shown. Texts are cut at [`LONGEST`] bytes and causes at [`MOST`].

use std::fmt::Write as _;

use cepa_core::http::{HeaderMap, HeaderName, HeaderValue, header};
use cepa_core::{Body, Context, Error, Problem, Result};
use http_grammar::html::escape;
use http_grammar::status::phrase;
use serde::Serialize;

/// The most bytes of a text that are shown.
const LONGEST: usize = 4096;
/// The most causes that are shown.
const MOST: usize = 16;
const STYLE: &str = include_str!("error_page.css");
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none';style-src 'unsafe-inline';base-uri 'none';form-action 'none';frame-ancestors 'none'",
);
const SECRETS: [HeaderName; 4] =
    [header::AUTHORIZATION, header::PROXY_AUTHORIZATION, header::COOKIE, header::SET_COOKIE];

/// Writes errors for people; `details` is for development, and shows what no client should see.
///
/// ```
/// use cepa_core::App;
/// use cepa_kit::error_page;
///
/// App::new().render_error(error_page(cfg!(debug_assertions)));
/// ```
pub fn error_page(
    details: bool,
) -> impl Fn(&Error, &mut Context) -> Result + Send + Sync + 'static {
    const OFFERS: [&str; 4] =
        ["text/plain", "application/problem+json", "application/json", "text/html"];
    move |error, ctx| {
        let (kind, body) = match (ctx.accepts(&OFFERS), details) {
            (Some("text/html"), true) => ("text/html; charset=utf-8", page(error, Some(ctx))),
            (Some("text/html"), false) => ("text/html; charset=utf-8", page(error, None)),
            (_, false) => return Ok(()),
            (Some("text/plain") | None, true) => ("text/plain; charset=utf-8", text(error)),
            (Some(_), true) => ("application/problem+json", json(error)?),
        };
        let headers = &mut ctx.response.headers;
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
        if details {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
        ctx.response.body = Body::from(body);
        ctx.vary("Accept")
    }
}

/// What there is to say, the most telling first: the message, unless it is the status again, then the causes.
fn story(error: &Error) -> Vec<String> {
    let reason = phrase(error.status()).unwrap_or("Error");
    let mut told = Vec::new();
    if error.message() != reason {
        told.push(cut(error.message()));
    }
    let mut cause = error.source().map(|source| source as &dyn std::error::Error);
    while let Some(source) = cause.filter(|_| told.len() <= MOST) {
        told.push(cut(&source.to_string()));
        cause = source.source();
    }
    if told.is_empty() {
        told.push(reason.to_owned());
    }
    told
}

fn cut(text: &str) -> String {
    match text.len() {
        0..=LONGEST => text.to_owned(),
        _ => format!("{} [...]", &text[..text.floor_char_boundary(LONGEST)]),
    }
}

fn text(error: &Error) -> String {
    format!("{}\n\n{}\n", error.status(), story(error).join("\ncaused by: "))
}

fn json(error: &Error) -> Result<String> {
    #[derive(Serialize)]
    struct Detailed<'a> {
        #[serde(flatten)]
        problem: Problem<'a>,
        causes: Vec<String>,
    }
    let detailed = Detailed { problem: Problem::from(error), causes: story(error) };
    Ok(serde_json::to_string(&detailed)?)
}

/// The page; with a context, in all detail.
fn page(error: &Error, ctx: Option<&Context>) -> String {
    let status = error.status();
    let reason = phrase(status).unwrap_or("Error");
    let story = match ctx {
        Some(_) => story(error),
        None => vec![error.public_message().to_owned()],
    };
    let message = story.first().map_or(reason, String::as_str);
    let mut page = String::with_capacity(4096);
    // Writing to a String cannot fail, here and below.
    let _ = write!(
        page,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{} {}</title>\n\
         <style>\n{STYLE}</style>\n<main>\n<h1><b>{}</b> {}</h1>\n<p class=\"message\">{}</p>\n",
        status.as_u16(),
        escape(reason),
        status.as_u16(),
        escape(reason),
        escape(message),
    );
    if let Some(ctx) = ctx {
        details(&mut page, error, ctx, story.get(1..).unwrap_or_default());
    }
    page.push_str("</main>\n</html>\n");
    page
}

fn details(page: &mut String, error: &Error, ctx: &Context, causes: &[String]) {
    if !causes.is_empty() {
        page.push_str("<h2>Caused by</h2>\n<ol>\n");
        for cause in causes {
            let _ = writeln!(page, "<li>{}</li>", escape(cause));
        }
        page.push_str("</ol>\n");
    }
    let request = &ctx.request;
    page.push_str("<h2>Request</h2>\n<table>\n");
    row(page, request.method.as_str(), request.original_url());
    if request.url() != request.original_url() {
        row(page, "here", request.url());
    }
    if let Some(route) = &ctx.route {
        row(page, "route", route);
    }
    if let Some(ip) = ctx.ip() {
        row(page, "client", &ip.to_string());
    }
    if let Some(code) = error.code() {
        row(page, "code", code);
    }
    let is_shown = if error.is_exposed() { "yes" } else { "no: it would read the status alone" };
    row(page, "shown to clients", is_shown);
    page.push_str("</table>\n<h2>Its headers</h2>\n<table>\n");
    rows(page, &request.headers);
    page.push_str("</table>\n<h2>Headers of the answer</h2>\n<table>\n");
    rows(page, &ctx.response.headers);
    page.push_str(
        "</table>\n<footer>For development: <code>error_page(true)</code> shows this.</footer>\n",
    );
}

fn rows(page: &mut String, headers: &HeaderMap) {
    for (name, value) in headers {
        let shown = String::from_utf8_lossy(value.as_bytes());
        let shown = if SECRETS.contains(name) { "(hidden)".into() } else { shown };
        row(page, name.as_str(), &shown);
    }
}

fn row(page: &mut String, name: &str, value: &str) {
    let (name, value) = (escape(name), cut(value));
    let _ = writeln!(page, "<tr><td>{name}</td><td>{}</td></tr>", escape(&value));
}
