//! What is refused before the app sees it: requests whose head has more than one reading.
//!
//! hyper frames requests and leaves their meaning to us. Here `Host` is held to RFC 9112, 3.2, and RFC 3986,
//! 3.2.2 (one of it in HTTP/1.1, without user information, with a number for a port; in HTTP/2 the same as
//! `:authority`, RFC 9113, 8.3.1), the target to the form that its method allows, method and target to a length,
//! and the transfer coding to the one that hyper reads. Whoever disagrees with a proxy about the host or the
//! target of a request can be made to serve one site's answer for another's.
//!
//! A refusal closes the connection: what follows on it cannot be trusted either. `CONNECT` is not
//! implemented, but for WebSocket over HTTP/2 (`tunnel`); a tunnel is nothing that an application should
//! open by accident.

use http::header::{EXPECT, HOST, TRANSFER_ENCODING};
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderValue, Method, StatusCode, Uri, Version};
use http_grammar::host::is_authority;

use crate::Limits;

/// Why a request is refused: the status, and the sentence that says it.
pub(crate) type Refusal = (StatusCode, &'static str);

/// Refuses a head that the app should not see.
pub(crate) fn refusal(head: &Parts, limits: &Limits) -> Option<Refusal> {
    if head.headers.len() > limits.headers {
        return Some((StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "too many header fields"));
    }
    if head.method == Method::CONNECT || head.method.as_str().len() > limits.method {
        return Some((StatusCode::NOT_IMPLEMENTED, "the method is not implemented"));
    }
    if length(&head.uri) > limits.target {
        return Some((StatusCode::URI_TOO_LONG, "the target is too long"));
    }
    let bad = |why| Some((StatusCode::BAD_REQUEST, why));
    let mut hosts = head.headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) if head.version == Version::HTTP_11 => return bad("the Host field is missing"),
        (_, Some(_)) => return bad("there is more than one Host field"),
        (Some(host), None) if !is_host(host) => return bad("the Host field is malformed"),
        (host, None) if head.version == Version::HTTP_2 => match (head.uri.authority(), host) {
            (None, None) => return bad("neither :authority nor Host is there"),
            (Some(authority), Some(host)) if !is_same(authority, host) => {
                return bad("Host is another than :authority");
            }
            _ => {}
        },
        _ => {}
    }
    let mut codings = head.headers.get_all(TRANSFER_ENCODING).iter();
    match (codings.next(), codings.next()) {
        (None, _) => {}
        (Some(coding), None) if coding.as_bytes().eq_ignore_ascii_case(b"chunked") => {}
        _ => return Some((StatusCode::NOT_IMPLEMENTED, "the transfer coding is not implemented")),
    }
    let expects = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"100-continue");
    if !head.headers.get_all(EXPECT).iter().all(expects) {
        return Some((StatusCode::EXPECTATION_FAILED, "the expectation cannot be met"));
    }
    let uri = &head.uri;
    if uri.authority().is_some_and(|authority| !is_authority(authority.as_str().as_bytes())) {
        return bad("the authority of the target is malformed");
    }
    match (uri.scheme_str(), uri.path()) {
        (None | Some("http" | "https"), path) if path.starts_with('/') => None,
        (None | Some("http" | "https"), "*") if head.method == Method::OPTIONS => None,
        _ => bad("the target is malformed"),
    }
}

/// Whether a field value is `uri-host [":" port]`; an empty one says that the target has no authority.
fn is_host(value: &HeaderValue) -> bool {
    value.is_empty() || is_authority(value.as_bytes())
}

/// The bytes of a target. On HTTP/2 it has come in three fields, of which it is made up.
fn length(target: &Uri) -> usize {
    let scheme = target.scheme_str().map_or(0, |scheme| scheme.len() + "://".len());
    let authority = target.authority().map_or(0, |authority| authority.as_str().len());
    let rest = target.path_and_query().map_or(0, |rest| rest.as_str().len());
    scheme + authority + rest
}

fn is_same(authority: &Authority, host: &HeaderValue) -> bool {
    authority.as_str().as_bytes().eq_ignore_ascii_case(host.as_bytes())
}
