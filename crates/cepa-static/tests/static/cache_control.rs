//! How long a copy may be used.

use std::time::Duration;

use crate::folder::{Folder, client};

use cepa_static::serve;

#[tokio::test]
async fn the_age_is_in_whole_seconds() {
    let folder = Folder::new().file("a.txt", "x");
    let table = [
        (serve(folder.path()), "max-age=0"),
        (serve(folder.path()).max_age(Duration::from_millis(3_999)), "max-age=3"),
        (
            serve(folder.path()).max_age(Duration::from_secs(86_400)).immutable(),
            "max-age=86400,immutable",
        ),
    ];
    for (files, expected) in table {
        let response = client(files).get("/a.txt").send().await;
        assert_eq!(response.get("cache-control"), expected);
    }
}

#[tokio::test]
async fn a_header_that_was_set_before_stays() {
    let folder = Folder::new().file("a.txt", "x");
    let app = cepa_core::App::new()
        .with(async |ctx, next| {
            ctx.set("cache-control", "private")?;
            next.run(ctx).await
        })
        .plug(serve(folder.path()));
    let response = cepa_test::Client::new(app).get("/a.txt").send().await;
    assert_eq!(response.get("cache-control"), "private");
}
