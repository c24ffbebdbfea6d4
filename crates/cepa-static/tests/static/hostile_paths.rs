//! Nothing outside the folder is ever sent, whatever the path says: a table over raw sockets, and paths
//! made of hostile pieces.

use std::time::{Duration, Instant};

use crate::folder::{Folder, client};
use crate::served::served;

use cepa_static::serve;
use proptest::prelude::*;

/// What is seen on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    /// A refusal, with this status.
    Refused(u16),
    /// The next handler's answer: no file has this name.
    Next,
    /// The public file.
    File,
    /// A redirect to this place.
    To(&'static str),
    /// A listing; it names what is public.
    Listing,
}

use Seen::{File, Listing, Next, Refused, To};

/// The target of a request line as bytes, and what it leads to.
const HOSTILE: &[(&[u8], Seen)] = &[
    // Climbing, plain and in every encoding: 403.
    (b"/..", Refused(403)),
    (b"/../", Refused(403)),
    (b"/../secret.txt", Refused(403)),
    (b"/../../secret.txt", Refused(403)),
    (b"/../../../../../../../../etc/passwd", Refused(403)),
    (b"/dir/../../secret.txt", Refused(403)),
    (b"/dir/../a.txt", Refused(403)),
    (b"/a.txt/../../secret.txt", Refused(403)),
    (b"/./../secret.txt", Refused(403)),
    (b"/%2e%2e/secret.txt", Refused(403)),
    (b"/%2E%2E/secret.txt", Refused(403)),
    (b"/.%2e/secret.txt", Refused(403)),
    (b"/%2e./secret.txt", Refused(403)),
    (b"/..%2fsecret.txt", Refused(403)),
    (b"/..%2Fsecret.txt", Refused(403)),
    (b"/%2e%2e%2fsecret.txt", Refused(403)),
    (b"/%2e%2e%2f%2e%2e%2fetc%2fpasswd", Refused(403)),
    (b"/dir/%2e%2e/%2e%2e/secret.txt", Refused(403)),
    (b"/dir%2f..%2f..%2fsecret.txt", Refused(403)),
    (b"/..%5csecret.txt", Refused(403)),
    (b"/..%5Csecret.txt", Refused(403)),
    (b"/%2e%2e%5csecret.txt", Refused(403)),
    (b"/dir%5c..%5c..%5csecret.txt", Refused(403)),
    (b"/dir/..%5c..%5csecret.txt", Refused(403)),
    (b"/..%2f%5csecret.txt", Refused(403)),
    (b"/dir/..", Refused(403)),
    (b"/dir/../", Refused(403)),
    (b"/dir/%2e%2e", Refused(403)),
    (b"/..?/../secret.txt", Refused(403)),
    (b"/a.txt%2f..", Refused(403)),
    // Absolute: 400.
    (b"//secret.txt", Refused(400)),
    (b"//etc/passwd", Refused(400)),
    (b"///etc/passwd", Refused(400)),
    (b"/%2fetc/passwd", Refused(400)),
    (b"/%2Fetc%2Fpasswd", Refused(400)),
    (b"/%2f%2fetc/passwd", Refused(400)),
    (b"/%5cetc%5cpasswd", Refused(400)),
    (b"/%5c%5cserver%5cshare", Refused(400)),
    (b"/%2f%5cserver", Refused(400)),
    (b"/C:/secret.txt", Refused(400)),
    (b"/c:%5csecret.txt", Refused(400)),
    (b"/C%3a/secret.txt", Refused(400)),
    (b"/z:secret.txt", Refused(400)),
    // NUL: 400.
    (b"/a.txt%00", Refused(400)),
    (b"/%00", Refused(400)),
    (b"/a.txt%00.html", Refused(400)),
    (b"/%00/../secret.txt", Refused(400)),
    (b"/..%00/secret.txt", Refused(400)),
    (b"/dir%00/a.txt", Refused(400)),
    // What cannot be decoded: 400.
    (b"/%", Refused(400)),
    (b"/%2", Refused(400)),
    (b"/%zz", Refused(400)),
    (b"/a%.txt", Refused(400)),
    (b"/%2%65", Refused(400)),
    (b"/%u002e%u002e/secret.txt", Refused(400)),
    (b"/%c0%ae%c0%ae/secret.txt", Refused(400)),
    (b"/%c0%ae%c0%ae%c0%afsecret.txt", Refused(400)),
    (b"/%e0%80%ae%e0%80%ae/secret.txt", Refused(400)),
    (b"/%f0%80%80%ae/secret.txt", Refused(400)),
    (b"/%ff", Refused(400)),
    (b"/%fe%ff", Refused(400)),
    (b"/%ed%a0%80", Refused(400)),
    (b"/a%c3", Refused(400)),
    // Names that merely do not exist, also when decoded a second time: the next handler.
    (b"/%252e%252e/secret.txt", Next),
    (b"/%252e%252e%252fsecret.txt", Next),
    (b"/..%252fsecret.txt", Next),
    (b"/%25%32%65%25%32%65/secret.txt", Next),
    (b"/.../secret.txt", Next),
    (b"/..../secret.txt", Next),
    (b"/..;/secret.txt", Next),
    (b"/.%20./secret.txt", Next),
    (b"/..%20/secret.txt", Next),
    (b"/%EF%BC%8E%EF%BC%8E/secret.txt", Next),
    (b"/%E2%80%A5/secret.txt", Next),
    (b"/%E2%88%95etc%E2%88%95passwd", Next),
    (b"/dir%5ca.txt", Next),
    (b"/a.txt%5c", Next),
    (b"/dir/%5csecret.txt", Next),
    (b"/~root/secret.txt", Next),
    (b"/$HOME/secret.txt", Next),
    (b"/a.txt::$DATA", Next),
    (b"/a.txt%0d%0aset-cookie:%20x=1", Next),
    (b"/a.txt/.", Next),
    (b"/.secret", Next),
    (b"/%2esecret", Next),
    (b"/./.secret", Next),
    (b"//.secret", Refused(400)),
    (b"/dir//../a.txt", Refused(403)),
    (b"/dir/./../../secret.txt", Refused(403)),
    (b"/%2e/%2e%2e/secret.txt", Refused(403)),
    (b"/a.txt/..%00", Refused(400)),
    (b"/..%c0%afsecret.txt", Refused(400)),
    (b"/..%ef%bc%8fsecret.txt", Next),
    (b"/%5c..%5csecret.txt", Refused(400)),
    (b"/%5c../secret.txt", Refused(400)),
    (b"/dir%5c%2e%2e", Refused(403)),
    (b"/%2e%2e", Refused(403)),
    (b"/%2e%2e/", Refused(403)),
    (b"/%2E%2e%2F", Refused(403)),
    (b"/file:%2f%2f%2fetc%2fpasswd", Next),
    (b"/http:%2f%2fevil.example", Next),
    (b"/dir%2f", Listing),
    (b"/a.txt%20", Next),
    (b"/a.txt.", Next),
    // In absolute form: the path of the URL is held to the same rules.
    (b"http://a.example/a.txt", File),
    (b"http://a.example/../secret.txt", Refused(403)),
    (b"http://a.example/%2e%2e/secret.txt", Refused(403)),
    (b"http://a.example//secret.txt", Refused(400)),
    (b"http://a.example/%2fetc/passwd", Refused(400)),
    (b"http://a.example/.secret", Next),
    (b"http://../secret.txt", Next),
    (b"HTTP://A.EXAMPLE/a.txt", File),
    (b"file:///etc/passwd", Refused(400)),
    (b"ftp://a.example/a.txt", Refused(400)),
    // In no form of a target.
    (b"..", Refused(400)),
    (b"../secret.txt", Refused(400)),
    (b"a.txt", Refused(400)),
    (b"\\..\\secret.txt", Refused(400)),
    (b"C:\\secret.txt", Refused(400)),
    (b"*", Refused(400)),
    (b"%2e%2e/secret.txt", Refused(400)),
    // Bytes that no target has.
    (b"/a.txt\0", Refused(400)),
    (b"/\0/../secret.txt", Refused(400)),
    (b"/a.txt\x01", Refused(400)),
    (b"/a.txt\x7f", Refused(400)),
    (b"/a.txt\t", Refused(400)),
    (b"/a.txt\r", Refused(400)),
    (b"/a b/secret.txt", Refused(400)),
    (b"/\xff", Refused(400)),
    (b"/\xc0\xae\xc0\xae/secret.txt", Refused(400)),
    (b"/\xc0\xae\xc0\xae\xc0\xafsecret.txt", Refused(400)),
    (b"/\xed\xa0\x80", Refused(400)),
    // Backslashes as they are.
    (b"/..\\secret.txt", Refused(403)),
    (b"/dir\\..\\..\\secret.txt", Refused(403)),
    (b"/\\\\server\\share", Refused(400)),
    (b"/dir\\a.txt", Next),
    // Queries and fragments are no part of the path.
    (b"/a.txt?/../secret.txt", File),
    (b"/a.txt?file=../../secret.txt", File),
    (b"/a.txt%3f/../secret.txt", Refused(403)),
    (b"/a.txt%3fx", Next),
    (b"/a.txt%23x", Next),
    // Parameters of segments are part of names.
    (b"/a.txt;x=1", Next),
    (b"/;/secret.txt", Next),
    (b"/dir;/../secret.txt", Refused(403)),
    (b"/..;/..;/secret.txt", Next),
    (b"/%2e%2e;/secret.txt", Next),
    // Links that lead out, wherever they stand.
    (b"/link.txt", Next),
    (b"/out/secret.txt", Next),
    (b"/out", Next),
    (b"/out/", Next),
    // Out, and back to what is public.
    (b"/out/public/a.txt", File),
    (b"/dir/up/secret.txt", Next),
    (b"/dir/up/", Next),
    (b"/passwd", Next),
    (b"/proc/self/environ", Next),
    (b"/dangling", Next),
    (b"/out%2fsecret.txt", Next),
    (b"/out/./secret.txt", Next),
    (b"/out//secret.txt", Next),
    (b"/out/../secret.txt", Refused(403)),
    // A link that stays within.
    (b"/within.txt", File),
    // Hidden names, at every place.
    (b"/.git/config", Next),
    (b"/.git/", Next),
    (b"/.git", Next),
    (b"/dir/.hidden", Next),
    (b"/.%73ecret", Next),
    (b"/%2egit%2fconfig", Next),
    (b"/dir/%2ehidden", Next),
    (b"/.secret?x", Next),
    (b"/.secret/", Next),
    // Slashes at the end, and within.
    (b"/a.txt/", Next),
    (b"/a.txt//", Next),
    (b"/a.txt/./", Next),
    (b"/a.txt%2f", Next),
    (b"/dir//a.txt", File),
    (b"/dir/./a.txt", File),
    (b"/./a.txt", File),
    (b"/dir%2fa.txt", File),
    (b"/%61.txt", File),
    (b"/a%2etxt", File),
    (b"/dir/", Listing),
    (b"/dir/.", Listing),
    (b"/dir//", Listing),
    (b"/dir/%2e", Listing),
    (b"/dir/?../..", Listing),
    (b"/dir", To("/dir/")),
    (b"/dir?//evil.example", To("/dir/?//evil.example")),
    (b"/.//dir", To("/.//dir/")),
    (b"//evil.example/..", Refused(400)),
    (b"/%5cevil.example/", Refused(400)),
    // Names of devices and streams on Windows.
    (b"/CON", Next),
    (b"/con.txt", Next),
    (b"/NUL", Next),
    (b"/aux/secret.txt", Next),
    (b"/COM1", Next),
    (b"/LPT1.txt", Next),
    (b"/a.txt:stream", Next),
    (b"/dir:$i30:$INDEX_ALLOCATION/", Next),
    (b"/A~1.TXT", Next),
    (b"/%5c%5c.%5cC:%5csecret.txt", Refused(400)),
    (b"/%5c%5c%3f%5cC:%5csecret.txt", Refused(400)),
    // What would be a special file.
    (b"/pipe", Next),
    (b"/dev/null", Next),
    (b"/dev/zero", Next),
    // What templates and shells make of text.
    (b"/$(cat%20secret.txt)", Next),
    (b"/%60id%60", Next),
    (b"/*.txt", Next),
    (b"/%7bsecret,a%7d.txt", Next),
    (b"/a.txt%0a", Next),
    (b"/a.txt%20HTTP/1.1", Next),
    // Overlong in other ways.
    (b"/%c1%9c..%c1%9csecret.txt", Refused(400)),
    (b"/%c0%2e%c0%2e/secret.txt", Refused(400)),
    (b"/%fc%80%80%80%80%ae/secret.txt", Refused(400)),
    (b"/%f4%90%80%80", Refused(400)),
    (b"/%%32%65%%32%65/secret.txt", Refused(400)),
    (b"/%2%32%65/secret.txt", Refused(400)),
    (b"/%25%2e%25%2e/secret.txt", Next),
    (b"/%C2%AE%C2%AE/secret.txt", Next),
    (b"/%E2%80%AE/secret.txt", Next),
    (b"/%E2%81%84etc%E2%81%84passwd", Next),
    (b"/%EF%BB%BFa.txt", Next),
];

