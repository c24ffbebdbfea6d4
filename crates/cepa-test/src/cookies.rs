//! [`Jar`]: the cookies of one visitor of one host (RFC 6265, 5.3 and 5.4).
//!
//! A cookie is known by its name and path; one with an expiry in the past goes. `Domain` and `SameSite` mean nothing here,
//! where there is one host and nobody from elsewhere.

use std::time::{Duration, SystemTime};

use cepa_core::http::header::SET_COOKIE;
use cepa_core::http::{HeaderMap, HeaderValue};
use http_grammar::date::parse_http_date;

#[derive(Debug, Default)]
pub(crate) struct Jar(Vec<Kept>);

#[derive(Debug)]
struct Kept {
    name: String,
    value: String,
    path: String,
    secure: bool,
    expires: Option<SystemTime>,
}

impl Jar {
    /// The cookie that a request for `/` would carry.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        let mut wanted = self.0.iter().filter(|kept| kept.name == name && kept.is_for("/"));
        wanted.next().map(|kept| kept.value.clone())
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.keep(Kept {
            name: name.into(),
            value: value.into(),
            path: "/".into(),
            secure: false,
            expires: None,
        });
    }

    /// The field of a request: the longest paths first.
    pub(crate) fn send(&mut self, path: &str, encrypted: bool) -> Option<HeaderValue> {
        let now = SystemTime::now();
        self.0.retain(|kept| kept.expires.is_none_or(|expires| expires > now));
        let mut wanted: Vec<&Kept> =
            self.0.iter().filter(|kept| kept.is_for(path) && (encrypted || !kept.secure)).collect();
        wanted.sort_by_key(|kept| std::cmp::Reverse(kept.path.len()));
        let pairs: Vec<String> =
            wanted.iter().map(|kept| format!("{}={}", kept.name, kept.value)).collect();
        if pairs.is_empty() { None } else { HeaderValue::try_from(pairs.join("; ")).ok() }
    }

    /// Takes in what an answer to a request for this path set.
    pub(crate) fn receive(&mut self, headers: &HeaderMap, path: &str, encrypted: bool) {
        for line in headers.get_all(SET_COOKIE) {
            let line = String::from_utf8_lossy(line.as_bytes());
            if let Some(cookie) = parse(&line, path)
                && (encrypted || !cookie.secure)
            {
                self.keep(cookie);
            }
        }
    }

    fn keep(&mut self, cookie: Kept) {
        let is_same = |kept: &Kept| kept.name == cookie.name && kept.path == cookie.path;
        let gone = cookie.expires.is_some_and(|expires| expires <= SystemTime::now());
        match self.0.iter().position(is_same) {
            Some(at) if gone => drop(self.0.remove(at)),
            Some(at) => self.0[at] = cookie,
            None if gone => {}
            None => self.0.push(cookie),
        }
    }
}

impl Kept {
    /// Whether a request for this path carries it: the same path, or one below.
    fn is_for(&self, path: &str) -> bool {
        let rest = path.strip_prefix(&self.path);
        rest.is_some_and(|rest| {
            rest.is_empty() || self.path.ends_with('/') || rest.starts_with('/')
        })
    }
}

fn parse(line: &str, request_path: &str) -> Option<Kept> {
    let mut parts = line.split(';').map(str::trim);
    let (name, value) = parts.next()?.split_once('=')?;
    let folder = request_path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut cookie = Kept {
        name: name.trim().to_owned(),
        value: value.trim().to_owned(),
        path: if folder.is_empty() { "/".into() } else { folder.into() },
        secure: false,
        expires: None,
    };
    let mut max_age = None;
    for part in parts {
        let (attribute, value) = part.split_once('=').unwrap_or((part, ""));
        match attribute.to_ascii_lowercase().as_str() {
            "path" if value.starts_with('/') => cookie.path = value.to_owned(),
            "secure" => cookie.secure = true,
            "expires" => cookie.expires = parse_http_date(value),
            "max-age" => max_age = value.parse::<i64>().ok(),
            _ => {}
        }
    }
    if let Some(seconds) = max_age {
        let lifetime = Duration::from_secs(seconds.try_into().unwrap_or(0));
        cookie.expires = SystemTime::now().checked_add(lifetime);
    }
    (!cookie.name.is_empty()).then_some(cookie)
}
