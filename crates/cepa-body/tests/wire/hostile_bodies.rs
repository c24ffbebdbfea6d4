//! Bodies that are malformed, too large, too slow, cut short, or not what they say.

use crate::served::{Then, tight};
use crate::table::{Case, bare, case, chunked, post, run};

const JSON: &str = "Content-Type: application/json\r\n";
const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";
const TEXT: &str = "Content-Type: text/plain\r\n";

#[test]
fn every_body_gets_its_answer() {
    let mut cases = types();
    cases.extend(json());
    cases.extend(sizes());
    cases.extend(framing());
    cases.extend(forms());
    cases.extend(codings());
    assert!(cases.len() >= 80, "{}", cases.len());
    run(tight(), cases);
}

fn types() -> Vec<Case> {
    let mut cases = vec![
        case("no type", post("/json", "", "{}"), 415),
        case("an empty type", post("/json", "Content-Type: \r\n", "{}"), 415),
        case("no media type", post("/json", "Content-Type: json\r\n", "{}"), 415),
        case(
            "two types in one",
            post("/json", "Content-Type: application/json, text/plain\r\n", "{}"),
            415,
        ),
        case("two types, the first counts", post("/json", &format!("{TEXT}{JSON}"), "{}"), 415),
        case("text as JSON", post("/json", TEXT, "{}"), 415),
        case("JSON as text", post("/text", JSON, "{}"), 415),
        case("JSON as a form", post("/form", JSON, "{}"), 415),
        case("a form as JSON", post("/json", FORM, "a=1"), 415),
        case("bytes of any type", post("/bytes", "Content-Type: x\r\n", "1"), 200),
        case(
            "a quoted charset that is open",
            post("/json", "Content-Type: application/json; charset=\"utf-8\r\n", "{}"),
            200,
        ),
        case("text that is not UTF-8", post("/text", TEXT, b"a\xff"), 400),
        case("half a character", post("/text", TEXT, b"\xe2\x82"), 400),
        case("an overlong NUL", post("/text", TEXT, b"\xc0\x80"), 400),
        case("a surrogate as UTF-8", post("/text", TEXT, b"\xed\xa0\x80"), 400),
    ];
    for (charset, status) in [
        ("utf-8", 200),
        ("latin1", 200),
        ("utf-7", 415),
        ("utf-32", 415),
        ("replacement", 415),
        ("hz-gb-2312", 415),
        ("\"\"", 415),
        ("../../etc/passwd", 415),
    ] {
        let kind = format!("Content-Type: text/plain; charset={charset}\r\n");
        cases.push(case(&format!("charset {charset}"), post("/text", &kind, "a"), status));
    }
    let utf16 = "Content-Type: text/plain; charset=utf-16\r\n";
    cases.push(case("half of an UTF-16 unit", post("/text", utf16, b"a\0b"), 400));
    cases.push(case("a lone surrogate", post("/text", utf16, b"\0\xd8a\0"), 400));
    cases
}

