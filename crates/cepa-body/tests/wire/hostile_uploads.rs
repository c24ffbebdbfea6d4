//! Multipart forms that are malformed, beyond a limit, cut short, slow, or named to do harm.

use crate::served::{Then, tight};
use crate::table::{Case, bare, case, chunked, post, run};

const MULTIPART: &str = "Content-Type: multipart/form-data; boundary=B\r\n";

#[test]
fn every_upload_gets_its_answer() {
    let mut cases = types();
    cases.extend(syntax());
    cases.extend(limits());
    cases.extend(names());
    cases.extend(framing());
    assert!(cases.len() >= 80, "{}", cases.len());
    run(tight(), cases);
}

/// One part with these headers, or none, and this content.
fn part(headers: &str, content: &str) -> String {
    format!("--B\r\n{headers}\r\n\r\n{content}\r\n")
}

fn field(name: &str, text: &str) -> String {
    part(&format!("Content-Disposition: form-data; name=\"{name}\""), text)
}

fn file(field: &str, name: &str, content: &str) -> String {
    let disposition =
        format!("Content-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"");
    part(&format!("{disposition}\r\nContent-Type: image/png"), content)
}

/// A case whose body is this, with the last boundary behind it.
fn form(what: &str, parts: impl AsRef<[u8]>, status: u16) -> Case {
    let body = [parts.as_ref(), b"--B--\r\n"].concat();
    case(what, post("/upload", MULTIPART, body), status)
}

fn types() -> Vec<Case> {
    let typed = |what: &str, kind: &str, status| {
        let kind = format!("Content-Type: {kind}\r\n");
        let body = field("a", "1") + "--B--\r\n";
        case(what, post("/upload", &kind, body), status)
    };
    let long = format!("multipart/form-data; boundary={}", "B".repeat(71));
    let huge = format!("multipart/form-data; boundary={}", "B".repeat(30_000));
    vec![
        case("no type", post("/upload", "", "--B--\r\n"), 415),
        typed("JSON", "application/json", 415),
        typed("another multipart", "multipart/mixed; boundary=B", 415),
        typed("multipart of no kind", "multipart/; boundary=B", 415),
        typed("no boundary", "multipart/form-data", 400),
        typed("an empty boundary", "multipart/form-data; boundary=", 400),
        typed("an empty quoted boundary", "multipart/form-data; boundary=\"\"", 400),
        typed("another boundary", "multipart/form-data; boundary=C", 400),
        typed("a boundary in another case", "multipart/form-data; boundary=b", 400),
        typed("a boundary of 71 characters", &long, 400),
        typed("a boundary of 30,000", &huge, 400),
        typed("a boundary with a slash and blanks", "multipart/form-data; boundary=\"/ \"", 400),
        typed("a boundary that is open", "multipart/form-data; boundary=\"B", 200),
        typed(
            "a boundary twice, the first counts",
            "multipart/form-data; boundary=B; boundary=C",
            200,
        ),
        typed("gzip", "multipart/form-data; boundary=B\r\nContent-Encoding: gzip", 415),
        typed("identity", "multipart/form-data; boundary=B\r\nContent-Encoding: identity", 200),
    ]
}

fn syntax() -> Vec<Case> {
    let body =
        |what: &str, body: &str, status| case(what, post("/upload", MULTIPART, body), status);
    let good = field("a", "1");
    vec![
        body("nothing", "", 400),
        body("garbage", "garbage", 400),
        body("a preamble alone", &"x".repeat(4000), 400),
        body("dashes alone", &"-".repeat(4000), 400),
        body("line ends alone", &"\r\n".repeat(2000), 400),
        body("almost boundaries", &"\r\n--A".repeat(900), 400),
        body("no last boundary", &good, 400),
        body("half of the last boundary", &format!("{good}--B-"), 400),
        body("the last boundary alone", "--B--\r\n", 200),
        body("the last boundary without a line end", &format!("{good}--B--"), 200),
        body("an epilogue", &format!("{good}--B--\r\n{}", "--B\r\n".repeat(100)), 200),
        body("bare line feeds", &format!("{good}--B--\r\n").replace("\r\n", "\n"), 400),
        body("headers that are open", "--B\r\nContent-Disposition: form-data", 400),
        body("text behind a boundary", "--Bx\r\n\r\n--B--\r\n", 400),
        form("a preamble", format!("x\r\n{good}"), 200),
        form("no headers", part("X: y", "1"), 200),
        form("no disposition", part("Content-Type: text/plain", "1"), 200),
        form("another disposition", part("Content-Disposition: attachment; name=\"a\"", "1"), 200),
        form("a header without a colon", part("no colon", "1"), 400),
        form("a header without a name", part(": form-data; name=\"a\"", "1"), 400),
        form("a NUL in a header", part("Content-Disposition: form-data; name=\"a\0\"", "1"), 400),
        form("a NUL in a header's name", part("Content\0: form-data", "1"), 400),
        form("no name", part("Content-Disposition: form-data", "1"), 400),
        form(
            "a file without a name of its field",
            part("Content-Disposition: form-data; filename=\"x\"", "1"),
            400,
        ),
        form("a name that is open", part("Content-Disposition: form-data; name=\"a", "1"), 200),
        form("the boundary's beginning in a text", field("a", "\r\n--\r\n-B\r\n--A\r\n --B"), 200),
        form("the boundary in a text", field("a", "\r\n--B\r\n\r\n"), 400),
        form(
            "a form in a form",
            part(
                "Content-Disposition: form-data; name=\"a\"\r\nContent-Type: multipart/mixed; boundary=C",
                "--C\r\n\r\n--C--",
            ),
            200,
        ),
        form(
            "a text that is not UTF-8",
            [field("a", "@").replace('@', "\u{ff}").as_bytes(), b""].concat(),
            200,
        ),
        form(
            "bytes that are not UTF-8",
            field("a", "@")
                .bytes()
                .map(|byte| if byte == b'@' { 0xff } else { byte })
                .collect::<Vec<u8>>(),
            400,
        ),
        form(
            "a charset that is not read",
            part(
                "Content-Disposition: form-data; name=\"a\"\r\nContent-Type: text/plain; charset=utf-7",
                "1",
            ),
            415,
        ),
        form(
            "base64, which is not undone",
            part(
                "Content-Disposition: form-data; name=\"a\"\r\nContent-Transfer-Encoding: base64",
                "MQ==",
            ),
            200,
        ),
    ]
}

fn limits() -> Vec<Case> {
    let text = |size: usize| "x".repeat(size);
    let header = |size: usize| {
        part(&format!("Content-Disposition: form-data; name=\"a\"\r\nX: {}", text(size)), "1")
    };
    vec![
        form("just the size of a file", file("one", "x", &text(1000)), 200),
        form("one more", file("one", "x", &text(1001)), 413),
        form(
            "a good file and one more",
            file("many", "x", "1") + &file("many", "x", &text(1001)),
            413,
        ),
        form("three files", file("many", "x", "1").repeat(3), 200),
        form("four files", file("many", "x", "1").repeat(4), 413),
        form("two files where one may be", file("one", "x", "1").repeat(2), 413),
        form("a file that nobody expects", file("many", "x", "1") + &file("other", "x", "1"), 422),
        form("three texts", field("a", "1").repeat(3), 200),
        form("four texts", field("a", "1").repeat(4), 413),
        form("just the size of a text", field("a", &text(100)), 200),
        form("a text of one more", field("a", &text(101)), 413),
        form("texts beyond their sum", field("a", &text(100)) + &field("b", &text(51)), 413),
        form("a name of twenty", field(&text(20), ""), 200),
        form("a name of one more", field(&text(21), ""), 413),
        form("a file's name of thirty", file("one", &text(30), "1"), 200),
        form("a file's name of one more", file("one", &text(31), "1"), 413),
        form("six parts", field("a", "1").repeat(3) + &part("X: y", "").repeat(3), 200),
        form("seven parts", part("X: y", "").repeat(7), 413),
        form("200 parts with nothing in them", part("X: y", "").repeat(200), 413),
        form("headers of 400 bytes", header(350), 200),
        form("headers of 600 bytes", header(600), 413),
        form("headers of 4000 bytes", header(4000), 413),
        form("100 headers", part(&"X: y\r\n".repeat(100), "1"), 413),
        form("the whole beyond its limit", part("X: y", &text(5000)), 413),
        case(
            "a length beyond the limit, and no body",
            bare("/upload", &format!("{MULTIPART}Content-Length: 5001\r\n"), ""),
            413,
        ),
        case(
            "a length of 2^63",
            bare("/upload", &format!("{MULTIPART}Content-Length: 9223372036854775808\r\n"), ""),
            413,
        ),
        case(
            "the whole beyond its limit, in chunks",
            chunked("/upload", MULTIPART, part("X: y", &text(100_000)), 999),
            413,
        ),
        case(
            "a preamble beyond it, in chunks",
            chunked("/upload", MULTIPART, text(100_000), 999),
            413,
        ),
        case(
            "an epilogue beyond it, in chunks",
            chunked("/upload", MULTIPART, format!("--B--\r\n{}", text(100_000)), 999),
            200,
        ),
    ]
}

/// Files are stored under names of our own, so all that a client's name can do is to be shown.
fn names() -> Vec<Case> {
    let mut cases = vec![
        form(
            "an empty name and octets, which is no file",
            part(
                "Content-Disposition: form-data; name=\"other\"; filename=\"\"\r\nContent-Type: application/octet-stream",
                "",
            ),
            200,
        ),
        form(
            "an empty name and no type, which is a text",
            part("Content-Disposition: form-data; name=\"a\"; filename=\"\"", ""),
            200,
        ),
        form(
            "octets without a name, which are a file",
            part(
                "Content-Disposition: form-data; name=\"other\"\r\nContent-Type: application/octet-stream",
                "1",
            ),
            422,
        ),
        form("two names", part("Content-Disposition: form-data; name=\"a\"; name=\"b\"", "1"), 200),
        form(
            "an extended name in another charset",
            part(
                "Content-Disposition: form-data; name=\"one\"; filename=\"x\"; filename*=utf-7''%41",
                "1",
            ),
            200,
        ),
        form(
            "an extended name that is a path",
            part("Content-Disposition: form-data; name=\"one\"; filename*=UTF-8''..%2f..%2fx", "1"),
            200,
        ),
        form("brackets without an end", field("a[b", "1"), 200),
        form("a large index", field("a[4294967295]", "1"), 200),
        form("a prototype", field("__proto__[a]", "1"), 200),
    ];
    for name in [
        "../../x",
        "..",
        ".",
        "/etc/passwd",
        "C:\\x",
        "nul",
        "a%00b",
        "a%0d%0ab",
        ".htaccess",
        "x.php",
        "\u{202e}gpj.exe",
    ] {
        cases.push(form(&format!("a file called {name:?}"), file("one", name, "1"), 200));
    }
    cases
}

fn framing() -> Vec<Case> {
    let whole = file("one", "x", "12345") + "--B--\r\n";
    let half = &whole[..whole.len() / 2];
    let of_length = |length: usize, body: &str| {
        bare("/upload", &format!("{MULTIPART}Content-Length: {length}\r\n"), body)
    };
    vec![
        case("in chunks of a byte", chunked("/upload", MULTIPART, &whole, 1), 200),
        case("cut within", of_length(whole.len(), half), 400).then(Then::Cut),
        case("cut before anything", of_length(whole.len(), ""), 400).then(Then::Cut),
        case(
            "cut before the last line end",
            of_length(whole.len(), &whole[..whole.len() - 3]),
            400,
        )
        .then(Then::Cut),
        case(
            "cut in a chunk",
            bare(
                "/upload",
                &format!("{MULTIPART}Transfer-Encoding: chunked\r\n"),
                format!("fff\r\n{half}"),
            ),
            400,
        )
        .then(Then::Cut),
        case("never all", of_length(whole.len(), half), 408),
        case("never anything", of_length(whole.len(), ""), 408),
        case("a byte now and then", of_length(4000, half), 408).then(Then::Trickle),
        case(
            "a length that is none",
            bare("/upload", &format!("{MULTIPART}Content-Length: x\r\n"), &whole),
            400,
        ),
        case("no length at all", bare("/upload", MULTIPART, &whole), 400),
    ]
}
