//! What lies in a folder, as a page or as JSON: folders first, then files, by name.
//!
//! Listed is what a request for it would get, so neither hidden names nor links out of the folder, FIFOs and
//! names that no path can say. A folder of any size costs bounded memory: of one with more
//! entries than [`FileLimits::listed`], as many as that are read, in the order of the file system, and the rest
//! left out.
//!
//! Names are whatever somebody could write: they are escaped in text, percent-encoded in links, and links
//! begin with `./`, so that none is read as a scheme. The page may run nothing.
//!
//! [`FileLimits::listed`]: crate::FileLimits::listed

use std::fmt::Write;

use cepa_core::{Context, Json, Result};
use http_grammar::html::escape;
use http_grammar::percent::{Part, percent_encode};
use serde::Serialize;

/// One name in a folder. The order is that of the listing.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Item {
    #[serde(rename = "type")]
    pub(crate) kind: Kind,
    pub(crate) name: String,
    /// In bytes; a folder has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) size: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Folder,
    File,
}

/// Answers with a listing, in the form that the client prefers.
pub(crate) fn send(ctx: &mut Context, mut items: Vec<Item>) -> Result {
    items.sort();
    ctx.vary("Accept")?;
    ctx.set("cache-control", "no-cache")?;
    ctx.set("x-content-type-options", "nosniff")?;
    ctx.set_status(200);
    if ctx.accepts(&["html", "json"]) == Some("json") {
        return ctx.set_body(Json(items));
    }
    ctx.set("content-security-policy", "default-src 'none'")?;
    ctx.set_type("html")?;
    let page = page(ctx.request.original_url(), &items);
    ctx.set_body(page)
}

fn page(url: &str, items: &[Item]) -> String {
    let path = escape(url.split('?').next().unwrap_or_default());
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>{path}</title>\n\
         <h1>{path}</h1>\n<ul>\n"
    );
    for item in items {
        let slash = if item.kind == Kind::Folder { "/" } else { "" };
        let (link, name) = (percent_encode(&item.name, Part::Component), escape(&item.name));
        // Writing to a string does not fail.
        let _ = write!(page, "<li><a href=\"./{link}{slash}\">{name}{slash}</a>");
        if let Some(size) = item.size {
            let _ = write!(page, " {size} bytes");
        }
        page.push_str("</li>\n");
    }
    page.push_str("</ul>\n</html>\n");
    page
}
