//! One request over a socket of its own, and all that comes back.
//!
//! The answer is read as it is framed (RFC 9112, 6.3): interim heads, then no body after HEAD, 204 and 304, chunks,
//! a length, or everything until the connection ends. Afterwards our side of the connection is closed, and
//! whatever still arrives is kept: an answer that is longer than it says is one of the things to be found.
//!
//! Header values are bytes; here each byte is a `char` (Latin-1), so that nothing is lost.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

/// The longest wait for the next bytes of an answer.
const DEADLINE: Duration = Duration::from_secs(10);

/// What is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// The target as it stands in the request line.
    pub(crate) target: Vec<u8>,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Option<Vec<u8>>,
}

/// What came back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The status lines of interim answers, such as `HTTP/1.1 100 Continue`.
    pub(crate) interim: Vec<String>,
    pub(crate) status_line: String,
    /// In order; names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    /// Without its framing.
    pub(crate) body: Vec<u8>,
    /// What is wrong with the framing.
    pub(crate) flaw: Option<String>,
}

impl Request {
    /// The value of a header that this request carries.
    pub(crate) fn header(&self, name: &str) -> Option<&[u8]> {
        let mut known = self.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        known.next().map(|(_, value)| value.as_slice())
    }

    /// The bytes on the wire: `Host` and the framing are added where the request does not say otherwise.
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = [self.method.as_bytes(), b" ", &self.target, b" HTTP/1.1\r\n"].concat();
        let mut field = |name: &str, value: &[u8]| {
            bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        };
        if self.header("host").is_none() {
            field("host", b"koa.test");
        }
        for (name, value) in &self.headers {
            field(name, value);
        }
        let is_framed =
            self.header("content-length").or(self.header("transfer-encoding")).is_some();
        if let Some(body) = self.body.as_ref().filter(|_| !is_framed) {
            field("content-length", body.len().to_string().as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(self.body.as_deref().unwrap_or_default());
        bytes
    }

    /// Sends it to a port of this machine and reads the answer.
    pub(crate) fn send(&self, port: u16) -> io::Result<Answer> {
        let mut socket = TcpStream::connect(("127.0.0.1", port))?;
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(DEADLINE))?;
        socket.set_write_timeout(Some(DEADLINE))?;
        // A server that refuses a body may close before it has read all of it; its answer still counts.
        let _ = socket.write_all(&self.bytes());
        let mut reader = BufReader::new(socket);
        let mut answer = Answer::default();
        if let Err(error) = answer.read(&mut reader, self.method == "HEAD") {
            answer.flaw = Some(format!("cut off: {:?}", error.kind()));
            return Ok(answer);
        }
        let _ = reader.get_ref().shutdown(Shutdown::Write);
        let mut rest = Vec::new();
        let _ = reader.read_to_end(&mut rest);
        if !rest.is_empty() {
            answer.flaw = Some(format!("{} bytes after the end", rest.len()));
        }
        Ok(answer)
    }
}

impl Answer {
    /// The status; 0 when nothing came.
    pub(crate) fn status(&self) -> u16 {
        let code = self.status_line.split(' ').nth(1);
        code.and_then(|code| code.parse().ok()).unwrap_or(0)
    }

    /// The first value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Puts a header in place of those of its name.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.remove(name);
        self.headers.push((name.into(), value.into()));
    }

    /// Removes a header.
    pub(crate) fn remove(&mut self, name: &str) {
        self.headers.retain(|(known, _)| known != name);
    }

    fn read(&mut self, reader: &mut impl BufRead, is_head: bool) -> io::Result<()> {
        loop {
            self.status_line = line(reader)?;
            self.headers = fields(reader)?;
            match self.status() {
                100..=199 => self.interim.push(std::mem::take(&mut self.status_line)),
                status => return self.read_body(reader, is_head || matches!(status, 204 | 304)),
            }
        }
    }

    fn read_body(&mut self, reader: &mut impl BufRead, has_none: bool) -> io::Result<()> {
        if has_none {
            return Ok(());
        }
        let length = self.header("content-length").map(str::to_owned);
        if let Some(coding) = self.header("transfer-encoding") {
            if coding != "chunked" {
                return Err(io::ErrorKind::InvalidData.into());
            }
            loop {
                let size = line(reader)?;
                let size = usize::from_str_radix(&size, 16)
                    .map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
                if size == 0 {
                    return fields(reader).map(drop);
                }
                self.take(reader, size)?;
                if !line(reader)?.is_empty() {
                    return Err(io::ErrorKind::InvalidData.into());
                }
            }
        }
        match length.map(|length| length.parse()) {
            Some(Ok(length)) => self.take(reader, length),
            Some(Err(_)) => Err(io::ErrorKind::InvalidData.into()),
            None => reader.read_to_end(&mut self.body).map(drop),
        }
    }

    fn take(&mut self, reader: &mut impl BufRead, size: usize) -> io::Result<()> {
        let limit = u64::try_from(size).unwrap_or(u64::MAX);
        if reader.take(limit).read_to_end(&mut self.body)? < size {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }
}

/// A line that ends with CR LF, without them.
fn line(reader: &mut impl BufRead) -> io::Result<String> {
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line)?;
    match line.strip_suffix(b"\r\n") {
        Some(line) => Ok(line.iter().map(|byte| char::from(*byte)).collect()),
        None if line.is_empty() => Err(io::ErrorKind::UnexpectedEof.into()),
        None => Err(io::ErrorKind::InvalidData.into()),
    }
}

/// Header fields up to the empty line.
fn fields(reader: &mut impl BufRead) -> io::Result<Vec<(String, String)>> {
    let mut fields = Vec::new();
    loop {
        let line = line(reader)?;
        if line.is_empty() {
            return Ok(fields);
        }
        let (name, value) = line.split_once(':').ok_or(io::ErrorKind::InvalidData)?;
        fields.push((name.to_ascii_lowercase(), value.trim_matches([' ', '\t']).to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::Answer;

    fn read(wire: &str, is_head: bool) -> (Answer, String, bool) {
        let mut reader = wire.as_bytes();
        let mut answer = Answer::default();
        let whole = answer.read(&mut reader, is_head).is_ok();
        (answer, String::from_utf8_lossy(reader).into_owned(), whole)
    }

    #[test]
    fn bodies_end_where_their_framing_says() {
        let table = [
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokrest", false, "ok", "rest", true),
            ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", false, "ok", "", false),
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nrest", true, "", "rest", true),
            ("HTTP/1.1 204 No Content\r\n\r\nrest", false, "", "rest", true),
            ("HTTP/1.1 200 OK\r\n\r\nall", false, "all", "", true),
            (
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n1\r\n!\r\n0\r\n\r\nrest",
                false,
                "ok!",
                "rest",
                true,
            ),
            (
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n",
                false,
                "ok",
                "",
                false,
            ),
        ];
        for (wire, is_head, body, rest, whole) in table {
            let (answer, left, is_whole) = read(wire, is_head);
            assert_eq!(
                (answer.body, left.as_str(), is_whole),
                (body.into(), rest, whole),
                "{wire}"
            );
        }
    }

    #[test]
    fn interim_answers_are_kept_apart() {
        let wire =
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 0\r\n\r\n";
        let (answer, ..) = read(wire, false);
        assert_eq!(answer.interim, ["HTTP/1.1 100 Continue"]);
        assert_eq!((answer.status(), answer.header("a")), (200, Some("b")));
    }
}
