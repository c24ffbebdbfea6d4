//! The negotiation of permessage-deflate (RFC 6455 section 9.1, RFC 7692 section 7.1), both sides.
//!
//! A client offers the extension once or several times, each with other parameters; the server takes
//! the first offer that it can keep and answers with what then holds. An offer with a parameter that is
//! unknown, repeated or out of range is declined, as RFC 7692 section 7.1 has it, and so is one for a
//! window of 8 bits, which zlib cannot do. Other extensions are passed over. A header that breaks the
//! grammar fails the handshake.

use http::header::{HeaderMap, HeaderValue, SEC_WEBSOCKET_EXTENSIONS};

use crate::deflate::{BITS, Deflate, MAX_BITS};
use crate::frame::Role;
use crate::handshake::{elements, is_token};

const NAME: &str = "permessage-deflate";

/// What both sides have agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Agreed {
    pub(crate) server: Direction,
    pub(crate) client: Direction,
    /// Level and threshold of what this side sends.
    pub(crate) deflate: Deflate,
}

/// How the messages of one side are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Direction {
    pub(crate) takeover: bool,
    pub(crate) bits: u8,
}

impl Agreed {
    /// Messages that the side of `role` sends.
    pub(crate) fn sent_by(&self, role: Role) -> Direction {
        match role {
            Role::Server => self.server,
            Role::Client => self.client,
        }
    }

    /// Messages that the side of `role` receives.
    pub(crate) fn received_by(&self, role: Role) -> Direction {
        match role {
            Role::Server => self.client,
            Role::Client => self.server,
        }
    }
}

/// The header breaks the grammar of RFC 6455 section 9.1.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// The parameters of one offer, or of the answer.
#[derive(Debug, Default, PartialEq, Eq)]
struct Parameters {
    server_no_context_takeover: bool,
    client_no_context_takeover: bool,
    server_max_window_bits: Option<u8>,
    /// `Some(None)` without a value, which only an offer may have.
    client_max_window_bits: Option<Option<u8>>,
}

/// Chooses among a client's offers: what holds, and the value that says so.
pub(crate) fn accept(
    headers: &HeaderMap,
    deflate: &Deflate,
) -> Result<Option<(Agreed, HeaderValue)>, Malformed> {
    let offers = read(headers)?;
    let offers = offers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(NAME));
    Ok(offers.filter_map(|(_, pairs)| parameters(pairs)).find_map(|offer| agree(&offer, deflate)))
}

fn agree(offer: &Parameters, deflate: &Deflate) -> Option<(Agreed, HeaderValue)> {
    let server_bits =
        offer.server_max_window_bits.unwrap_or(MAX_BITS).min(deflate.server_max_window_bits);
    if !BITS.contains(&server_bits) {
        return None;
    }
    let server_takeover = deflate.server_context_takeover && !offer.server_no_context_takeover;
    let client_takeover = deflate.client_context_takeover && !offer.client_no_context_takeover;
    let client_bits = offer
        .client_max_window_bits
        .map(|bits| bits.unwrap_or(MAX_BITS).min(deflate.client_max_window_bits));
    let mut answer = String::from(NAME);
    if !server_takeover {
        answer.push_str("; server_no_context_takeover");
    }
    if !client_takeover {
        answer.push_str("; client_no_context_takeover");
    }
    if offer.server_max_window_bits.is_some() || server_bits < MAX_BITS {
        answer.push_str(&format!("; server_max_window_bits={server_bits}"));
    }
    let was_named = matches!(offer.client_max_window_bits, Some(Some(_)));
    if let Some(bits) = client_bits.filter(|bits| was_named || *bits < MAX_BITS) {
        answer.push_str(&format!("; client_max_window_bits={bits}"));
    }
    let agreed = Agreed {
        server: Direction { takeover: server_takeover, bits: server_bits },
        client: Direction { takeover: client_takeover, bits: client_bits.unwrap_or(MAX_BITS) },
        deflate: *deflate,
    };
    Some((agreed, HeaderValue::try_from(answer).ok()?))
}

/// The offer of a client.
pub(crate) fn offer(deflate: &Deflate) -> Option<HeaderValue> {
    let mut offer = String::from(NAME);
    if !deflate.server_context_takeover {
        offer.push_str("; server_no_context_takeover");
    }
    if !deflate.client_context_takeover {
        offer.push_str("; client_no_context_takeover");
    }
    if deflate.server_max_window_bits < MAX_BITS {
        offer.push_str(&format!("; server_max_window_bits={}", deflate.server_max_window_bits));
    }
    offer.push_str("; client_max_window_bits");
    if deflate.client_max_window_bits < MAX_BITS {
        offer.push_str(&format!("={}", deflate.client_max_window_bits));
    }
    HeaderValue::try_from(offer).ok()
}

