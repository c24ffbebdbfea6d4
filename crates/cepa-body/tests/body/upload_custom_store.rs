//! A store of one's own gets the bytes as they arrive, and is told to remove what the form did not survive.

use crate::send::*;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use cepa_body::{BodyExt, FileBytes, Part, Upload, UploadStore};
use cepa_core::{Error, OrThrow, Result};
use serde_json::{Value, json};

/// Files by name; what is being stored is not there yet. A file called `broken` cannot be stored, one called `lazy` is
/// not read, and one called `deaf` is stored although its bytes failed.
#[derive(Clone, Default)]
struct Shelf(Arc<Mutex<BTreeMap<String, Vec<u8>>>>);

impl Shelf {
    fn names(&self) -> Vec<String> {
        self.0.lock().unwrap().keys().cloned().collect()
    }
}

impl UploadStore for Shelf {
    async fn store(&self, part: &Part, bytes: &mut FileBytes) -> Result<String> {
        let name = format!("shelf/{}", part.name());
        let mut content = Vec::new();
        match part.name() {
            "broken" => return Err(Error::new(507, "the shelf is full")),
            "lazy" => {}
            "deaf" => while let Ok(Some(_)) = bytes.chunk().await {},
            _ => {
                while let Some(chunk) = bytes.chunk().await? {
                    content.extend_from_slice(&chunk);
                }
            }
        }
        self.0.lock().unwrap().insert(name.clone(), content);
        Ok(name)
    }

    /// Takes its time, so that whoever does not wait for it finds the file.
    async fn remove(&self, name: &str) -> Result {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        self.0.lock().unwrap().remove(name).map(drop).or_throw(500, "not on the shelf")
    }
}

fn upload(shelf: &Shelf) -> Upload {
    Upload::new().store(shelf.clone()).file_size(1000)
}

fn shown(form: cepa_body::UploadForm) -> Value {
    let files = form.files().iter();
    files
        .map(|file| json!([file.stored_name(), file.size(), file.path(), file.bytes().is_some()]))
        .collect()
}

#[tokio::test]
async fn a_store_gets_the_bytes_and_names_the_file() {
    let shelf = Shelf::default();
    let body = form([file("p", "one", "1"), field("a", "b"), file("p", "two", "22")]);
    let body = pieces(body.chunks(7).map(bytes::Bytes::copy_from_slice));
    let response = post(uploads(upload(&shelf), shown), MULTIPART, body).send().await;
    let expected = json!([["shelf/one", 1, null, false], ["shelf/two", 2, null, false]]);
    assert_eq!(response.json::<Value>(), expected);
    assert_eq!(shelf.0.lock().unwrap()["shelf/two"], b"22");
}

#[tokio::test]
async fn a_form_that_fails_leaves_nothing_in_the_store() {
    let good = || file("p", "good", "good");
    for (what, body, status, code) in [
        ("too large", form([good(), file("p", "x", [0; 1001])]), 413, "file_too_large"),
        ("too large, unread", form([good(), file("p", "lazy", [0; 1001])]), 413, "file_too_large"),
        // A store that hides the reason leaves only that there was one.
        ("too large, unheard", form([good(), file("p", "deaf", [0; 1001])]), 400, "body_aborted"),
        ("malformed later", form([good(), part("no colon", "")]), 400, "malformed_multipart"),
        ("cut", [good(), b"--B\r\n".to_vec()].concat(), 400, "incomplete_multipart"),
        ("cut, unread", file("p", "lazy", "12345"), 400, "incomplete_multipart"),
        ("a store that fails", form([good(), file("p", "broken", "x")]), 507, ""),
    ] {
        let shelf = Shelf::default();
        let response = post(uploads(upload(&shelf), shown), MULTIPART, body).send().await;
        assert_eq!(refusal(&response), (status, code.to_owned()), "{what}");
        assert!(shelf.names().is_empty(), "{what}: {:?}", shelf.names());
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_whose_rest_never_comes_is_removed_before_the_client_hears() {
    let shelf = Shelf::default();
    let whole = file("p", "lazy", "12345");
    let body = stalled(whole[..whole.len() - 3].to_vec());
    let call = post(uploads(upload(&shelf), shown), MULTIPART, body).send();
    // The clock stands while this looks, so the file is there before the deadline is over.
    let shelved = async {
        while shelf.names() != ["shelf/lazy"] {
            tokio::task::yield_now().await;
        }
    };
    let (response, ()) = tokio::join!(call, shelved);
    assert_eq!(refusal(&response), (408, "body_timeout".to_owned()));
    assert!(shelf.names().is_empty(), "{:?}", shelf.names());
}

#[tokio::test]
async fn a_file_need_not_be_read() {
    let shelf = Shelf::default();
    let body = form([file("p", "lazy", "12345"), file("p", "two", "22")]);
    let response = post(uploads(upload(&shelf), shown), MULTIPART, body).send().await;
    assert_eq!(response.json::<Value>()[0], json!(["shelf/lazy", 5, null, false]));
    assert_eq!(shelf.names(), ["shelf/lazy", "shelf/two"]);
}

#[tokio::test]
async fn a_dropped_upload_leaves_nothing_in_the_store() {
    let shelf = Shelf::default();
    let (upload, held) = (upload(&shelf), shelf.clone());
    let body = [file("p", "one", "1"), file("p", "two", "2")].concat();
    let app = app(async move |ctx, _next| {
        let mut received = Box::pin(ctx.upload(&upload));
        tokio::select! {
            biased;
            _ = &mut received => unreachable!("the body never ends"),
            () = tokio::task::yield_now() => {}
        }
        assert_eq!(held.names(), ["shelf/one"], "the second is not complete");
        drop(received);
        ctx.set_body("gave up")
    });
    assert_eq!(post(app, MULTIPART, stalled(body)).send().await.text(), "gave up");
    // The removal is a task of its own.
    while !shelf.names().is_empty() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_a_handler_discards_is_removed() {
    let shelf = Shelf::default();
    for (gone, status) in [(false, 204), (true, 500)] {
        let (upload, shelf) = (upload(&shelf), shelf.clone());
        let held = shelf.clone();
        let app = app(async move |ctx, _next| {
            let form = ctx.upload(&upload).await?;
            assert_eq!(held.names(), ["shelf/one", "shelf/two"]);
            if gone {
                held.0.lock().unwrap().remove("shelf/one");
            }
            form.discard().await?;
            ctx.set_body(())
        });
        let body = form([file("p", "one", "1"), file("p", "two", "2")]);
        assert_eq!(post(app, MULTIPART, body).send().await.status, status);
        assert!(shelf.names().is_empty(), "the others are removed all the same");
    }
}
