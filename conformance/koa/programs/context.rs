//! One program for sections 2 to 5 and 10 of the specification: it does what the header `do` says, a list of steps
//! such as `[["status", 201], ["set", "x", "1"]]`, and answers what the steps that ask have found, as a JSON list.

use std::time::UNIX_EPOCH;

use cepa::http::{HeaderName, HeaderValue, StatusCode};
use cepa::prelude::*;
use cepa::{Cookie, Disposition, Priority, Proxies, SameSite};

/// The words of a step behind its name.
struct Words<'s>(&'s [Value]);

impl<'s> Words<'s> {
    fn text(&self, at: usize) -> &'s str {
        self.0.get(at).and_then(Value::as_str).unwrap_or_default()
    }

    fn number(&self, at: usize) -> u64 {
        self.0.get(at).and_then(Value::as_u64).unwrap_or_default()
    }

    fn texts(&self) -> Vec<&'s str> {
        self.0.iter().filter_map(Value::as_str).collect()
    }
}

fn response(ctx: &mut Context, name: &str, words: &Words<'_>) -> Result {
    let text = words.text(0);
    match name {
        "status" => {
            ctx.set_status(StatusCode::from_u16(u16::try_from(words.number(0))?)?);
            Ok(())
        }
        "body" => match words.0.first() {
            None | Some(Value::Null) => ctx.set_body(Body::empty()),
            Some(Value::String(text)) => ctx.set_body(text.clone()),
            Some(value) => ctx.set_body(Json(value)),
        },
        "bytes" => ctx.set_body(text.as_bytes().to_vec()),
        "stream" => ctx.set_body(stream(words.texts())),
        "type" => ctx.set_type(text),
        "length" => {
            ctx.response.set_length(words.number(0));
            Ok(())
        }
        "set" => set(ctx, text, words.0.get(1)),
        "append" => ctx.append(text, words.text(1)),
        "remove" => {
            ctx.remove(text);
            Ok(())
        }
        "vary" => ctx.vary(text),
        "etag" => ctx.set_etag(text),
        "lastModified" => {
            ctx.set_last_modified(UNIX_EPOCH + Duration::from_secs(words.number(0)));
            Ok(())
        }
        "redirect" => ctx.redirect(text),
        "back" => ctx.back(if text.is_empty() { "/" } else { text }),
        "attachment" => attachment(ctx, words),
        "assert" => {
            let status = u16::try_from(words.number(1))?;
            ctx.assert(words.0.first() == Some(&json!(true)), status, words.text(2).to_owned())
        }
        "throw" => Err(thrown(words)?),
        "fail" => Err(Error::internal(text)),
        _ => Err(Error::new(500, format!("no step {name}"))),
    }
}

/// A header with one value, or several.
fn set(ctx: &mut Context, name: &str, value: Option<&Value>) -> Result {
    match value {
        Some(Value::Array(values)) => {
            ctx.remove(name);
            values.iter().try_for_each(|value| ctx.append(name, value.as_str().unwrap_or_default()))
        }
        Some(Value::String(text)) => ctx.set(name, text.as_str()),
        Some(value) => ctx.set(name, value.to_string()),
        None => Ok(()),
    }
}

/// `["attachment", name, {"type": "inline", "fallback": false or a name}]`
fn attachment(ctx: &mut Context, words: &Words<'_>) -> Result {
    let name = words.text(0);
    ctx.attachment(name);
    let Some(options) = words.0.get(1) else { return Ok(()) };
    let value = match options["type"].as_str() {
        Some("inline") => Disposition::inline(name),
        _ => Disposition::attachment(name),
    };
    let value = match &options["fallback"] {
        Value::Bool(false) => value.without_fallback(),
        Value::String(fallback) => value.fallback(fallback)?,
        _ => value,
    };
    ctx.set("content-disposition", value.header_value())
}

fn stream(chunks: Vec<&str>) -> Body {
    let chunks: Vec<std::io::Result<_>> =
        chunks.into_iter().map(|chunk| Ok(chunk.as_bytes().to_vec().into())).collect();
    Body::stream(futures_util::stream::iter(chunks))
}

/// `["throw", status, message, {"expose": .., "headers": {..}}]`
fn thrown(words: &Words<'_>) -> Result<Error> {
    let mut error = Error::new(u16::try_from(words.number(0))?, words.text(1).to_owned());
    let more = words.0.get(2).unwrap_or(&Value::Null);
    if let Some(expose) = more["expose"].as_bool() {
        error = error.expose(expose);
    }
    for (name, value) in more["headers"].as_object().into_iter().flatten() {
        let value = HeaderValue::from_str(value.as_str().unwrap_or_default())?;
        error = error.with_header(name.parse::<HeaderName>()?, value);
    }
    Ok(error)
}

fn cookies(ctx: &mut Context, name: &str, words: &Words<'_>) -> Result {
    match name {
        "forget" => ctx.cookies().set(Cookie::removal(words.text(0))),
        "sign" => ctx.cookies().set_signed(Cookie::new(words.text(0), words.text(1))),
        _ => {
            let mut cookie = Cookie::new(words.text(0), words.text(1));
            for (option, value) in words.0.get(2).and_then(Value::as_object).into_iter().flatten() {
                let text = value.as_str().unwrap_or_default();
                cookie = match option.as_str() {
                    "lifetime" => cookie.lifetime(Duration::from_secs(value.as_u64().unwrap_or(0))),
                    "path" => cookie.path(text),
                    "domain" => cookie.domain(text),
                    "httpOnly" => cookie.http_only(value == true),
                    "secure" => cookie.secure(value == true),
                    "partitioned" => cookie.partitioned(value == true),
                    "overwrite" => cookie.overwrite(value == true),
                    "priority" => cookie.priority(match text {
                        "low" => Priority::Low,
                        "medium" => Priority::Medium,
                        _ => Priority::High,
                    }),
                    "sameSite" => cookie.same_site(match text {
                        "strict" => SameSite::Strict,
                        "lax" => SameSite::Lax,
                        _ => SameSite::None,
                    }),
                    _ => return Err(Error::new(500, format!("no option {option}"))),
                };
            }
            ctx.cookies().set(cookie)
        }
    }
}

