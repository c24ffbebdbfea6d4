//! What of our offers the client prefers.

use cepa_core::App;
use cepa_test::Client;

type Negotiate = for<'o> fn(&cepa_core::Context, &[&'o str]) -> Option<&'o str>;

async fn best(
    field: &'static str,
    negotiate: Negotiate,
    accept: Option<&str>,
    offers: &'static [&'static str],
) -> String {
    let app = App::new().with(async move |ctx, _next| {
        let best = negotiate(ctx, offers).unwrap_or("none");
        ctx.set_body(best)
    });
    let call = Client::new(app).get("/");
    let call = match accept {
        Some(accept) => call.header(field, accept),
        None => call,
    };
    call.send().await.text().to_owned()
}

#[tokio::test]
async fn media_types() {
    for (accept, offers, expected) in [
        (None, &["html", "json"][..], "html"),
        (None, &["onion", "json"], "onion"),
        (Some("text/html;q=0, text/html"), &["html"], "html"),
        (Some("text/html, text/html;q=0.1, application/json;q=0.5"), &["json", "html"], "html"),
        (Some(""), &["html", "json"], "html"),
        (Some("*/*"), &["html", "json"], "html"),
        (Some("application/json"), &["html", "json"], "json"),
        (Some("text/*, application/json;q=0.9"), &["json", "html"], "html"),
        (Some("text/html;q=0.5, application/json"), &["html", "json"], "json"),
        (Some("text/html;q=0, */*"), &["html"], "none"),
        (Some("text/html;q=0, */*"), &["html", "json"], "json"),
        (Some("text/html;level=1"), &["text/html"], "none"),
        (Some("TEXT/HTML"), &["text/html"], "text/html"),
        (Some("image/png"), &["html", "json"], "none"),
        (Some("*/*;q=0.1, image/png"), &["html", "png"], "png"),
        (Some("text/html;q=nonsense"), &["html"], "none"),
        (Some("application/json"), &["no-such-extension"], "none"),
    ] {
        let found = best("accept", cepa_core::Context::accepts, accept, offers).await;
        assert_eq!(found, expected, "{accept:?} {offers:?}");
    }
}

#[tokio::test]
async fn encodings() {
    for (accept, offers, expected) in [
        (None, &["gzip", "identity"][..], "identity"),
        (Some("gzip, br"), &["br", "gzip"], "gzip"),
        (Some("gzip;q=0.5, br"), &["gzip", "br"], "br"),
        (Some("*"), &["zstd"], "zstd"),
        (Some("br;q=0.5, gzip"), &["br", "identity"], "br"),
        (Some("br;q=0.1, identity"), &["br", "identity"], "identity"),
        (Some("identity;q=0"), &["identity"], "none"),
        (Some("*;q=0"), &["identity"], "none"),
        (Some("gzip"), &["br"], "none"),
    ] {
        let negotiate: Negotiate = |ctx, offers| ctx.accepts_encodings(offers);
        let found = best("accept-encoding", negotiate, accept, offers).await;
        assert_eq!(found, expected, "{accept:?} {offers:?}");
    }
}

#[tokio::test]
async fn languages_and_charsets() {
    for (accept, offers, expected) in [
        (None, &["de", "en"][..], "de"),
        (Some("en-US"), &["de", "en"], "en"),
        (Some("en"), &["en-GB"], "en-GB"),
        (Some("fr, de;q=0.9"), &["de", "fr"], "fr"),
        (Some("en; q=0.5, de"), &["en", "de"], "de"),
        (Some("*"), &["pt"], "pt"),
        (Some("ja"), &["en"], "none"),
    ] {
        let negotiate: Negotiate = |ctx, offers| ctx.accepts_languages(offers);
        let found = best("accept-language", negotiate, accept, offers).await;
        assert_eq!(found, expected, "{accept:?} {offers:?}");
    }
    let negotiate: Negotiate = |ctx, offers| ctx.accepts_charsets(offers);
    let found = best("accept-charset", negotiate, Some("UTF-8"), &["latin1", "utf-8"]).await;
    assert_eq!(found, "utf-8");
}