/// A folder with public files, and secrets beside it, hidden in it, and behind links out of it.
fn folder() -> Folder {
    let parent = Folder::new()
        .file("secret.txt", SECRET)
        .file("public/a.txt", PUBLIC)
        .file("public/dir/a.txt", PUBLIC)
        .file("public/dir/.hidden", SECRET)
        .file("public/.secret", SECRET)
        .file("public/.git/config", SECRET);
    #[cfg(unix)]
    for (link, target) in [
        ("link.txt", "../secret.txt"),
        ("out", ".."),
        ("dir/up", "../.."),
        ("passwd", "/etc/passwd"),
        ("proc", "/proc"),
        ("dangling", "nothing"),
        ("within.txt", "dir/a.txt"),
    ] {
        let link = parent.path().join("public").join(link);
        std::os::unix::fs::symlink(target, link).unwrap();
    }
    parent
}

const PUBLIC: &str = "a public file";
const SECRET: &str = "a secret file";

/// What nobody may be told, whatever the status: contents outside, and where the folder is.
const NEVER: [&str; 4] = [SECRET, "root:", "cepa-static-", ".hidden"];

fn seen(answer: &str) -> Seen {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status: u16 = head.split(' ').nth(1).unwrap().parse().unwrap();
    match (status, body) {
        (200, "next") => Next,
        (200, PUBLIC) => File,
        (200, page) if page.contains("<a href=\"./a.txt\">a.txt</a>") => Listing,
        (301, _) => {
            let location = head.split("location: ").nth(1).unwrap().split("\r\n").next().unwrap();
            To(location.to_owned().leak())
        }
        (400.., _) => Refused(status),
        _ => panic!("neither an answer nor a refusal: {answer}"),
    }
}

