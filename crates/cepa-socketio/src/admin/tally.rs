//! What is counted between two reports: connections, packets and bytes, by the second.

use std::time::SystemTime;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::date;

/// How many counts there may be, some sixty seconds' worth; beyond, the oldest are forgotten.
const MOST: usize = 1024;

#[derive(Debug, Default)]
pub(super) struct Tally(Vec<Count>);

#[derive(Debug)]
struct Count {
    /// In milliseconds since 1970.
    second: i64,
    kind: &'static str,
    detail: Option<&'static str>,
    count: usize,
}

impl Tally {
    pub(super) fn add(&mut self, kind: &'static str, detail: Option<&'static str>, count: usize) {
        let second = date::millis(SystemTime::now()) / 1000 * 1000;
        let recent = self.0.iter_mut().rev().take_while(|known| known.second == second);
        for known in recent {
            if known.kind == kind && known.detail == detail {
                known.count += count;
                return;
            }
        }
        if self.0.len() == MOST {
            self.0.drain(..MOST / 2);
        }
        self.0.push(Count { second, kind, detail, count });
    }

    /// The counts in the form of the report; counting begins anew.
    pub(super) fn take(&mut self) -> Vec<Value> {
        let counts = std::mem::take(&mut self.0).into_iter();
        let shown = counts.map(|Count { second, kind, detail, count }| match detail {
            Some(detail) => {
                json!({ "timestamp": second, "type": kind, "subType": detail, "count": count })
            }
            None => json!({ "timestamp": second, "type": kind, "count": count }),
        });
        shown.collect()
    }
}

/// How many packets finished WebSocket frames are, and how many bytes are in them: a type is none, and what is compressed
/// counts as it is sent.
pub(super) fn frames(mut entry: &[u8]) -> (usize, usize) {
    let (mut packets, mut bytes) = (0, 0);
    while let [first, second, rest @ ..] = entry {
        let (length, rest) = match (second & 0x7f, rest) {
            (126, [a, b, rest @ ..]) => (usize::from(u16::from_be_bytes([*a, *b])), rest),
            (127, [a, b, c, d, e, f, g, h, rest @ ..]) => {
                let length = u64::from_be_bytes([*a, *b, *c, *d, *e, *f, *g, *h]);
                (usize::try_from(length).unwrap_or(usize::MAX), rest)
            }
            (length, rest) => (usize::from(length), rest),
        };
        // a text that is not compressed
        let is_typed = first & 0x4f == 1;
        packets += 1;
        bytes += length - usize::from(is_typed && length > 0);
        entry = rest.get(length..).unwrap_or_default();
    }
    (packets, bytes)
}

/// How many packets parts of a polling body are, and how many bytes are in them.
pub(super) fn parts(entry: &[u8]) -> (usize, usize) {
    let parts = entry.split(|byte| *byte == b'\x1e').filter(|part| !part.is_empty());
    parts.fold((0, 0), |(packets, bytes), part| {
        let size = match part {
            [b'b', base64 @ ..] => {
                let padding = base64.iter().rev().take_while(|byte| **byte == b'=').count();
                base64.len() / 4 * 3 - padding.min(base64.len() / 4 * 3)
            }
            text => text.len() - 1,
        };
        (packets + 1, bytes + size)
    })
}

/// The sum over a batch.
pub(super) fn sum(batch: &[Bytes], of: fn(&[u8]) -> (usize, usize)) -> (usize, usize) {
    let sizes = batch.iter().map(|entry| of(entry));
    sizes.fold((0, 0), |(packets, bytes), (more, size)| (packets + more, bytes + size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_are_counted_without_their_types() {
        assert_eq!(frames(b"\x81\x034[]\x82\x02ab"), (2, 4));
        let long = [&[0x81, 126, 1, 0][..], &[b'4'; 256], &[0x82, 0]].concat();
        assert_eq!(frames(&long), (2, 255));
        assert_eq!(frames(b"\xc1\x03abc"), (1, 3));
        assert_eq!(frames(&[]), (0, 0));
        assert_eq!(frames(b"\x81\x7f"), (1, 126));
        assert_eq!(parts(b"42[\"a\"]\x1ebAQID\x1ebAQ=="), (3, 6 + 3 + 1));
        assert_eq!(parts(b"b="), (1, 0));
    }

    #[test]
    fn counts_are_bounded_and_joined_within_a_second() {
        let mut tally = Tally::default();
        for _ in 0..3 * MOST {
            tally.add("packetsIn", None, 2);
        }
        assert!(tally.0.len() < 100, "{}", tally.0.len());
        let sum: usize = tally.0.iter().map(|count| count.count).sum();
        assert_eq!(sum, 6 * MOST);
        tally.0 = (0..MOST as i64)
            .map(|second| Count { second, kind: "packetsIn", detail: None, count: 1 })
            .collect();
        tally.add("rawDisconnection", Some("transport close"), 1);
        assert_eq!(tally.0.len(), MOST / 2 + 1);
        assert_eq!(tally.take().len(), MOST / 2 + 1);
        assert!(tally.take().is_empty());
    }
}
