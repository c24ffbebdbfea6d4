//! Nothing outside the folder is ever sent, whatever the path says.

use std::time::{Duration, Instant};

use crate::folder::{Folder, client};

use cepa_static::serve;
use proptest::prelude::*;

/// Path, and the status; 200 stands for the next handler's answer, never for a file.
const HOSTILE: [(&str, u16); 104] = [
    // Climbing, plain and in every encoding: 403.
    ("/..", 403),
    ("/../", 403),
    ("/../secret.txt", 403),
    ("/../../secret.txt", 403),
    ("/../../../../../../../../etc/passwd", 403),
    ("/dir/../../secret.txt", 403),
    ("/dir/../a.txt", 403),
    ("/a.txt/../../secret.txt", 403),
    ("/./../secret.txt", 403),
    ("/%2e%2e/secret.txt", 403),
    ("/%2E%2E/secret.txt", 403),
    ("/.%2e/secret.txt", 403),
    ("/%2e./secret.txt", 403),
    ("/..%2fsecret.txt", 403),
    ("/..%2Fsecret.txt", 403),
    ("/%2e%2e%2fsecret.txt", 403),
    ("/%2e%2e%2f%2e%2e%2fetc%2fpasswd", 403),
    ("/dir/%2e%2e/%2e%2e/secret.txt", 403),
    ("/dir%2f..%2f..%2fsecret.txt", 403),
    ("/..%5csecret.txt", 403),
    ("/..%5Csecret.txt", 403),
    ("/%2e%2e%5csecret.txt", 403),
    ("/dir%5c..%5c..%5csecret.txt", 403),
    ("/dir/..%5c..%5csecret.txt", 403),
    ("/..%2f%5csecret.txt", 403),
    ("/dir/..", 403),
    ("/dir/../", 403),
    ("/dir/%2e%2e", 403),
    ("/..?/../secret.txt", 403),
    ("/a.txt%2f..", 403),
    // Absolute: 400.
    ("//secret.txt", 400),
    ("//etc/passwd", 400),
    ("///etc/passwd", 400),
    ("/%2fetc/passwd", 400),
    ("/%2Fetc%2Fpasswd", 400),
    ("/%2f%2fetc/passwd", 400),
    ("/%5cetc%5cpasswd", 400),
    ("/%5c%5cserver%5cshare", 400),
    ("/%2f%5cserver", 400),
    ("/C:/secret.txt", 400),
    ("/c:%5csecret.txt", 400),
    ("/C%3a/secret.txt", 400),
    ("/z:secret.txt", 400),
    // NUL: 400.
    ("/a.txt%00", 400),
    ("/%00", 400),
    ("/a.txt%00.html", 400),
    ("/%00/../secret.txt", 400),
    ("/..%00/secret.txt", 400),
    ("/dir%00/a.txt", 400),
    // What cannot be decoded: 400.
    ("/%", 400),
    ("/%2", 400),
    ("/%zz", 400),
    ("/a%.txt", 400),
    ("/%2%65", 400),
    ("/%u002e%u002e/secret.txt", 400),
    ("/%c0%ae%c0%ae/secret.txt", 400),
    ("/%c0%ae%c0%ae%c0%afsecret.txt", 400),
    ("/%e0%80%ae%e0%80%ae/secret.txt", 400),
    ("/%f0%80%80%ae/secret.txt", 400),
    ("/%ff", 400),
    ("/%fe%ff", 400),
    ("/%ed%a0%80", 400),
    ("/a%c3", 400),
    // Names that merely do not exist, also when decoded a second time: the next handler.
    ("/%252e%252e/secret.txt", 200),
    ("/%252e%252e%252fsecret.txt", 200),
    ("/..%252fsecret.txt", 200),
    ("/%25%32%65%25%32%65/secret.txt", 200),
    ("/.../secret.txt", 200),
    ("/..../secret.txt", 200),
    ("/..;/secret.txt", 200),
    ("/.%20./secret.txt", 200),
    ("/..%20/secret.txt", 200),
    ("/%EF%BC%8E%EF%BC%8E/secret.txt", 200),
    ("/%E2%80%A5/secret.txt", 200),
    ("/%E2%88%95etc%E2%88%95passwd", 200),
    ("/dir%5ca.txt", 200),
    ("/a.txt%5c", 200),
    ("/dir/%5csecret.txt", 200),
    ("/~root/secret.txt", 200),
    ("/$HOME/secret.txt", 200),
    ("/a.txt::$DATA", 200),
    ("/a.txt%0d%0aset-cookie:%20x=1", 200),
    ("/a.txt/.", 200),
    ("/.secret", 200),
    ("/%2esecret", 200),
    ("/./.secret", 200),
    ("//.secret", 400),
    ("/dir//../a.txt", 403),
    ("/dir/./../../secret.txt", 403),
    ("/%2e/%2e%2e/secret.txt", 403),
    ("/a.txt/..%00", 400),
    ("/..%c0%afsecret.txt", 400),
    ("/..%ef%bc%8fsecret.txt", 200),
    ("/%5c..%5csecret.txt", 400),
    ("/%5c../secret.txt", 400),
    ("/dir%5c%2e%2e", 403),
    ("/%2e%2e", 403),
    ("/%2e%2e/", 403),
    ("/%2E%2e%2F", 403),
    ("/file:%2f%2f%2fetc%2fpasswd", 200),
    ("/http:%2f%2fevil.example", 200),
    ("/dir%2f", 200),
    ("/a.txt%20", 200),
    ("/a.txt.", 200),
];

#[tokio::test]
async fn hostile_paths_reach_no_file() {
    let parent = Folder::new()
        .file("secret.txt", "secret")
        .file("public/a.txt", "file")
        .file("public/dir/a.txt", "file")
        .file("public/.secret", "secret");
    let root = client(serve(parent.path().join("public")));
    let mounted = client(serve(parent.path().join("public")).at("/assets"));
    for (path, expected) in HOSTILE {
        for (client, target) in [(&root, path.to_owned()), (&mounted, format!("/assets{path}"))] {
            let response = client.get(&target).send().await;
            assert_eq!(response.status, expected, "{target}: {}", response.text());
            assert_ne!(response.text(), "secret", "{target}");
            assert_ne!(response.text(), "file", "{target}");
            let passed_on = response.text() == "next";
            assert_eq!(passed_on, expected == 200, "{target}: {}", response.text());
        }
    }
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
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
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
