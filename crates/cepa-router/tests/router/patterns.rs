//! Every form of pattern, with the paths that it matches and what it captures of them.

use cepa_router::Router;

use crate::captures;

/// Pattern, path, and the captures as `name=value`, separated by `|`; `no` when it does not match.
const TABLE: &[(&str, &str, &str)] = &[
    // text
    ("/", "/", ""),
    ("/", "/a", "no"),
    ("", "/", ""),
    ("/users", "/users", ""),
    ("/users", "/user", "no"),
    ("/users", "/users7", "no"),
    ("/users", "/users/7", "no"),
    ("/a/b/c", "/a/b/c", ""),
    ("/a//b", "/a//b", ""),
    ("/a//b", "/a/b", "no"),
    ("/a.b-c_d~e", "/a.b-c_d~e", ""),
    ("/a@b;c=d,e&f$g'h", "/a@b;c=d,e&f$g'h", ""),
    // parameters
    ("/:id", "/7", "id=7"),
    ("/:id", "/", "no"),
    ("/:id", "/a/b", "no"),
    ("/users/:id", "/users/ana", "id=ana"),
    ("/users/:id", "/users//", "no"),
    ("/:a/:b/:c", "/1/2/3", "a=1|b=2|c=3"),
    ("/:a/x/:b", "/1/x/2", "a=1|b=2"),
    ("/:a/x/:b", "/1/y/2", "no"),
    ("/:_x$1", "/v", "_x$1=v"),
    ("/:größe", "/v", "größe=v"),
    ("/:\"my-id\"", "/v", "my-id=v"),
    ("/:\"with \\\"quotes\\\"\"", "/v", "with \"quotes\"=v"),
    // text around a parameter
    ("/@:name", "/@ana", "name=ana"),
    ("/@:name", "/ana", "no"),
    ("/@:name", "/@", "no"),
    ("/v:major/x", "/v2/x", "major=2"),
    ("/:file.json", "/a.json", "file=a"),
    ("/:file.json", "/a.json.json", "file=a.json"),
    ("/:file.json", "/.json", "no"),
    ("/:file.json", "/a.xml", "no"),
    ("/:a-x", "/-x-x", "a=-x"),
    // several parameters in a segment: the earlier greedy, the later without the text between
    ("/files/:name.:ext", "/files/a.b.c", "name=a.b|ext=c"),
    ("/files/:name.:ext", "/files/a.c", "name=a|ext=c"),
    ("/files/:name.:ext", "/files/a", "no"),
    ("/files/:name.:ext", "/files/a.", "no"),
    ("/files/:name.:ext", "/files/.a", "no"),
    ("/r/:from-:to", "/r/1-2", "from=1|to=2"),
    ("/r/:from-:to", "/r/1-2-3", "from=1-2|to=3"),
    ("/r/:from-:to", "/r/-2", "no"),
    ("/r/:from-:to", "/r/1--", "from=1|to=-"),
    ("/r/:from-:to", "/r/1-2-", "no"),
    ("/r/:from-:to/z", "/r/1-2/z", "from=1|to=2"),
    ("/:a-:b-:c", "/1-2-3", "a=1|b=2|c=3"),
    ("/:a-:b-:c", "/0-1-2-3", "a=0-1|b=2|c=3"),
    ("/:a-:b-:c", "/1-2", "no"),
    ("/:a-:b.:c", "/1-2.3", "a=1|b=2|c=3"),
    ("/:a-:b.:c", "/1.2-3", "no"),
    ("/x:a..:b", "/x1...2", "a=1.|b=2"),
    // wildcards
    ("/f/*path", "/f/a", "path=a"),
    ("/f/*path", "/f/a/b/c", "path=a/b/c"),
    ("/f/*path", "/f/a/", "path=a/"),
    ("/f/*path", "/f/", "no"),
    ("/f/*path", "/f", "no"),
    ("/f/*path", "/f//", "path=/"),
    ("/*path", "/", "no"),
    ("/*path", "/a", "path=a"),
    ("/*\"the rest\"", "/a/b", "the rest=a/b"),
    ("/*path/edit", "/a/b/edit", "path=a/b"),
    ("/*path/edit", "/edit", "no"),
    ("/*path/edit", "/a/edit/edit", "path=a/edit"),
    ("/*path/edit", "/a/edit/", "path=a"),
    ("/*path/:id", "/a/b/c", "path=a/b|id=c"),
    ("/*path/:id", "/a/b/c/", "path=a/b|id=c"),
    ("/*path/:id", "/a", "no"),
    ("/*path.:ext", "/a/b.c.d", "path=a/b.c|ext=d"),
    ("/*path.:ext", "/a.b/c", "no"),
    ("/*path/:a-:b/end", "/x/y/1-2/end", "path=x/y|a=1|b=2"),
    ("/*a/b/*c", "/1/b/2/b/3", "a=1/b/2|c=3"),
    ("/*a-*b", "/1-2/3", "a=1|b=2/3"),
    ("/:a/*b", "/1/2/3", "a=1|b=2/3"),
    ("/:a-*b", "/1-2-3/4", "a=1|b=2-3/4"),
    ("/:a-*b", "/1/2-3", "no"),
    ("/:a-:b-*c", "/1-2-3-4/5", "a=1|b=2|c=3-4/5"),
    ("/pre*path", "/prefix/x", "path=fix/x"),
    ("/pre*path", "/pre", "no"),
    // optional parts
    ("/a{/b}", "/a", ""),
    ("/a{/b}", "/a/b", ""),
    ("/a{/b}", "/a/c", "no"),
    ("/posts{/:page}", "/posts", ""),
    ("/posts{/:page}", "/posts/2", "page=2"),
    ("/z{/*rest}", "/z", ""),
    ("/z{/*rest}", "/z/", ""),
    ("/z{/*rest}", "/z/1/2", "rest=1/2"),
    ("{/:lang}/help", "/help", ""),
    ("{/:lang}/help", "/de/help", "lang=de"),
    ("{/:lang}", "/", ""),
    ("/:file{.:ext}", "/a", "file=a"),
    ("/:file{.:ext}", "/a.b.c", "file=a.b|ext=c"),
    ("/a{/:b{/:c}}", "/a", ""),
    ("/a{/:b{/:c}}", "/a/1", "b=1"),
    ("/a{/:b{/:c}}", "/a/1/2", "b=1|c=2"),
    ("/a{/:b}{/:c}", "/a/1", "b=1"),
    ("/a{/:b}{/x}", "/a/x", "b=x"),
    ("/a{b}c", "/abc", ""),
    ("/a{b}c", "/ac", ""),
    ("/{}a", "/a", ""),
    // what takes the place of the older syntax: `/:a?`, `/:a+`, `/:a*`, `/(a|b)`, `/a(.*)`
    ("/file{.:ext}", "/file", ""),
    ("/file{.:ext}", "/file.png", "ext=png"),
    ("/file{.:ext}", "/file.", "no"),
    ("/x{/:a}", "/x/", ""),
    ("/*path", "/a/b/", "path=a/b/"),
    ("{/*path}", "/", ""),
    ("{/*path}", "/a/b", "path=a/b"),
    ("/x{/*path}/y", "/x/y", ""),
    ("/x{/*path}/y", "/x/1/2/y", "path=1/2"),
    ("/users{/:id}/delete", "/users/delete", ""),
    ("/users{/:id}/delete", "/users/7/delete", "id=7"),
    ("/users{/:id}/delete", "/users/7/8/delete", "no"),
    ("/:a{/:b}", "/1", "a=1"),
    ("/:a{/:b}", "/1/2", "a=1|b=2"),
    ("/:a{-:b}", "/1", "a=1"),
    ("/:a{-:b}", "/1-2", "a=1|b=2"),
    ("/:a{-:b{-:c}}", "/1-2-3", "a=1|b=2|c=3"),
    ("/{:a-}:b", "/1-2", "a=1|b=2"),
    ("/{:a-}:b", "/2", "b=2"),
    ("{/:a}{/:b}{/:c}", "/", ""),
    ("{/:a}{/:b}{/:c}", "/1/2", "a=1|b=2"),
    ("/a{/b{/c{/:id}}}", "/a/b/c/1", "id=1"),
    ("/a{/b{/c{/:id}}}", "/a/b/1", "no"),
    // escapes
    ("/a\\:b", "/a:b", ""),
    ("/a\\*b", "/a*b", ""),
    ("/\\(a\\)\\+", "/(a)+", ""),
    ("/\\[a\\]\\!", "/[a]!", ""),
    ("/:a\\:b", "/1:b", "a=1"),
    ("/:a\\::b", "/1:2", "a=1|b=2"),
    ("/\\a\\b", "/ab", ""),
];

#[test]
fn each_form_matches_what_it_says() {
    for (pattern, path, expected) in TABLE {
        let names = ["id", "a", "b", "c", "_x$1", "größe", "my-id", "with \"quotes\"", "name"];
        let more =
            ["major", "file", "ext", "from", "to", "path", "the rest", "page", "lang", "rest"];
        let names = [&names[..], &more[..]].concat();
        let mut found = captures(Router::new(), pattern, path, &names);
        let mut wanted = (*expected != "no")
            .then(|| expected.split('|').filter(|s| !s.is_empty()).map(str::to_owned).collect());
        if let (Some(found), Some(wanted)) = (&mut found, &mut wanted) {
            let (found, wanted): (&mut Vec<String>, &mut Vec<String>) = (found, wanted);
            found.sort();
            wanted.sort();
        }
        assert_eq!(found, wanted, "{pattern} on {path}");
    }
}

#[test]
fn what_is_no_path_matches_nothing() {
    let client =
        crate::Client::new(Router::new().all("/*rest", async |_| "rest").all("/", async |_| "/"));
    assert_eq!(client.send("OPTIONS", "*").status, 404);
}
