//! `render_error`: one place for the looks of every error.

use cepa_core::{App, Error, Json};
use cepa_test::Client;

fn app() -> App {
    App::new()
        .render_error(|error, ctx| match ctx.path() {
            "/plain" => Ok(()),
            "/broken" => Err(Error::new(500, "no template")),
            "/panics" => panic!("no template"),
            _ => ctx.set_body(Json((error.status().as_u16(), error.public_message()))),
        })
        .with(async |ctx, _next| match ctx.path() {
            "/status" => {
                ctx.set_status(410);
                Ok(())
            }
            "/nothing" => Ok(()),
            "/limited" => Err(Error::new(429, "slowly").with_header(
                cepa_core::http::header::RETRY_AFTER,
                cepa_core::http::HeaderValue::from_static("5"),
            )),
            _ => {
                ctx.set("etag", "\"1\"")?;
                ctx.throw(403, "not for you")
            }
        })
}

#[tokio::test]
async fn thrown_errors_and_bare_statuses_look_alike() {
    let client = Client::new(app());
    for (target, status, body) in [
        ("/thrown", 403, r#"[403,"not for you"]"#),
        ("/status", 410, r#"[410,"Gone"]"#),
        ("/nothing", 404, r#"[404,"Not Found"]"#),
        ("/limited", 429, r#"[429,"slowly"]"#),
    ] {
        let response = client.get(target).send().await;
        assert_eq!(response.status, status, "{target}");
        assert_eq!(response.text(), body, "{target}");
        assert_eq!(response.get("content-type"), "application/json; charset=utf-8");
        assert_eq!(response.get("content-length"), body.len().to_string());
        assert_eq!(response.get("etag"), "", "no validator of a body that is not sent");
    }
    assert_eq!(client.get("/limited").send().await.get("retry-after"), "5");
}

#[tokio::test]
async fn what_it_does_not_render_looks_as_usual() {
    let client = Client::new(app());
    for target in ["/plain", "/broken", "/panics"] {
        let response = client.get(target).send().await;
        assert_eq!((response.status.as_u16(), response.text()), (403, "not for you"), "{target}");
        assert_eq!(response.get("content-type"), "text/plain; charset=utf-8");
    }
}

#[tokio::test]
async fn a_head_request_gets_the_head_of_it() {
    let response = Client::new(app()).head("/thrown").send().await;
    assert_eq!(response.get("content-length"), "19");
    assert!(response.body.is_empty());
}
