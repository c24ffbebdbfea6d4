//! [`Constraint`]: what a parameter's value must be, as written between `<` and `>`.
//!
//! | written | the decoded value |
//! |---|---|
//! | `u8` .. `u128`, `i8` .. `i128` | digits, with `-` before them where there is a sign, in the range of the type |
//! | `uuid` | 8-4-4-4-12 hexadecimal digits, in either case |
//! | `alpha`, `alnum`, `hex` | ASCII letters; letters and digits; hexadecimal digits |
//! | `[a-z0-9-]` | one or more characters of a class: ranges and characters, `\x` for x itself |
//! | `[A-Z]{3}`, `[0-9]{2,4}`, `[a-z]{2,}` | as many of them |
//!
//! The set is closed, and there is no regular expression: a value is looked at once, from left to right,
//! so a constraint costs time linear in it. What fits an integer also parses as one, `+7` fits none.
//! Values are compared as they are decoded, so `%37` is a digit; one that is malformed fits nothing. Case
//! counts in a class, also where it does not in text.
//!
//! Invariant: no constraint takes the empty value, and whether one takes a value can be said of each of
//! its characters in upper and in lower case alone, on which [`Constraint::covers`] relies.

use cepa_core::percent_decode;

use crate::literal::Literal;

/// A condition on the value of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Constraint {
    /// An integer of this type.
    Integer(Integer),
    /// A UUID in the hyphenated form of RFC 9562.
    Uuid,
    /// Characters of a class, and how many.
    Class { ranges: Vec<(char, char)>, least: usize, most: usize },
}

/// The integers of Rust but those whose width depends on the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Integer {
    U8,
    U16,
    U32,
    U64,
    U128,
    I8,
    I16,
    I32,
    I64,
    I128,
}

const INTEGERS: [(&str, Integer); 10] = [
    ("u8", Integer::U8),
    ("u16", Integer::U16),
    ("u32", Integer::U32),
    ("u64", Integer::U64),
    ("u128", Integer::U128),
    ("i8", Integer::I8),
    ("i16", Integer::I16),
    ("i32", Integer::I32),
    ("i64", Integer::I64),
    ("i128", Integer::I128),
];

const CLASSES: [(&str, &[(char, char)]); 3] = [
    ("alpha", &[('a', 'z'), ('A', 'Z')]),
    ("alnum", &[('a', 'z'), ('A', 'Z'), ('0', '9')]),
    ("hex", &[('a', 'f'), ('A', 'F'), ('0', '9')]),
];

impl Constraint {
    /// Parses what stands after a `<`, and moves `at` behind the `>` that ends it.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub(crate) fn parse(chars: &[char], at: &mut usize) -> Result<Self, String> {
        let start = *at;
        let parsed = if chars.get(*at) == Some(&'[') {
            *at += 1;
            class(chars, at)?
        } else {
            let name: String =
                chars[start..].iter().take_while(|c| c.is_ascii_alphanumeric()).collect();
            *at += name.len();
            named(&name).ok_or_else(|| {
                format!(
                    "unknown constraint {name:?} at index {start}; there are u8 to u128, i8 to \
                     i128, uuid, alpha, alnum, hex, and classes such as [a-z0-9-]"
                )
            })?
        };
        if chars.get(*at) != Some(&'>') {
            return Err(format!("expected `>` at index {at}"));
        }
        *at += 1;
        Ok(parsed)
    }

    /// Whether a value, still percent-encoded, is decoded one that fits.
    pub(crate) fn fits(&self, raw: &str) -> bool {
        percent_decode(raw).is_some_and(|value| self.takes(&value))
    }

    fn takes(&self, value: &str) -> bool {
        match self {
            Self::Integer(integer) => integer.takes(value),
            Self::Uuid => {
                value.len() == 36
                    && value.bytes().enumerate().all(|(at, byte)| match at {
                        8 | 13 | 18 | 23 => byte == b'-',
                        _ => byte.is_ascii_hexdigit(),
                    })
            }
            Self::Class { ranges, least, most } => {
                let inside = |c: char| ranges.iter().any(|(low, high)| (*low..=*high).contains(&c));
                let mut count = 0;
                value.chars().all(|c| {
                    count += 1;
                    count <= *most && inside(c)
                }) && count >= *least
            }
        }
    }

    /// Whether every text that the literal matches fits.
    pub(crate) fn covers(&self, literal: &Literal) -> bool {
        literal.extremes().iter().all(|text| self.fits(text))
    }
}

