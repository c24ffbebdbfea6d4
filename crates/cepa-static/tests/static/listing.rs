//! What lies in a folder, when that may be seen.

use std::sync::Arc;

use cepa_core::App;
use cepa_static::{FileLimits, serve};
use cepa_test::Client;

use crate::folder::{Folder, client};

fn app(folder: &Folder) -> Client {
    client(serve(folder.path()).listing(true))
}

async fn json(client: &Client, target: &str) -> String {
    client.get(target).header("accept", "application/json").send().await.text().to_owned()
}

#[tokio::test]
async fn folders_come_first_and_then_files_by_name() {
    let folder = Folder::new().file("b.txt", "hello").file("a.txt", "").file("z/in.txt", "x");
    let app = app(&folder);
    assert_eq!(
        json(&app, "/").await,
        r#"[{"type":"folder","name":"z"},{"type":"file","name":"a.txt","size":0},{"type":"file","name":"b.txt","size":5}]"#
    );
    assert_eq!(json(&app, "/z/").await, r#"[{"type":"file","name":"in.txt","size":1}]"#);
    let page = app.get("/").header("accept", "text/html").send().await;
    assert_eq!(page.status, 200);
    assert_eq!(page.get("content-type"), "text/html; charset=utf-8");
    assert_eq!((page.get("vary"), page.get("cache-control")), ("Accept", "no-cache"));
    assert!(page.text().contains("<li><a href=\"./z/\">z/</a></li>\n<li><a href=\"./a.txt\">a.txt</a> 0 bytes</li>\n<li><a href=\"./b.txt\">b.txt</a> 5 bytes</li>"));
}

#[cfg(unix)]
#[tokio::test]
async fn names_are_escaped_and_links_lead_to_the_files() {
    let names = ["<img src=x onerror=alert(1)>", "a\"b'c&d", "javascript:alert(1)", "é #?%41.txt"];
    let folder = names.iter().fold(Folder::new(), |folder, name| folder.file(name, *name));
    let app = app(&folder);
    let page = app.get("/").send().await;
    let mut found = Vec::new();
    for line in page.text().lines().filter_map(|line| line.strip_prefix("<li><a href=\"./")) {
        let (link, rest) = line.split_once("\">").unwrap();
        let file = app.get(&format!("/{link}")).send().await;
        found.push(file.text().to_owned());
        let shown = rest.split("</a>").next().unwrap();
        assert!(!shown.contains(['<', '>', '"', '\'']), "{shown}");
    }
    found.sort();
    let mut expected = names.map(String::from);
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!(page.get("content-security-policy"), "default-src 'none'");
    let folder = folder.file("it's/a.txt", "");
    let page = self::app(&folder).get("/it's/").send().await;
    assert!(page.text().contains("<h1>/it&#39;s/</h1>"), "{}", page.text());
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_not_served_is_not_listed() {
    let outside = Folder::new().file("secret", "secret");
    let folder = Folder::new().file("a.txt", "").file(".env", "").file("b\\c", "").file("c:d", "");
    std::os::unix::fs::symlink(outside.path(), folder.path().join("out")).unwrap();
    std::os::unix::fs::symlink("a.txt", folder.path().join("link")).unwrap();
    std::os::unix::fs::symlink("gone", folder.path().join("broken")).unwrap();
    let visible =
        r#"{"type":"file","name":"a.txt","size":0},{"type":"file","name":"link","size":0}"#;
    assert_eq!(json(&app(&folder), "/").await, format!("[{visible}]"));
    assert_eq!(json(&app(&folder), "/out/").await, "next");
    let all = client(serve(folder.path()).listing(true).hidden(true));
    let env = r#"{"type":"file","name":".env","size":0}"#;
    assert_eq!(json(&all, "/").await, format!("[{env},{visible}]"));
}

#[tokio::test]
async fn an_index_comes_first_and_a_folder_has_its_slash() {
    let folder = Folder::new().file("with/index.html", "page").file("without/a.txt", "");
    let app = app(&folder);
    assert_eq!(app.get("/with/").send().await.text(), "page");
    for (target, location) in [("/with", "/with/"), ("/without", "/without/")] {
        let response = app.get(target).send().await;
        assert_eq!((response.status.as_u16(), response.get("location")), (301, location));
    }
}

#[tokio::test]
async fn nothing_is_listed_unless_it_is_asked_for() {
    let folder = Folder::new().file("sub/a.txt", "");
    for target in ["/", "/sub/", "/sub"] {
        assert_eq!(json(&folder.client(), target).await, "next", "{target}");
    }
    let app = app(&folder);
    assert_eq!(json(&app, "/none/").await, "next");
    assert_eq!(json(&app, "/sub/a.txt/").await, "next");
    assert_eq!(app.get("/%2e%2e/").send().await.status, 403);
    let head = app.head("/sub/").send().await;
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
}

#[tokio::test]
async fn a_folder_of_any_size_is_bounded() {
    let folder = Folder::new().file("many/0", "");
    for number in 1..30 {
        std::fs::File::create(folder.path().join(format!("many/{number}"))).unwrap();
    }
    let count = async |client| json(&client, "/many/").await.matches("\"name\"").count();
    assert_eq!(count(app(&folder)).await, 30);
    let limits = FileLimits { listed: 20, ..FileLimits::default() };
    let app = App::new().share(Arc::new(limits)).plug(serve(folder.path()).listing(true));
    assert_eq!(count(Client::new(app)).await, 20);
}
