//! The lists of requests, `requests/*.http`: one place for both sides.
//!
//! ```text
//! # a comment
//! === router                  the program that the requests below go to; cookies kept so far are forgotten
//! ==> router-strict           another program, that gets the cookies kept so far
//!
//! GET,HEAD /users/1           one request for each method
//!   accept: text/html         a header; lines of a request are indented
//!   accept-language:: en      one request for each of the lines with two colons ..
//!   accept-language:: de      .. and for each combination, if there are several such headers
//!   > {"a":1}                 the body; several lines are joined with CR LF
//!   gzip> {"a":1}             the same, compressed (gzip, deflate, raw-deflate, br)
//!   cookies: own              sends what this side has set since `===`; `swapped`: what the other side has
//!   ! head-length             differs, for this reason of differences.md, in exactly these lines:
//!   - content-length: 1         what Koa has
//!   + content-length: 2         what cepa has
//! ```
//!
//! In targets, values and bodies, `\r`, `\n`, `\t`, `\\`, `\xHH` stand for a byte and `\*N{text}` for N times the text.

use std::fs;
use std::io::Write;
use std::path::Path;

use crate::Result;
use crate::wire::Request;

/// A request of a list, with what is known of the answers to it.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    /// Where it stands, such as `router.http:12`, and which of its combinations it is.
    pub(crate) place: String,
    pub(crate) program: String,
    /// Which browser sends it: each `===` begins a new one.
    pub(crate) browser: usize,
    pub(crate) request: Request,
    pub(crate) cookies: Cookies,
    pub(crate) declared: Option<Declared>,
}

/// Which cookies a request takes along, beside those that it names itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cookies {
    None,
    /// Those that the same side has set.
    Own,
    /// Those that the other side has set.
    Swapped,
}

/// A difference that stands beside its request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Declared {
    /// The names in differences.md; there may be several.
    pub(crate) names: Vec<String>,
    /// The lines with their sign, sorted.
    pub(crate) lines: Vec<String>,
}

/// All lists of a folder, in the order of their names.
pub(crate) fn read(folder: &Path) -> Result<Vec<Listed>> {
    let mut files: Vec<_> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "http"));
    files.sort();
    let mut all = Vec::new();
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        all.extend(parse(&name, &fs::read_to_string(&path)?)?);
    }
    Ok(all)
}

/// A request as it is written, before its combinations are made.
struct Block {
    line: usize,
    methods: Vec<String>,
    target: Vec<u8>,
    headers: Vec<(String, Vec<u8>)>,
    choices: Vec<(String, Vec<Vec<u8>>)>,
    body: Option<Vec<u8>>,
    coding: &'static str,
    cookies: Cookies,
    declared: Option<Declared>,
}

fn parse(file: &str, text: &str) -> Result<Vec<Listed>> {
    let mut listed = Vec::new();
    let mut to = (String::new(), 0);
    let mut block: Option<Block> = None;
    for (at, line) in text.lines().enumerate() {
        let here = |why: &str| format!("{file}:{}: {why}: {line:?}", at + 1);
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        if let Some(indented) = line.strip_prefix("  ") {
            let block = block.as_mut().ok_or_else(|| here("belongs to no request"))?;
            block.add(indented).map_err(|why| here(&why))?;
            continue;
        }
        if let Some(block) = block.take() {
            block.combine(file, &to, &mut listed)?;
        }
        if let Some(name) = line.strip_prefix("===") {
            to = (name.trim().to_owned(), at + 1);
            continue;
        }
        if let Some(name) = line.strip_prefix("==>") {
            to.0 = name.trim().to_owned();
            continue;
        }
        let (methods, target) = line.split_once(' ').ok_or_else(|| here("has no target"))?;
        block = Some(Block {
            line: at + 1,
            methods: methods.split(',').map(str::to_owned).collect(),
            target: unescape(target).map_err(|why| here(&why))?,
            headers: Vec::new(),
            choices: Vec::new(),
            body: None,
            coding: "",
            cookies: Cookies::None,
            declared: None,
        });
    }
    if let Some(block) = block.take() {
        block.combine(file, &to, &mut listed)?;
    }
    Ok(listed)
}

impl Block {
    fn add(&mut self, line: &str) -> Result<(), String> {
        if let Some(names) = line.strip_prefix("! ") {
            let names = names.split_whitespace().map(str::to_owned).collect();
            self.declared = Some(Declared { names, lines: Vec::new() });
            return Ok(());
        }
        if line.starts_with("- ") || line.starts_with("+ ") {
            let declared = self.declared.as_mut().ok_or("a difference without a name")?;
            declared.lines.push(line.to_owned());
            return Ok(());
        }
        for (mark, coding) in [
            (">", ""),
            ("gzip>", "gzip"),
            ("deflate>", "deflate"),
            ("raw-deflate>", "raw-deflate"),
            ("br>", "br"),
        ] {
            if let Some(text) = line.strip_prefix(mark) {
                let text = unescape(text.strip_prefix(' ').unwrap_or(text))?;
                self.coding = coding;
                match &mut self.body {
                    Some(body) => body.extend([b"\r\n", text.as_slice()].concat()),
                    None => self.body = Some(text),
                }
                return Ok(());
            }
        }
        let (name, value) = line.split_once(':').ok_or("neither a header nor a mark")?;
        let choice = value.strip_prefix(':');
        let value = choice.unwrap_or(value);
        if name == "cookies" {
            self.cookies = match value.trim() {
                "own" => Cookies::Own,
                "swapped" => Cookies::Swapped,
                _ => return Err("cookies are `own` or `swapped`".into()),
            };
            return Ok(());
        }
        let value = unescape(value.strip_prefix(' ').unwrap_or(value))?;
        if choice.is_none() {
            self.headers.push((name.to_owned(), value));
        } else if let Some((_, values)) = self.choices.iter_mut().find(|(known, _)| known == name) {
            values.push(value);
        } else {
            self.choices.push((name.to_owned(), vec![value]));
        }
        Ok(())
    }

