//! Names of files are never paths, whoever chooses them.

use crate::folder::Folder;
use crate::send::*;

use cepa_body::Upload;
use proptest::prelude::*;
use serde_json::{Value, json};

async fn store(folder: &Folder, upload: Upload, sent: &str) -> Result<String, (u16, String)> {
    let app =
        uploads(upload.disk(folder.path().join("in")), |form| json!(form.files()[0].stored_name()));
    let response = post(app, MULTIPART, form([file("p", sent, "x")])).send().await;
    if response.status == 200 {
        Ok(response.json::<Value>().as_str().unwrap().to_owned())
    } else {
        Err(refusal(&response))
    }
}

#[tokio::test]
async fn a_name_of_the_client_loses_its_folders() {
    for (sent, expected) in [
        ("a.txt", "a.txt"),
        ("../../a.txt", "a.txt"),
        ("/etc/a.txt", "a.txt"),
        (r"..\..\a.txt", "a.txt"),
        (r"C:\a.txt", "a.txt"),
        ("%2e%2e%2fa.txt", "%2e%2e%2fa.txt"),
        ("größe 你.txt", "größe 你.txt"),
    ] {
        let folder = Folder::new();
        let stored = store(&folder, Upload::new().name(|part| part.name().into()), sent).await;
        assert_eq!(stored.as_deref(), Ok(expected), "{sent}");
        assert!(folder.path().join("in").join(expected).is_file());
        assert_eq!(folder.names(), ["in"]);
    }
}

#[tokio::test]
async fn a_function_that_names_a_path_is_refused() {
    for name in [
        "",
        ".",
        "..",
        "a/b",
        "../a",
        "/a",
        r"a\b",
        r"..\a",
        "C:a",
        "a\0b",
        "a\nb",
        "../../../../tmp/a",
        "a.",
        "a ",
        "...",
        "a.txt. .",
        "nul",
        "NUL.txt",
        "con .tar.gz",
        "Com1.txt",
        "lpt¹",
        "conout$",
        &"n".repeat(256),
    ] {
        let folder = Folder::new();
        let chosen = name.to_owned();
        let stored = store(&folder, Upload::new().name(move |_| chosen.clone()), "a.txt").await;
        assert_eq!(stored, Err((400, "bad_file_name".into())), "{name:?}");
        assert!(folder.names().is_empty());
    }
    let folder = Folder::new();
    for sent in ["..", ".", "x/.."] {
        let stored = store(&folder, Upload::new().name(|part| part.name().into()), sent).await;
        assert_eq!(stored, Err((400, "bad_file_name".into())), "{sent}");
    }
}

#[tokio::test]
async fn nothing_is_overwritten_and_what_was_there_stays() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path().join("in")).unwrap();
    std::fs::write(folder.path().join("in/a.txt"), "old").unwrap();
    let stored = store(&folder, Upload::new().name(|_| "a.txt".into()), "x").await;
    assert_eq!(stored, Err((409, "file_exists".into())));
    assert_eq!(std::fs::read_to_string(folder.path().join("in/a.txt")).unwrap(), "old");
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_that_stands_there_is_not_followed() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path().join("in")).unwrap();
    std::os::unix::fs::symlink(folder.path().join("out"), folder.path().join("in/a.txt")).unwrap();
    let stored = store(&folder, Upload::new().name(|_| "a.txt".into()), "x").await;
    assert_eq!(stored, Err((409, "file_exists".into())));
    assert!(!folder.path().join("out").exists());
}

#[tokio::test]
async fn two_files_of_one_name_do_not_meet() {
    let folder = Folder::new();
    let upload = Upload::new().disk(folder.path()).name(|part| part.name().into());
    let body = form([file("p", "same", "1"), file("p", "same", "2")]);
    let response = post(uploads(upload, |_| Value::Null), MULTIPART, body).send().await;
    assert_eq!(refusal(&response), (409, "file_exists".into()));
    assert!(folder.names().is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_name_leaves_the_folder(name in "(\\.|/|\\\\|\\.\\.|%2f|:|~|[a-c]|é| ){1,12}") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let folder = Folder::new();
        let _ = runtime.block_on(store(&folder, Upload::new().name(|part| part.name().into()), &name));
        drop(runtime);
        prop_assert!(folder.names().iter().all(|entry| entry == "in"), "{:?}", folder.names());
    }
}
