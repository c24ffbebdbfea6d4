//! The names that clients give: rooms, nicks, the random id of a tab, and the random key of a draft.
//!
//! A value of these types has been checked; nothing behind the transports checks again. They are shared texts, because
//! a name is kept in many places and never changed.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use cepa::{Context, Error, Result};
use serde::{Serialize, Serializer};

use crate::digest::digest;

/// The longest name of a room, in characters.
pub const ROOM_CHARS: usize = 40;
/// The longest nick, in characters.
pub const NICK_CHARS: usize = 24;
/// The longest id of a client, and the longest key of a draft, in characters.
pub const CLIENT_CHARS: usize = 64;

/// The name of a room: 1 to 40 of the letters a to z, digits, `-` and `_`; upper and lower case differ.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomName(Arc<str>);

/// What somebody wants to be called: 1 to 24 characters, no control characters, no blanks at the ends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nick(Arc<str>);

/// The random id that a page gives itself: 1 to 64 letters, digits, `-` and `_`. Whoever knows it is that tab, so it is never
/// shown to others; what they see is its [`Tab`].
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ClientId(Arc<str>);

/// What others see of a tab: a hash of its [`ClientId`], from which the id cannot be found as long as that is random.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tab(Arc<str>);

/// The random name of a draft, 1 to 64 letters, digits, `-` and `_`: a tab that has heard no answer says the same again with
/// the same key, and it is said once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftKey(Box<str>);

/// Somebody in a room: which tab, and the nick it goes by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// The tab.
    pub client: ClientId,
    /// The nick.
    pub nick: Nick,
}

impl RoomName {
    /// Checks a name.
    ///
    /// # Errors
    /// 422 `bad_room`.
    pub fn parse(text: &str) -> Result<Self> {
        if is_word(text, ROOM_CHARS) {
            return Ok(Self(text.into()));
        }
        let why = "A room's name has 1 to 40 letters (a to z), digits, - or _.";
        Err(Error::new(422, why).with_code("bad_room"))
    }

    /// The room that the path of the request names, as `:room`.
    ///
    /// # Errors
    /// As [`RoomName::parse`].
    pub fn of(ctx: &Context) -> Result<Self> {
        Self::parse(&ctx.param::<String>("room")?)
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Nick {
    /// Checks a nick; blanks around it are taken off.
    ///
    /// # Errors
    /// 422 `bad_nick`.
    pub fn parse(text: &str) -> Result<Self> {
        let nick = text.trim();
        let fits = (1..=NICK_CHARS).contains(&nick.chars().take(NICK_CHARS + 1).count());
        if fits && !nick.contains(char::is_control) {
            return Ok(Self(nick.into()));
        }
        Err(Error::new(422, "A nick has 1 to 24 characters.").with_code("bad_nick"))
    }

    /// The nick as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ClientId {
    /// Checks an id.
    ///
    /// # Errors
    /// 422 `bad_client`.
    pub fn parse(text: &str) -> Result<Self> {
        if is_word(text, CLIENT_CHARS) {
            return Ok(Self(text.into()));
        }
        let why = "The client id has 1 to 64 letters (a to z), digits, - or _.";
        Err(Error::new(422, why).with_code("bad_client"))
    }

    /// What others see of it.
    pub fn tab(&self) -> Tab {
        Tab(digest(&[b"a tab of the chat: ", self.0.as_bytes()]).into())
    }
}

impl fmt::Debug for ClientId {
    /// Says whose id it is, and not the id.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ClientId").field(&self.tab().as_str()).finish()
    }
}

impl Tab {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl DraftKey {
    /// Checks a key.
    ///
    /// # Errors
    /// 422 `bad_key`.
    pub fn parse(text: &str) -> Result<Self> {
        if is_word(text, CLIENT_CHARS) {
            return Ok(Self(text.into()));
        }
        let why = "The key of a draft has 1 to 64 letters (a to z), digits, - or _.";
        Err(Error::new(422, why).with_code("bad_key"))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Who {
    /// Checks both.
    ///
    /// # Errors
    /// 422 `bad_nick` or `bad_client`.
    pub fn parse(client: &str, nick: &str) -> Result<Self> {
        Ok(Self { nick: Nick::parse(nick)?, client: ClientId::parse(client)? })
    }

    /// Who the query of the request says is there: `client` and `nick`.
    ///
    /// # Errors
    /// As [`Who::parse`]; an absent one is an empty one.
    pub fn of(ctx: &Context) -> Result<Self> {
        let value = |name| ctx.request.query_value(name).unwrap_or_default();
        Self::parse(&value("client"), &value("nick"))
    }
}

impl Borrow<str> for RoomName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Tab {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl Serialize for Nick {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

fn is_word(text: &str, most: usize) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=most).contains(&text.len()) && text.bytes().all(allowed)
}
