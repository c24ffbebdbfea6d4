//! A deferred folder comes last.

use crate::folder::Folder;

use cepa_core::App;
use cepa_static::serve;
use cepa_test::Client;

#[tokio::test]
async fn a_deferred_folder_answers_what_nobody_else_did() {
    let folder = Folder::new().file("a.txt", "file").file("b.txt", "file");
    let app = App::new().plug(serve(folder.path()).defer(true)).with(async |ctx, next| {
        match ctx.path() {
            "/a.txt" => ctx.set_body("handler"),
            "/gone" => {
                ctx.set_status(410);
                Ok(())
            }
            _ => next.run(ctx).await,
        }
    });
    let client = Client::new(app);
    assert_eq!(client.get("/a.txt").send().await.text(), "handler");
    assert_eq!(client.get("/b.txt").send().await.text(), "file");
    assert_eq!(client.get("/gone").send().await.status, 410);
    assert_eq!(client.get("/none").send().await.status, 404);
}