fn json() -> Vec<Case> {
    let json = |what: &str, body: &[u8], status| case(what, post("/json", JSON, body), status);
    vec![
        json("nothing", b"", 400),
        case("no length and no body", bare("/json", JSON, ""), 400),
        json("blanks", b" \r\n\t", 400),
        json("a byte order mark alone", b"\xef\xbb\xbf", 400),
        json("garbage", b"\x00\x01\x02", 400),
        json("an object that is open", b"{\"a\":1", 400),
        json("a comma too many", b"[1,]", 400),
        json("two documents", b"{}{}", 400),
        json("a comment", b"{} // no", 400),
        json("single quotes", b"{'a':1}", 400),
        json("NaN", b"[NaN]", 400),
        json("a number beyond all bounds", b"[1e999]", 400),
        json("a number of 900 digits", &[&b"[1"[..], &[b'0'; 900], b"]"].concat(), 400),
        json("half a surrogate pair", b"[\"\\ud800\"]", 400),
        json("a control character", b"[\"\x01\"]", 400),
        json("a NUL", b"[\"a\"]\0", 400),
        json("bytes that are not UTF-8", b"[\"\xff\"]", 400),
        json("900 lists", &[b'['; 900], 400),
        json("450 lists, closed", &[[b'['; 450], [b']'; 450]].concat(), 400),
        json(
            "objects 129 deep",
            format!("{}1{}", "{\"\":".repeat(129), "}".repeat(129)).as_bytes(),
            400,
        ),
        json("a prototype is a key", b"{\"__proto__\":{\"a\":1}}", 200),
        json("a key twice", b"{\"a\":1,\"a\":2}", 200),
        case(
            "a key twice, for a struct",
            post("/user", JSON, r#"{"name":"a","name":"b","age":1}"#),
            422,
        ),
        case("a field of another type", post("/user", JSON, r#"{"name":1,"age":1}"#), 422),
        case("a field out of range", post("/user", JSON, r#"{"name":"a","age":256}"#), 422),
        case("a field that is missing", post("/user", JSON, r#"{"name":"a"}"#), 422),
        case("a list for a struct", post("/user", JSON, "[[]]"), 422),
        case("a number, strictly", post("/strict", JSON, "5"), 400),
        case("null, strictly", post("/strict", JSON, "null"), 400),
        case("a text, strictly", post("/strict", JSON, "\"[]\""), 400),
    ]
}

fn sizes() -> Vec<Case> {
    let text = |size: usize| vec![b'a'; size];
    let declared = |path, kind: &str, length: &str| {
        bare(path, &format!("{kind}Content-Length: {length}\r\n"), "")
    };
    let invited =
        |length: &str| declared("/text", &format!("{TEXT}Expect: 100-continue\r\n"), length);
    vec![
        case("just the limit", post("/text", TEXT, text(1000)), 200),
        case("one more", post("/text", TEXT, text(1001)), 413),
        case("just the limit, in chunks", chunked("/text", TEXT, text(1000), 7), 200),
        case("one more, in chunks", chunked("/text", TEXT, text(1001), 7), 413),
        case("a megabyte in one chunk", chunked("/text", TEXT, text(1 << 20), 1 << 20), 413),
        case("2000 chunks of a byte", chunked("/bytes", "", text(2000), 1), 413),
        case("a length beyond the limit, and no body", declared("/json", JSON, "1001"), 413),
        case("a length of 2^63", declared("/bytes", "", "9223372036854775808"), 413),
        case("a length of 2^64 - 2", declared("/bytes", "", "18446744073709551613"), 413),
        case("a form beyond its limit", declared("/form", FORM, "20001"), 413),
        case("no invitation to send too much", invited("1001"), 413),
        case("an invitation that is not taken up", invited("10"), 408),
        case("read again after too much", chunked("/twice", "", text(11), 11), 400),
        case("read again after enough", post("/twice", "", text(10)), 200),
    ]
}

fn framing() -> Vec<Case> {
    let length = |length: &str| bare("/bytes", &format!("Content-Length: {length}\r\n"), "12345");
    let chunks = |body: &str| bare("/bytes", "Transfer-Encoding: chunked\r\n", body);
    vec![
        case("a negative length", length("-1"), 400),
        case("a length that is no number", length("five"), 400),
        case("a length in hexadecimal", length("0x5"), 400),
        case("a length with a sign", length("+5"), 400),
        case("a length of 2^64", length("18446744073709551616"), 400),
        case("two lengths", length("5\r\nContent-Length: 4"), 400),
        case("less than declared", length("10"), 400).then(Then::Cut),
        case("never all", length("10"), 408),
        case("a byte now and then", length("900"), 408).then(Then::Trickle),
        case("no chunk", chunks(""), 400).then(Then::Cut),
        case("never a chunk", chunks(""), 408),
        case("half a chunk", chunks("5\r\n123"), 400).then(Then::Cut),
        case("no last chunk", chunks("5\r\n12345\r\n"), 400).then(Then::Cut),
        case("a chunk size that is none", chunks("z\r\n12345\r\n0\r\n\r\n"), 400),
        case("a negative chunk size", chunks("-5\r\n12345\r\n0\r\n\r\n"), 400),
        case("a chunk size beyond all bounds", chunks("fffffffffffffffff\r\n1"), 400),
        case("a chunk longer than its size", chunks("3\r\n12345\r\n0\r\n\r\n"), 400),
        case("a chunk size without a line", chunks(&"0".repeat(100_000)), 408),
    ]
}

fn forms() -> Vec<Case> {
    let form = |what: &str, body: &str, status| case(what, post("/form", FORM, body), status);
    let pairs = |count: usize| "a=1&".repeat(count);
    let turns: String = (0..500).map(|at| format!("[a]{at}=1&[a][b]{at}=1&")).collect();
    vec![
        form("nothing", "", 200),
        form("separators", "&&&=&=&", 200),
        form("escapes that are none", "a=%&b=%2&c=%zz&%=1", 200),
        form("escapes that are not UTF-8", "a=%ff%fe", 200),
        form("an escaped NUL", "a%00b=%00", 200),
        form("1000 pairs", &pairs(1000), 200),
        form("1001 pairs", &pairs(1001), 413),
        form("an index of 2^64", "a[18446744073709551616]=1", 200),
        form("an index of 4294967295", "a[4294967295]=1", 200),
        form("6000 levels", &format!("a{}=1", "[b]".repeat(6000)), 200),
        form("9000 brackets", &format!("a{}=1", "[".repeat(9000)), 200),
        form("9000 brackets the other way", &format!("a{}=1", "]".repeat(9000)), 200),
        form("9000 dots", &format!("a{}=1", ".".repeat(9000)), 200),
        form("9000 characters and a dot", &format!("{}.=1", "a".repeat(9000)), 200),
        form("texts and objects in turns", &turns, 413),
        form("a prototype", "__proto__[a]=1&constructor[prototype][a]=1", 200),
        form("bytes that are not UTF-8", "", 200),
        case("not UTF-8", post("/form", FORM, b"a=\xff"), 400),
        case("too deep, strictly", post("/strict-form", FORM, "a[b][c][d][e][f][g]=1"), 413),
        case("a large index, strictly", post("/strict-form", FORM, "a[20]=1"), 413),
        case("a text for a number", post("/user-form", FORM, "name=a&age=b"), 422),
        case("two for one", post("/user-form", FORM, "name=a&name=b&age=1"), 422),
        case("one of two", post("/user-form", FORM, "name=a"), 422),
        case("an object for a text", post("/user-form", FORM, "name[a]=1&age=1"), 422),
    ]
}

fn codings() -> Vec<Case> {
    let coded = |coding: &str, body: &[u8]| {
        post("/bytes", &format!("Content-Encoding: {coding}\r\n"), body)
    };
    let mut cases = vec![
        case("identity", coded("identity", b"1"), 200),
        case("an unknown coding", coded("x", b"1"), 415),
        case("two codings", coded("gzip, gzip", b"1"), 415),
        case("a coding in two fields", coded("gzip\r\nContent-Encoding: gzip", b"1"), 415),
        case("a list with nothing in it", coded(", ,", b"1"), 415),
    ];
    if cfg!(feature = "decompress") {
        let zeros = vec![0; 1 << 20];
        let bombs = [
            ("gzip", gzip(&zeros), 413),
            ("deflate", deflate(&zeros), 413),
            ("br", brotli(&zeros), 400),
            ("zstd", zstd::encode_all(&*zeros, 19).unwrap(), 413),
        ];
        for (coding, bomb, half) in bombs {
            let cut = &bomb[..bomb.len() / 2];
            cases.push(case(&format!("a bomb, {coding}"), coded(coding, &bomb), 413));
            cases.push(case(&format!("half a bomb, {coding}"), coded(coding, cut), half));
            cases.push(case(&format!("not {coding}"), coded(coding, b"garbage"), 400));
        }
        let small = gzip(b"1");
        cases.push(case(
            "gzip in chunks",
            chunked("/bytes", "Content-Encoding: gzip\r\n", &small, 1),
            200,
        ));
        cases.push(case("gzip and more", coded("gzip", &[&small[..], b"more"].concat()), 400));
        cases.push(case("a header of gzip alone", coded("gzip", &small[..10]), 400));
        cases.push(case(
            "a wrong checksum",
            coded("gzip", &[&small[..small.len() - 8], &[0; 8]].concat()),
            400,
        ));
        cases.push(case(
            "40 members with nothing in them",
            coded("gzip", &gzip(b"").repeat(40)),
            200,
        ));
        cases.push(case(
            "frames of zstd to be skipped",
            coded("zstd", &b"\x50\x2a\x4d\x18\x04\0\0\0skip".repeat(90)),
            200,
        ));
        cases.push(case(
            "a window of 2 GiB",
            coded("zstd", b"\x28\xb5\x2f\xfd\x00\xa8\x01\0\0"),
            400,
        ));
        cases.push(case("a large window of brotli", coded("br", b"\x11\x1f\x03"), 400));
    }
    cases
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut compressed = Vec::new();
    brotli::CompressorWriter::new(&mut compressed, 4096, 5, 22).write_all(bytes).unwrap();
    compressed
}