impl Integer {
    fn takes(self, value: &str) -> bool {
        let digits = value.strip_prefix('-').unwrap_or(value);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return false;
        }
        match self {
            Self::U8 => value.parse::<u8>().is_ok(),
            Self::U16 => value.parse::<u16>().is_ok(),
            Self::U32 => value.parse::<u32>().is_ok(),
            Self::U64 => value.parse::<u64>().is_ok(),
            Self::U128 => value.parse::<u128>().is_ok(),
            Self::I8 => value.parse::<i8>().is_ok(),
            Self::I16 => value.parse::<i16>().is_ok(),
            Self::I32 => value.parse::<i32>().is_ok(),
            Self::I64 => value.parse::<i64>().is_ok(),
            Self::I128 => value.parse::<i128>().is_ok(),
        }
    }
}

fn named(name: &str) -> Option<Constraint> {
    let integer = INTEGERS.iter().find(|(known, _)| *known == name);
    let class = CLASSES.iter().find(|(known, _)| *known == name);
    match (integer, class) {
        (Some((_, integer)), _) => Some(Constraint::Integer(*integer)),
        (None, Some((_, ranges))) => {
            Some(Constraint::Class { ranges: ranges.to_vec(), least: 1, most: usize::MAX })
        }
        (None, None) => (name == "uuid").then_some(Constraint::Uuid),
    }
}

/// A class from behind its `[`, with the count that may follow it.
fn class(chars: &[char], at: &mut usize) -> Result<Constraint, String> {
    let start = *at - 1;
    let mut ranges = Vec::new();
    while let Some(low) = member(chars, at)? {
        let is_range = chars.get(*at) == Some(&'-') && chars.get(*at + 1) != Some(&']');
        let mut high = low;
        if is_range {
            *at += 1;
            high = member(chars, at)?.unwrap_or(low);
        }
        if high < low {
            return Err(format!("the range `{low}-{high}` is backwards before index {at}"));
        }
        ranges.push((low, high));
    }
    if ranges.is_empty() {
        return Err(format!("the class at index {start} holds nothing"));
    }
    let (least, most) =
        if chars.get(*at) == Some(&'{') { counts(chars, at)? } else { (1, usize::MAX) };
    Ok(Constraint::Class { ranges, least, most })
}

/// The next character of a class; `None` behind the `]`.
fn member(chars: &[char], at: &mut usize) -> Result<Option<char>, String> {
    let (taken, found) = match (chars.get(*at), chars.get(*at + 1)) {
        (Some(']'), _) => (1, None),
        (Some('\\'), Some(escaped)) => (2, Some(*escaped)),
        (Some('[' | '^'), _) => {
            let c = chars[*at];
            return Err(format!("unexpected `{c}` at index {at}; write `\\{c}` for it"));
        }
        (Some('\\'), None) | (None, _) => {
            return Err(format!("unexpected end at index {at}, expected `]`"));
        }
        (Some(other), _) => (1, Some(*other)),
    };
    *at += taken;
    Ok(found)
}

/// `{3}`, `{2,4}` or `{2,}`.
fn counts(chars: &[char], at: &mut usize) -> Result<(usize, usize), String> {
    let start = *at;
    let inside: String = chars[start + 1..].iter().take_while(|c| **c != '}').collect();
    *at = start + inside.chars().count() + 2;
    let number = |text: &str| text.parse::<u32>().ok().map(|number| number as usize);
    let found = match inside.split_once(',') {
        None => number(&inside).map(|count| (count, count)),
        Some((least, "")) => number(least).map(|least| (least, usize::MAX)),
        Some((least, most)) => number(least).zip(number(most)),
    };
    found.filter(|(least, most)| 0 < *least && least <= most && *at <= chars.len()).ok_or_else(
        || format!("bad count at index {start}; write {{3}}, {{2,4}} or {{2,}}, at least 1"),
    )
}
