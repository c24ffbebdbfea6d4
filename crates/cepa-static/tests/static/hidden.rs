//! Names that begin with a dot.

use crate::folder::{Folder, client};

use cepa_static::serve;

const HIDDEN: [&str; 6] =
    ["/.env", "/.git/config", "/.well-known/x", "/dir/.hidden/a.txt", "/%2eenv", "/dir/..txt"];

fn folder() -> Folder {
    HIDDEN.iter().fold(Folder::new(), |folder, path| {
        folder.file(path.replace("%2e", ".").trim_start_matches('/'), "secret")
    })
}

#[tokio::test]
async fn names_with_a_leading_dot_are_missing() {
    let folder = folder();
    for target in HIDDEN {
        assert_eq!(folder.client().get(target).send().await.text(), "next", "{target}");
    }
}

#[tokio::test]
async fn unless_they_are_asked_for() {
    let folder = folder();
    let client = client(serve(folder.path()).hidden(true));
    for target in HIDDEN {
        assert_eq!(client.get(target).send().await.text(), "secret", "{target}");
    }
}