#[tokio::test]
async fn nothing_outside_the_folder_is_ever_answered() {
    assert!(HOSTILE.len() >= 200, "{} rows", HOSTILE.len());
    let folder = folder();
    let server = served(serve(folder.path().join("public")).listing(true)).await;
    let mut wrong = Vec::new();
    for (target, expected) in HOSTILE {
        let request = [b"GET ", *target, b" HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"];
        let answer = server.exchange(&request.concat()).await;
        let (name, answer) = (target.escape_ascii(), String::from_utf8(answer).unwrap());
        for secret in NEVER {
            assert!(!answer.contains(secret), "{name}: {answer}");
        }
        if seen(&answer) != *expected {
            wrong.push(format!("{name}: {expected:?} and not {:?}", seen(&answer)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    server.stop().await;
}

#[tokio::test]
async fn nor_below_a_prefix() {
    let folder = folder();
    let server = served(serve(folder.path().join("public")).listing(true).at("/assets")).await;
    let mut wrong = Vec::new();
    for (target, expected) in HOSTILE.iter().filter(|(target, _)| target.starts_with(b"/")) {
        let start: [&[u8]; 2] = [b"GET /assets", *target];
        let end = b" HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
        let answer = server.exchange(&[&start.concat(), &end[..]].concat()).await;
        let (name, answer) = (target.escape_ascii(), String::from_utf8(answer).unwrap());
        for secret in NEVER {
            assert!(!answer.contains(secret), "{name}: {answer}");
        }
        let is_expected = match (seen(&answer), expected) {
            (To(location), To(expected)) => location == format!("/assets{expected}"),
            (seen, expected) => seen == *expected,
        };
        if !is_expected {
            wrong.push(format!("{name}: {expected:?} and not {:?}", seen(&answer)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    server.stop().await;
}

#[tokio::test]
async fn a_path_of_any_length_is_answered() {
    let folder = folder();
    let server = served(serve(folder.path().join("public"))).await;
    for (unit, expected) in [
        ("a", Next),
        ("a/", Next),
        ("../", Refused(403)),
        ("%2e%2e%2f", Refused(403)),
        ("./", Next),
        ("%00", Refused(400)),
        ("dir/", Next),
        ("%C3%A9", Next),
    ] {
        for bytes in [300, 5_000, 40_000] {
            let path = unit.repeat(bytes / unit.len());
            let request = format!("GET /{path}x HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
            let answer = String::from_utf8(server.exchange(request.as_bytes()).await).unwrap();
            assert_eq!(seen(&answer), expected, "{bytes} bytes of {unit}: {answer}");
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn refusals_say_why_to_programs() {
    let client = client(serve(Folder::new().path()));
    let table = [
        ("/%zz", "bad_encoding"),
        ("/%00", "malicious_path"),
        ("//x", "malicious_path"),
        ("/../x", "forbidden_path"),
    ];
    for (target, code) in table {
        let response = client.get(target).header("accept", "application/problem+json").send().await;
        let problem = response.text();
        assert!(problem.contains(&format!("\"code\":\"{code}\"")), "{target}: {problem}");
    }
}

#[tokio::test]
async fn a_long_path_is_read_in_linear_time() {
    let client = client(serve(Folder::new().path()));
    for unit in ["/", "/.", "%2e", "/a", "%5c", "."] {
        let target = format!("/x{}", unit.repeat(60_000 / unit.len()));
        let start = Instant::now();
        let before = spent(start);
        let response = client.get(&target).send().await;
        let spent = spent(start) - before;
        assert!(response.status.as_u16() < 500, "{unit}: {}", response.status);
        // Ten times what it takes; this build may not be optimised.
        let most = Duration::from_millis(if cfg!(debug_assertions) { 100 } else { 10 });
        assert!(spent < most, "{unit}: {spent:?}");
    }
}

/// The time that this thread has had a processor; where the system does not tell, the time since `start`.
fn spent(start: Instant) -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|text| text.split(' ').next()?.parse().ok());
    nanos.map_or_else(|| start.elapsed(), Duration::from_nanos)
}

#[test]
fn no_path_made_of_hostile_pieces_reaches_the_secret() {
    let parent = Folder::new().file("secret.txt", "secret").file("public/dir/a.txt", "file");
    let client = client(serve(parent.path().join("public")).hidden(true));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let pieces = proptest::collection::vec(proptest::sample::select(PIECES), 1..9);
    proptest!(|(pieces in pieces)| {
        let target = format!("/{}", pieces.concat());
        let response = runtime.block_on(client.get(&target).send());
        prop_assert_ne!(response.text(), "secret", "{}", target);
        prop_assert!(response.status.as_u16() < 500, "{}", target);
    });
}

const PIECES: &[&str] = &[
    "..",
    "../",
    "/",
    "./",
    "%2e",
    "%2E",
    "%2f",
    "%5c",
    "%00",
    "%",
    "%25",
    "dir",
    "secret.txt",
    "a.txt",
    "C:",
    "~",
];