/// The answer of a step that asks; `None` when it is one that does.
fn question(ctx: &mut Context, name: &str, words: &Words<'_>) -> Result<Option<Value>> {
    let (text, texts) = (words.text(0), words.texts());
    Ok(Some(match name {
        "method" => json!(ctx.method().as_str()),
        "url" => json!(ctx.url()),
        "path" => json!(ctx.path()),
        "querystring" => json!(ctx.request.query_string()),
        "query" => json!(by_name(ctx.request.query().collect())),
        "host" => json!(ctx.host()),
        "hostname" => json!(ctx.request.hostname()),
        "protocol" => json!(ctx.request.protocol()),
        "ip" => json!(ctx.ip().map(|ip| ip.to_string())),
        "ips" => json!(ctx.request.ips().iter().map(ToString::to_string).collect::<Vec<_>>()),
        "secure" => json!(ctx.is_secure()),
        "subdomains" => json!(ctx.request.subdomains(2)),
        "href" => json!(ctx.request.href()),
        "get" => json!(ctx.get(text).unwrap_or_default()),
        "is" => json!(ctx.is(&texts)),
        "contentType" => json!(ctx.request.content_type().unwrap_or_default()),
        "charset" => json!(ctx.request.charset().unwrap_or_default()),
        "contentLength" => json!(ctx.request.length()),
        "fresh" => json!(ctx.fresh()),
        "accepts" => json!(ctx.accepts(&texts)),
        "acceptsEncodings" => json!(ctx.accepts_encodings(&texts)),
        "acceptsCharsets" => json!(ctx.accepts_charsets(&texts)),
        "acceptsLanguages" => json!(ctx.accepts_languages(&texts)),
        "types" => json!(ctx.request.preferences("accept")),
        "charsets" => json!(ctx.request.preferences("accept-charset")),
        "languages" => json!(ctx.request.preferences("accept-language")),
        "setUrl" => {
            ctx.request.set_url(text);
            let request = &ctx.request;
            json!([request.url(), request.path(), request.query_string(), request.original_url()])
        }
        "setPath" => {
            ctx.request.set_path(text);
            json!([ctx.url(), ctx.path(), ctx.request.query_string()])
        }
        "setQuery" => {
            ctx.request.set_query_string(text);
            json!([ctx.url(), ctx.request.query_string()])
        }
        "setPairs" => {
            let pairs = words
                .0
                .iter()
                .map(|pair| [0, 1].map(|at| pair[at].as_str().unwrap_or_default().to_owned()));
            ctx.request.set_query(pairs.map(|[name, value]| (name, value)));
            json!([ctx.url(), ctx.request.query_string()])
        }
        "statusNow" => json!(ctx.status().as_u16()),
        "has" => json!(ctx.has(text)),
        "isNow" => json!(ctx.response.is(&texts)),
        "typeNow" => json!(ctx.response.content_type().unwrap_or_default()),
        "lengthNow" => json!(ctx.response.length()),
        "cookieOf" => json!(ctx.cookies().get(text)),
        "signedOf" => json!(ctx.cookies().get_signed(text)?),
        _ => return Ok(None),
    }))
}

/// Pairs of one name together, as Koa's object has them; numbers first, as JavaScript's objects do.
fn by_name(pairs: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut names: Vec<&String> = Vec::new();
    for (name, _) in &pairs {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let index = |name: &str| name.parse::<u32>().ok().filter(|number| number.to_string() == name);
    names.sort_by_key(|name| index(name).map_or((1, 0), |number| (0, number)));
    let of =
        |name: &String| pairs.iter().filter(move |(known, _)| known == name).cloned().collect();
    names.into_iter().flat_map(|name| -> Vec<_> { of(name) }).collect()
}

async fn program(ctx: &mut Context, _next: Next<'_>) -> Result {
    let steps: Vec<Vec<Value>> = match ctx.get("do") {
        Some(text) => serde_json::from_str(text)?,
        None => Vec::new(),
    };
    let mut found = Vec::new();
    for step in &steps {
        let (name, words) = step.split_first().or_throw(500, "an empty step")?;
        let (name, words) = (name.as_str().unwrap_or_default(), Words(words));
        match question(ctx, name, &words)? {
            Some(answer) => found.push(answer),
            None if matches!(name, "cookie" | "forget" | "sign") => cookies(ctx, name, &words)?,
            None => response(ctx, name, &words)?,
        }
    }
    if found.is_empty() { Ok(()) } else { ctx.set_body(Json(found)) }
}

pub(super) fn programs() -> Vec<(&'static str, App)> {
    vec![
        ("context", App::new().with(program)),
        ("context-keys", App::new().keys(["new", "old"]).with(program)),
        ("context-proxy", App::new().trust(Proxies::hops(1)).with(program)),
        ("context-old-key", App::new().keys(["old"]).with(program)),
    ]
}
