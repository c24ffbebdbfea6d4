//! A folder below a path.

use crate::folder::{Folder, client};

use cepa_static::serve;

#[tokio::test]
async fn only_paths_below_the_prefix_are_served() {
    let folder = Folder::new().file("a.txt", "file").file("assets/a.txt", "inner");
    let client = client(serve(folder.path()).at("/assets"));
    let table = [
        ("/assets/a.txt", "file"),
        ("/assets/assets/a.txt", "inner"),
        ("/a.txt", "next"),
        ("/assetsx/a.txt", "next"),
        ("/Assets/a.txt", "next"),
        ("/x/assets/a.txt", "next"),
    ];
    for (target, expected) in table {
        assert_eq!(client.get(target).send().await.text(), expected, "{target}");
    }
}

#[tokio::test]
async fn a_prefix_is_written_as_people_or_as_browsers_do() {
    let folder = Folder::new().file("a.txt", "file");
    let table = [
        ("/bücher", "/b%C3%BCcher/a.txt", "file"),
        ("/bücher", "/b%c3%bCcher/a.txt", "file"),
        ("/b%c3%bccher/", "/b%C3%BCcher/a.txt", "file"),
        ("/my files", "/my%20files/a.txt", "file"),
        ("/my%20files", "/my%20files/a.txt", "file"),
        ("/100%", "/100%25/a.txt", "file"),
        ("/a~(b)", "/a~(b)/a.txt", "file"),
        ("/bücher", "/B%C3%BCcher/a.txt", "next"),
        ("/bücher", "/b%C3%BDcher/a.txt", "next"),
        ("/bücher", "/b%C3%BCcher2/a.txt", "next"),
        ("/bücher", "/b%C3", "next"),
        ("/a", "/%61/a.txt", "next"),
        ("/%61", "/a/a.txt", "next"),
    ];
    for (prefix, target, expected) in table {
        let client = client(serve(folder.path()).at(prefix));
        assert_eq!(client.get(target).send().await.text(), expected, "{prefix}: {target}");
    }
}

#[tokio::test]
async fn a_slash_at_the_end_of_the_prefix_means_nothing() {
    let folder = Folder::new().file("a.txt", "file");
    for prefix in ["/assets/", "/"] {
        let client = client(serve(folder.path()).at(prefix));
        let target = format!("{}a.txt", if prefix == "/" { "/" } else { prefix });
        assert_eq!(client.get(&target).send().await.text(), "file", "{prefix}");
    }
}

#[tokio::test]
async fn paths_outside_the_prefix_are_not_judged() {
    let client = client(serve(Folder::new().path()).at("/assets"));
    assert_eq!(client.get("/other/%zz/..%2f").send().await.text(), "next");
}

#[test]
#[should_panic(expected = "does not begin with a slash")]
fn a_prefix_begins_with_a_slash() {
    let _ = serve("public").at("assets");
}