    /// One request for each method and each combination of the choices.
    fn combine(
        mut self,
        file: &str,
        (program, browser): &(String, usize),
        listed: &mut Vec<Listed>,
    ) -> Result<()> {
        if program.is_empty() {
            return Err(format!("{file}:{}: no program is named yet", self.line).into());
        }
        if let Some(declared) = &mut self.declared {
            declared.lines.sort();
        }
        let body = self.body.map(|body| compress(body, self.coding)).transpose()?;
        let mut combinations = vec![Vec::new()];
        for (name, values) in &self.choices {
            combinations = combinations
                .into_iter()
                .flat_map(|chosen: Vec<(String, Vec<u8>)>| {
                    values.iter().map(move |value| {
                        [chosen.as_slice(), &[(name.clone(), value.clone())]].concat()
                    })
                })
                .collect();
        }
        let many = combinations.len() * self.methods.len() > 1;
        let mut number = 0;
        for method in &self.methods {
            for chosen in &combinations {
                number += 1;
                let suffix = if many { format!("#{number}") } else { String::new() };
                listed.push(Listed {
                    place: format!("{file}:{}{suffix}", self.line),
                    program: program.clone(),
                    browser: *browser,
                    request: Request {
                        method: method.clone(),
                        target: self.target.clone(),
                        headers: [self.headers.as_slice(), chosen].concat(),
                        body: body.clone(),
                    },
                    cookies: self.cookies,
                    declared: self.declared.clone(),
                });
            }
        }
        Ok(())
    }
}

fn compress(body: Vec<u8>, coding: &str) -> Result<Vec<u8>> {
    let level = flate2::Compression::default();
    Ok(match coding {
        "gzip" => {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), level);
            encoder.write_all(&body)?;
            encoder.finish()?
        }
        "deflate" => {
            let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), level);
            encoder.write_all(&body)?;
            encoder.finish()?
        }
        "raw-deflate" => {
            let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), level);
            encoder.write_all(&body)?;
            encoder.finish()?
        }
        "br" => {
            let mut compressed = Vec::new();
            brotli::BrotliCompress(&mut body.as_slice(), &mut compressed, &Default::default())?;
            compressed
        }
        _ => body,
    })
}

/// The bytes that a text with escapes stands for.
fn unescape(text: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        rest = &rest[at + 1..];
        let wrong = || format!("an escape that is none: \\{rest}");
        let mark = rest.chars().next().ok_or_else(wrong)?;
        let mut used = mark.len_utf8();
        match mark {
            'r' => bytes.push(b'\r'),
            'n' => bytes.push(b'\n'),
            't' => bytes.push(b'\t'),
            '\\' => bytes.push(b'\\'),
            'x' => {
                let digits = rest.get(1..3).ok_or_else(wrong)?;
                bytes.push(u8::from_str_radix(digits, 16).map_err(|_| wrong())?);
                used = 3;
            }
            '*' => {
                let (count, text) = rest[1..].split_once('{').ok_or_else(wrong)?;
                let (text, after) = text.split_once('}').ok_or_else(wrong)?;
                let count = count.parse().map_err(|_| wrong())?;
                bytes.extend(text.as_bytes().repeat(count));
                used = rest.len() - after.len();
            }
            _ => {
                // What else a backslash stands before is written with it, as in JSON.
                bytes.push(b'\\');
                used = 0;
            }
        }
        rest = &rest[used..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::{Cookies, parse, unescape};

    #[test]
    fn a_list_is_read() {
        let text = "# a list\n=== one\nGET,HEAD /a\n  x: 1\n  y:: 2\n  y:: 3\n\n=== two\nPOST /b\n  > {\n  > }\n  \
                    cookies: swapped\n  ! why\n  - b\n  + a\n";
        let listed = parse("t.http", text).unwrap_or_default();
        let places: Vec<_> = listed.iter().map(|listed| listed.place.as_str()).collect();
        assert_eq!(places, ["t.http:3#1", "t.http:3#2", "t.http:3#3", "t.http:3#4", "t.http:9"]);
        assert_eq!(listed[1].request.header("y"), Some(&b"3"[..]));
        assert_eq!(listed[2].request.method, "HEAD");
        let last = &listed[4];
        assert_eq!(last.request.body.as_deref(), Some(&b"{\r\n}"[..]));
        assert_eq!((last.program.as_str(), last.cookies), ("two", Cookies::Swapped));
        assert!(listed[0].browser == listed[3].browser && listed[0].browser != last.browser);
        let declared = last.declared.clone().unwrap_or_default();
        assert_eq!(
            (declared.names, declared.lines),
            (vec!["why".to_owned()], vec!["+ a".into(), "- b".into()])
        );
    }

    #[test]
    fn escapes_are_bytes() {
        let table = [
            (r"a\r\n", &b"a\r\n"[..]),
            (r"\xff", b"\xff"),
            (r"\*3{ab}.", b"ababab."),
            (r"\\n", b"\\n"),
            ("\\\"", b"\\\""),
        ];
        for (text, bytes) in table {
            assert_eq!(unescape(text).as_deref(), Ok(bytes), "{text}");
        }
        assert!(unescape(r"\xzz").is_err());
    }

    #[test]
    fn what_is_wrong_names_its_line() {
        let wrong = parse("t.http", "=== one\nGET /\n  x\n").err().map(|error| error.to_string());
        assert_eq!(wrong.as_deref(), Some("t.http:3: neither a header nor a mark: \"  x\""));
    }
}
