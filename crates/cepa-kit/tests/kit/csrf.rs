//! Requests that another site made are refused.

use std::panic::catch_unwind;

use cepa_core::App;
use cepa_kit::{Csrf, CsrfExt, csrf};
use cepa_test::{Client, Response};

struct Visit {
    client: Client,
    cookies: String,
    token: String,
}

async fn visit(csrf: Csrf) -> Visit {
    let app = App::new().keys(["k"]).on_error(|_, _| {}).plug(csrf).with(async |ctx, _next| {
        match ctx.path() {
            "/form" => {
                let token = ctx.csrf_token()?;
                ctx.set_body(token)
            }
            _ => ctx.set_body("done"),
        }
    });
    let client = Client::new(app);
    let page = client.get("/form").send().await;
    let lines = page.headers.get_all("set-cookie").iter();
    let pairs = lines.map(|line| line.to_str().unwrap().split(';').next().unwrap().to_owned());
    let cookies = pairs.collect::<Vec<_>>().join("; ");
    Visit { client, cookies, token: page.text().to_owned() }
}

impl Visit {
    async fn post(&self, headers: &[(&str, &str)]) -> Response {
        let mut call = self.client.post("/act").header("cookie", &self.cookies);
        for (name, value) in headers {
            call = call.header(name, value);
        }
        call.send().await
    }
}

#[tokio::test]
async fn a_token_passes_in_any_of_the_headers() {
    let visit = visit(csrf()).await;
    for name in ["csrf-token", "xsrf-token", "x-csrf-token", "x-xsrf-token"] {
        assert_eq!(visit.post(&[(name, &visit.token)]).await.text(), "done");
    }
}

#[tokio::test]
async fn a_token_passes_in_a_form() {
    let visit = visit(csrf()).await;
    let call = visit.client.post("/act").header("cookie", &visit.cookies);
    assert_eq!(call.form([("a", "1"), ("_csrf", &*visit.token)]).send().await.text(), "done");
    let call = visit.client.post("/act").header("cookie", &visit.cookies);
    assert_eq!(call.form([("a", "1"), ("_csrf", "x")]).send().await.status, 403);
}

#[tokio::test]
async fn a_token_passes_in_the_query_only_if_that_was_asked_for() {
    for (csrf, status) in [(csrf(), 403), (csrf().token_in_query(true), 200)] {
        let visit = visit(csrf).await;
        let target = format!("/act?_csrf={}", visit.token);
        let call = visit.client.post(&target).header("cookie", &visit.cookies);
        assert_eq!(call.send().await.status, status);
    }
}

#[tokio::test]
async fn without_a_good_token_nothing_passes() {
    let visit = visit(csrf()).await;
    let other = self::visit(csrf()).await;
    let response = visit.post(&[]).await;
    assert_eq!((response.status.as_u16(), response.text()), (403, "Invalid CSRF token"));
    let salt = visit.token.split('.').next().unwrap();
    for token in ["", ".", "x", salt, &format!("{salt}."), &other.token, &visit.token[1..]] {
        assert_eq!(visit.post(&[("csrf-token", token)]).await.status, 403, "{token}");
    }
    let alone = visit.client.post("/act").header("csrf-token", &visit.token);
    assert_eq!(alone.send().await.status, 403, "without the cookie");
}

#[tokio::test]
async fn tokens_differ_and_share_a_secret() {
    let visit = visit(csrf()).await;
    let page = visit.client.get("/form").header("cookie", &visit.cookies).send().await;
    assert_ne!(page.text(), visit.token);
    assert_eq!(page.get("set-cookie"), "", "the secret stays");
    assert_eq!(visit.post(&[("csrf-token", page.text())]).await.status, 200);
}

#[tokio::test]
async fn the_browsers_word_counts() {
    let visit = visit(csrf().trust_origin("https://www.a.example")).await;
    let token = ("csrf-token", visit.token.as_str());
    let status = async |headers: &[(&str, &str)]| {
        let mut all = vec![token];
        all.extend_from_slice(headers);
        visit.post(&all).await.status.as_u16()
    };
    assert_eq!(status(&[("sec-fetch-site", "same-origin")]).await, 200);
    assert_eq!(status(&[("sec-fetch-site", "none")]).await, 200);
    assert_eq!(status(&[("sec-fetch-site", "cross-site")]).await, 403);
    assert_eq!(status(&[("sec-fetch-site", "same-site")]).await, 403);
    assert_eq!(status(&[("origin", "http://127.0.0.1")]).await, 200);
    assert_eq!(status(&[("origin", "https://evil.example")]).await, 403);
    assert_eq!(status(&[("origin", "null")]).await, 403);
    assert_eq!(status(&[("origin", "https://127.0.0.1")]).await, 200, "behind a proxy with TLS");
    assert_eq!(status(&[("origin", "ftp://127.0.0.1")]).await, 403);
    let trusted = [("origin", "https://www.a.example"), ("sec-fetch-site", "same-site")];
    assert_eq!(status(&trusted).await, 200);
}

#[tokio::test]
async fn the_browsers_word_alone_can_be_enough() {
    let visit = visit(csrf().without_token()).await;
    assert_eq!(visit.post(&[]).await.status, 200);
    assert_eq!(visit.post(&[("sec-fetch-site", "cross-site")]).await.status, 403);
}

#[tokio::test]
async fn reading_needs_nothing_and_a_token_needs_the_middleware() {
    let visit = visit(csrf()).await;
    let call = visit.client.get("/act").header("sec-fetch-site", "cross-site");
    assert_eq!(call.send().await.status, 200);
    let app = App::new().on_error(|_, _| {}).with(async |ctx, _next| {
        let token = ctx.csrf_token()?;
        ctx.set_body(token)
    });
    assert_eq!(Client::new(app).get("/").send().await.status, 500);
}

#[tokio::test]
async fn a_page_over_a_plain_connection_is_not_this_origin_when_it_is_encrypted() {
    let visit = visit(csrf()).await;
    for (origin, status) in [("http://127.0.0.1", 403), ("https://127.0.0.1", 200)] {
        let call = visit.client.post("/act").encrypted().header("cookie", &visit.cookies);
        let call = call.header("csrf-token", &visit.token).header("origin", origin);
        assert_eq!(call.send().await.status, status, "{origin}");
    }
}

#[test]
fn slips_do_not_pass() {
    let origins = [
        "*",
        "null",
        "",
        "https://",
        "https://*.a.example",
        "a.example",
        "https://a.example/",
        "https://a.example:443",
        "http://a.example:80",
        "https://user@a.example",
        "file://a",
    ];
    for origin in origins {
        assert!(catch_unwind(|| drop(csrf().trust_origin(origin))).is_err(), "{origin}");
    }
    for name in ["", "a b", "a=b", "a;b"] {
        assert!(catch_unwind(|| drop(csrf().cookie(name))).is_err(), "{name}");
    }
    drop(
        csrf()
            .trust_origin("HTTPS://A.example:8443")
            .trust_origin("http://[::1]:8080")
            .cookie("__Host-csrf"),
    );
}
