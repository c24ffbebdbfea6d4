//! Frames of HTTP/2 as bytes, and what is said of those that arrive.

use tokio::io::AsyncReadExt;

pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
pub(super) const PRIORITY: u8 = 2;
pub(super) const RST_STREAM: u8 = 3;
pub(super) const SETTINGS: u8 = 4;
pub(super) const PUSH_PROMISE: u8 = 5;
pub(super) const PING: u8 = 6;
pub(super) const GOAWAY: u8 = 7;
pub(super) const WINDOW_UPDATE: u8 = 8;
pub(super) const CONTINUATION: u8 = 9;

pub(super) const NO_FLAGS: u8 = 0;
pub(super) const END_STREAM: u8 = 1;
pub(super) const END_HEADERS: u8 = 4;
pub(super) const ALL: u8 = END_STREAM | END_HEADERS;
pub(super) const PADDED: u8 = 8;
pub(super) const ACK: u8 = 1;

pub(super) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// A field as a literal that is not indexed, without Huffman's code.
pub(super) fn field(name: &str, value: &str) -> Vec<u8> {
    let text = |text: &str| {
        let length = text.len();
        let start = match length {
            0..127 => vec![length as u8],
            // A prefix of 7 ones, and the rest in groups of 7 bits (RFC 7541, 5.1).
            _ => {
                let (mut rest, mut bytes) = (length - 127, vec![127]);
                while rest >= 128 {
                    bytes.push(rest as u8 | 128);
                    rest >>= 7;
                }
                bytes.push(rest as u8);
                bytes
            }
        };
        [&start[..], text.as_bytes()].concat()
    };
    [&[0], &text(name)[..], &text(value)].concat()
}

/// A head with these fields.
pub(super) fn head(fields: &[(&str, &str)]) -> Vec<u8> {
    fields.iter().flat_map(|(name, value)| field(name, value)).collect()
}

pub(super) const GET: [(&str, &str); 4] =
    [(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "a")];
pub(super) const POST: [(&str, &str); 4] =
    [(":method", "POST"), (":scheme", "http"), (":path", "/"), (":authority", "a")];

pub(super) fn get(stream: u32) -> Vec<u8> {
    frame(HEADERS, ALL, stream, &head(&GET))
}

/// A GET whose head is these fields, and those after the pseudo fields of an ordinary one.
pub(super) fn fields(more: &[(&str, &str)]) -> Vec<u8> {
    frame(HEADERS, ALL, 1, &head(&[&GET[..], more].concat()))
}

/// A head of these fields alone.
pub(super) fn only(fields: &[(&str, &str)]) -> Vec<u8> {
    frame(HEADERS, ALL, 1, &head(fields))
}

pub(super) fn settings(id: u16, value: u32) -> Vec<u8> {
    frame(SETTINGS, NO_FLAGS, 0, &[&id.to_be_bytes()[..], &value.to_be_bytes()].concat())
}

pub(super) fn window(stream: u32, by: u32) -> Vec<u8> {
    frame(WINDOW_UPDATE, NO_FLAGS, stream, &by.to_be_bytes())
}

pub(super) fn reset(stream: u32) -> Vec<u8> {
    frame(RST_STREAM, NO_FLAGS, stream, &8_u32.to_be_bytes())
}

/// Odd numbers of streams.
pub(super) fn streams(count: u32) -> impl Iterator<Item = u32> {
    (0..count).map(|number| number * 2 + 1)
}

/// The next frame; `None` at the end of the connection.
pub(super) async fn next(
    reads: &mut (impl AsyncReadExt + Unpin),
) -> Option<(u8, u8, u32, Vec<u8>)> {
    let mut start = [0; 9];
    reads.read_exact(&mut start).await.ok()?;
    let length = u32::from_be_bytes([0, start[0], start[1], start[2]]);
    let stream = u32::from_be_bytes([start[5], start[6], start[7], start[8]]);
    let mut payload = vec![0; length as usize];
    reads.read_exact(&mut payload).await.ok()?;
    Some((start[3], start[4], stream, payload))
}

/// What a row says of a frame of the server's, if anything.
pub(super) fn tell(kind: u8, stream: u32, payload: &[u8]) -> Option<String> {
    let code = |at: usize| u32::from_be_bytes(payload[at..at + 4].try_into().unwrap());
    match kind {
        HEADERS if payload.first() == Some(&0x88) => Some(format!("{stream}: 200")),
        HEADERS => Some(format!("{stream}: refused")),
        RST_STREAM => Some(format!("{stream}: reset {}", code(0))),
        GOAWAY => Some(format!("goaway {}", code(4))),
        _ => None,
    }
}
