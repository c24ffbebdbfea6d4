//! Which content types each reading takes.

use crate::send::*;

use serde_json::Value;

#[tokio::test]
async fn json_is_application_json_and_its_family() {
    for kind in [
        "application/json",
        "Application/JSON; charset=UTF-8",
        "application/json;",
        "application/json-patch+json",
        "application/vnd.api+json",
        "application/reports+json",
        "application/scim+json",
        "application/problem+json",
        "application/csp-report",
    ] {
        assert_eq!(post(echo_json::<Value>(), kind, "{}").send().await.status, 200, "{kind}");
    }
    for kind in [
        "text/json",
        "text/plain",
        FORM,
        "application/jsonx",
        "json",
        "application/json, text/plain",
    ] {
        let response = post(echo_json::<Value>(), kind, "{}").send().await;
        assert_eq!(refusal(&response), (415, "unsupported_type".into()), "{kind}");
    }
}

#[tokio::test]
async fn a_missing_type_is_its_own_refusal() {
    for (app, expected) in [
        (echo_json::<Value>(), "application/json"),
        (echo_form::<Value>(), FORM),
        (echo_text(), "text/plain"),
    ] {
        let response = post(app, "", "{}").send().await;
        assert_eq!(refusal(&response), (415, "missing_content_type".into()));
        assert!(detail(&response).ends_with(expected), "{}", detail(&response));
    }
}

#[tokio::test]
async fn forms_and_texts_have_their_types() {
    assert_eq!(
        post(echo_form::<Value>(), &format!("{FORM}; charset=utf-8"), "a=1").send().await.status,
        200
    );
    assert_eq!(post(echo_form::<Value>(), JSON, "a=1").send().await.status, 415);
    assert_eq!(post(echo_form::<Value>(), MULTIPART, "a=1").send().await.status, 415);
    for kind in ["text/plain", "text/markdown", "TEXT/csv", "text/xml", "application/xml"] {
        assert_eq!(post(echo_text(), kind, "a").send().await.text(), "a", "{kind}");
    }
    assert_eq!(post(echo_text(), JSON, "a").send().await.status, 415);
}

#[tokio::test]
async fn any_type_is_read_on_demand() {
    use cepa_body::BodyExt;
    let lax = app(async |ctx, _next| {
        let value: Value = ctx.read_body().any_type().json().await?;
        ctx.set_body(cepa_core::Json(value))
    });
    assert_eq!(post(lax, "text/plain", "[1]").send().await.text(), "[1]");
    let lax = app(async |ctx, _next| {
        let value: Value = ctx.read_body().any_type().json().await?;
        ctx.set_body(cepa_core::Json(value))
    });
    assert_eq!(post(lax, "", "[1]").send().await.text(), "[1]");
}
