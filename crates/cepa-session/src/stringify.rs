//! JSON exactly as JavaScript's `JSON.stringify` writes it.
//!
//! serde_json differs from it in two things: names that are array indices come first, in ascending order, because
//! JavaScript objects keep them so; and numbers have JavaScript's shortest form (`1`, not `1.0`; `1e+21`, not `1e21`).
//! Reading must not lose a digit either: this crate turns on serde_json's `float_roundtrip`.
//!
//! Integers beyond 2^53 keep their digits here, where JavaScript would have rounded them when it read them.

use std::fmt::Write as _;

use serde_json::{Map, Number, Value};

/// An object as `JSON.stringify` would write it.
///
/// ```
/// let data = serde_json::json!({ "b": 1.0, "10": "x", "2": null });
/// assert_eq!(cepa_session::stringify(data.as_object().unwrap()), r#"{"2":null,"10":"x","b":1}"#);
/// ```
pub fn stringify(object: &Map<String, Value>) -> String {
    let mut text = String::new();
    write_object(&mut text, object);
    text
}

fn write_object(text: &mut String, object: &Map<String, Value>) {
    text.push('{');
    let mut indices: Vec<(u32, &Value)> = Vec::new();
    for (name, value) in object {
        indices.extend(array_index(name).map(|index| (index, value)));
    }
    indices.sort_unstable_by_key(|(index, _)| *index);
    let mut separator = "";
    for (index, value) in indices {
        // Writing to a String cannot fail.
        let _ = write!(text, "{separator}\"{index}\":");
        write_value(text, value);
        separator = ",";
    }
    for (name, value) in object {
        if array_index(name).is_none() {
            text.push_str(separator);
            write_string(text, name);
            text.push(':');
            write_value(text, value);
            separator = ",";
        }
    }
    text.push('}');
}

fn write_value(text: &mut String, value: &Value) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(true) => text.push_str("true"),
        Value::Bool(false) => text.push_str("false"),
        Value::Number(number) if number.is_f64() => write_number(text, number),
        Value::Number(number) => {
            let _ = write!(text, "{number}");
        }
        Value::String(string) => write_string(text, string),
        Value::Array(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                write_value(text, item);
            }
            text.push(']');
        }
        Value::Object(object) => write_object(text, object),
    }
}

/// A string; both languages escape the quote, the backslash and what is below U+0020, in the same way.
pub(crate) fn write_string(text: &mut String, string: &str) {
    text.push_str(&serde_json::to_string(string).unwrap_or_default());
}

/// ECMA-262, Number::toString: the shortest digits that read back as the same number, of two such the even ones.
/// serde_json finds the same digits (the standard library, when two are equally near, does not), and puts the point
/// elsewhere.
fn write_number(text: &mut String, number: &Number) {
    let shown = number.to_string();
    let (sign, shown) = shown.strip_prefix('-').map_or(("", shown.as_str()), |rest| ("-", rest));
    let (mantissa, exponent) = shown.split_once('e').unwrap_or((shown, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let digits = all.trim_start_matches('0');
    let leading = all.len() - digits.len();
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() {
        text.push('0');
        return;
    }
    // How many digits stand before the point; at most 309 and at least -323.
    let count = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    let point = exponent.parse::<i32>().unwrap_or_default() + count(whole.len()) - count(leading);
    let length = count(digits.len());
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or_default());
    text.push_str(sign);
    // Writing to a String cannot fail.
    let _ = match point {
        1..=21 if length <= point => write!(text, "{digits}{}", zeros(point - length)),
        1..=21 => {
            let (whole, fraction) = digits.split_at(usize::try_from(point).unwrap_or_default());
            write!(text, "{whole}.{fraction}")
        }
        -5..=0 => write!(text, "0.{}{digits}", zeros(-point)),
        _ => {
            let sign = if point > 0 { '+' } else { '-' };
            let (first, rest) = digits.split_at(1);
            let dot = if rest.is_empty() { "" } else { "." };
            write!(text, "{first}{dot}{rest}e{sign}{}", (point - 1).abs())
        }
    };
}

/// The number that a name stands for when it is an array index: canonical decimal below 2^32 - 1.
fn array_index(name: &str) -> Option<u32> {
    let is_canonical = name == "0" || !name.starts_with('0');
    if !is_canonical || name.len() > 10 || !name.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    name.parse().ok().filter(|index| *index < u32::MAX)
}
