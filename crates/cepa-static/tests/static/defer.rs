//! A deferred folder comes last.

use crate::folder::Folder;

use cepa_core::App;
use cepa_static::serve;
use cepa_test::Client;

#[tokio::test]
async fn a_deferred_folder_answers_what_nobody_else_did() {
    let folder = Folder::new().file("a.txt", "file").file("b.txt", "file").file("c.txt", "file");
    let app = App::new().plug(serve(folder.path()).defer(true)).with(async |ctx, next| {
        match ctx.path() {
            "/a.txt" => ctx.set_body("handler"),
            "/gone" => {
                ctx.set_status(410);
                Ok(())
            }
            "/b.txt" => {
                ctx.set_status(404);
                Ok(())
            }
            _ => next.run(ctx).await,
        }
    });
    let client = Client::new(app);
    assert_eq!(client.get("/a.txt").send().await.text(), "handler");
    for target in ["/b.txt", "/c.txt"] {
        let response = client.get(target).send().await;
        assert_eq!((response.status.as_u16(), response.text()), (200, "file"), "{target}");
        let asked = client.get(target).header("if-none-match", "*").send().await;
        assert_eq!(asked.status, 304, "{target}");
    }
    assert_eq!(client.get("/gone").send().await.status, 410);
    assert_eq!(client.get("/none").send().await.status, 404);
}
