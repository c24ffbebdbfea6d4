//! The cookies that one side has set, as a browser would send them back: names and values, no attributes but the removal.

use crate::wire::{Answer, Request};

/// Cookies in the order in which they were set.
#[derive(Debug, Default)]
pub(crate) struct Jar(Vec<(String, String)>);

impl Jar {
    /// Takes what an answer sets; a cookie that expired in 1970 goes.
    pub(crate) fn take(&mut self, answer: &Answer) {
        for (_, line) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let pair = line.split(';').next().unwrap_or_default();
            let Some((name, value)) = pair.split_once('=') else { continue };
            self.0.retain(|(known, _)| known != name);
            if !line.contains("expires=Thu, 01 Jan 1970") {
                self.0.push((name.to_owned(), value.to_owned()));
            }
        }
    }

    /// The request with these cookies.
    pub(crate) fn put(&self, request: &Request) -> Request {
        let mut request = request.clone();
        let pairs: Vec<String> =
            self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !pairs.is_empty() {
            // What came as Latin-1 goes back as it came.
            let line = pairs.join("; ");
            let bytes = line.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
            request.headers.push(("cookie".into(), bytes));
        }
        request
    }
}
