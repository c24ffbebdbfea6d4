//! Telling HTTP/2 with prior knowledge from HTTP/1 by the first bytes, within a deadline.
//!
//! An HTTP/2 client begins with a fixed preface of 24 bytes (RFC 9113, 3.4). Bytes are read until they
//! differ from it, which for HTTP/1 is nearly always the first one, and are then given back to whoever
//! reads the connection. hyper-util has the same, without a deadline: a client that sends `P` and no
//! more would hold its connection for ever.

use std::io;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Http1,
    Http2,
}

/// The protocol that a connection speaks, and the bytes that told.
pub(crate) async fn sniff(
    stream: &mut TcpStream,
    limit: Duration,
) -> io::Result<(Protocol, Bytes)> {
    let read = async {
        let mut read = BytesMut::with_capacity(PREFACE.len());
        loop {
            if !PREFACE.starts_with(&read) {
                return Ok((Protocol::Http1, read.freeze()));
            }
            if read.len() == PREFACE.len() {
                return Ok((Protocol::Http2, read.freeze()));
            }
            let mut rest = [0; PREFACE.len()];
            let wanted = PREFACE.len() - read.len();
            match stream.read(&mut rest[..wanted]).await? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                count => read.extend_from_slice(&rest[..count]),
            }
        }
    };
    timeout(limit, read).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
}