/// Checks a server's answer to [`offer`].
pub(crate) fn judge(
    headers: &HeaderMap,
    deflate: Option<&Deflate>,
) -> Result<Option<Agreed>, &'static str> {
    let answer = read(headers).map_err(|Malformed| "Sec-WebSocket-Extensions is malformed")?;
    let (deflate, pairs) = match (deflate, answer.as_slice()) {
        (_, []) => return Ok(None),
        (Some(deflate), [(name, pairs)]) if name.eq_ignore_ascii_case(NAME) => (deflate, pairs),
        _ => return Err("an extension that was not offered"),
    };
    let wrong = "wrong parameters of permessage-deflate";
    let answer = parameters(pairs).ok_or(wrong)?;
    let server_bits = answer.server_max_window_bits.unwrap_or(MAX_BITS);
    let client_bits = match answer.client_max_window_bits {
        None => deflate.client_max_window_bits,
        Some(bits) => bits.ok_or(wrong)?,
    };
    if server_bits > deflate.server_max_window_bits
        || client_bits > deflate.client_max_window_bits
        || !BITS.contains(&client_bits)
        || (!deflate.server_context_takeover && !answer.server_no_context_takeover)
    {
        return Err(wrong);
    }
    let client_takeover = deflate.client_context_takeover && !answer.client_no_context_takeover;
    Ok(Some(Agreed {
        server: Direction { takeover: !answer.server_no_context_takeover, bits: server_bits },
        client: Direction { takeover: client_takeover, bits: client_bits },
        deflate: *deflate,
    }))
}

/// `None` for parameters that permessage-deflate does not have.
fn parameters(pairs: &[(&str, Option<String>)]) -> Option<Parameters> {
    let mut found = Parameters::default();
    for (name, value) in pairs {
        let value = value.as_deref();
        let repeated = match *name {
            "server_no_context_takeover" if value.is_none() => {
                std::mem::replace(&mut found.server_no_context_takeover, true)
            }
            "client_no_context_takeover" if value.is_none() => {
                std::mem::replace(&mut found.client_no_context_takeover, true)
            }
            "server_max_window_bits" => {
                found.server_max_window_bits.replace(window_bits(value?)?).is_some()
            }
            "client_max_window_bits" => {
                let bits = match value {
                    Some(value) => Some(window_bits(value)?),
                    None => None,
                };
                found.client_max_window_bits.replace(bits).is_some()
            }
            _ => return None,
        };
        if repeated {
            return None;
        }
    }
    Some(found)
}

/// A number from 8 to 15 without a leading zero.
fn window_bits(value: &str) -> Option<u8> {
    let is_number = !value.starts_with('0') && value.bytes().all(|byte| byte.is_ascii_digit());
    value.parse().ok().filter(|bits| is_number && (8..=MAX_BITS).contains(bits))
}

/// The name of an extension and its parameters.
type Element<'h> = (&'h str, Vec<(&'h str, Option<String>)>);

/// Reads `Sec-WebSocket-Extensions`: elements with commas between them, parameters after semicolons,
/// values as tokens or as quoted tokens.
fn read(headers: &HeaderMap) -> Result<Vec<Element<'_>>, Malformed> {
    let mut found = Vec::new();
    for value in headers.get_all(SEC_WEBSOCKET_EXTENSIONS) {
        for element in elements(value.to_str().map_err(|_| Malformed)?) {
            let mut parts = element.split(';').map(|part| part.trim_matches([' ', '\t']));
            let name = parts.next().filter(|name| is_token(name)).ok_or(Malformed)?;
            let pairs = parts.map(parameter).collect::<Result<_, _>>()?;
            found.push((name, pairs));
        }
    }
    match found.is_empty() && headers.contains_key(SEC_WEBSOCKET_EXTENSIONS) {
        true => Err(Malformed),
        false => Ok(found),
    }
}

fn parameter(part: &str) -> Result<(&str, Option<String>), Malformed> {
    let Some((name, value)) = part.split_once('=') else {
        return if is_token(part) { Ok((part, None)) } else { Err(Malformed) };
    };
    let (name, value) = (name.trim_end_matches([' ', '\t']), value.trim_start_matches([' ', '\t']));
    // What was quoted must be a token too (RFC 6455 section 9.1), so there is no comma or semicolon in
    // it that the splitting could have mistaken.
    let value = match value.strip_prefix('"') {
        Some(quoted) => unquoted(quoted).ok_or(Malformed)?,
        None => value.to_owned(),
    };
    if is_token(name) && is_token(&value) { Ok((name, Some(value))) } else { Err(Malformed) }
}

/// What stands before the closing quote, without the backslashes that escape.
fn unquoted(text: &str) -> Option<String> {
    let mut chars = text.strip_suffix('"')?.chars();
    let mut plain = String::new();
    while let Some(next) = chars.next() {
        plain.push(if next == '\\' { chars.next()? } else { next });
    }
    Some(plain)
}
