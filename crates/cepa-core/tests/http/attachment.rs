//! `ctx.attachment`: the name, and the type that follows from it.

use cepa_core::{App, Disposition};
use cepa_test::Client;

#[tokio::test]
async fn the_type_follows_the_name_unless_one_was_set() {
    let app = App::new().with(async |ctx, _next| {
        if let Some(kind) = ctx.query::<String>("type")? {
            ctx.set_type(&kind)?;
        }
        ctx.attachment(&ctx.query::<String>("name")?.unwrap_or_default());
        ctx.set_body("a,b\n")
    });
    let client = Client::new(app);
    for (target, disposition, kind) in [
        ("/?name=a/b.csv", "attachment; filename=\"b.csv\"", "text/csv; charset=utf-8"),
        ("/?name=b.csv&type=html", "attachment; filename=\"b.csv\"", "text/html; charset=utf-8"),
        ("/?name=b.onion", "attachment; filename=\"b.onion\"", "text/plain; charset=utf-8"),
        ("/", "attachment", "text/plain; charset=utf-8"),
    ] {
        let response = client.get(target).send().await;
        assert_eq!(response.get("content-disposition"), disposition, "{target}");
        assert_eq!(response.get("content-type"), kind, "{target}");
    }
}

#[tokio::test]
async fn a_disposition_can_be_set_whole() {
    let app = App::new().with(async |ctx, _next| {
        let shown = Disposition::inline("€.pdf").fallback("euro.pdf")?;
        ctx.set("content-disposition", shown.header_value())?;
        ctx.set_body("%PDF")
    });
    let response = Client::new(app).get("/").send().await;
    let expected = "inline; filename=\"euro.pdf\"; filename*=UTF-8''%E2%82%AC.pdf";
    assert_eq!(response.get("content-disposition"), expected);
}
