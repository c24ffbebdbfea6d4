//! Errors that people can read: in all detail for development, and nothing but the status for others.

use std::io;

use cepa_core::{App, Error};
use cepa_kit::{error_page, helmet};
use cepa_test::{Client, Response};

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

fn client(details: bool) -> Client {
    let app = App::new().on_error(|_, _| {}).render_error(error_page(details)).plug(helmet());
    Client::new(app.with(async |ctx, _next| {
        ctx.set("x-kept", "yes & no")?;
        ctx.set("set-cookie", "session=secret")?;
        match ctx.path() {
            "/deep" => {
                let inner = io::Error::other("<script>alert('inner')</script>");
                let outer = io::Error::other(Wrapped("reading the onions", inner));
                Err(Error::internal(outer))
            }
            "/told" => Err(Error::new(422, "no \"onions\" <here>").with_code("no_onions")),
            "/panic" => panic!("peeled too far"),
            "/long" => Err(Error::new(500, "ü".repeat(100_000))),
            _ => Ok(()),
        }
    }))
}

#[derive(Debug)]
struct Wrapped(&'static str, io::Error);

impl std::fmt::Display for Wrapped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Wrapped {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.1)
    }
}

async fn get(client: &Client, target: &str, accept: &str) -> Response {
    let call = client.get(target).header("accept", accept).header("x-evil", "\"<i>");
    call.header("authorization", "Bearer secret").header("cookie", "a=secret").send().await
}

#[tokio::test]
async fn a_browser_sees_what_caused_it_and_the_request() {
    let response = get(&client(true), "/deep?q=%3Cb%3E&x='1'", BROWSER).await;
    assert_eq!(response.status, 500);
    assert_eq!(response.get("content-type"), "text/html; charset=utf-8");
    let page = response.text();
    for expected in [
        "<title>500 Internal Server Error</title>",
        "<p class=\"message\">reading the onions</p>",
        "<li>&lt;script&gt;alert(&#39;inner&#39;)&lt;/script&gt;</li>",
        "<td>GET</td><td>/deep?q=%3Cb%3E&amp;x=&#39;1&#39;</td>",
        "<td>x-evil</td><td>&quot;&lt;i&gt;</td>",
        "<td>x-kept</td><td>yes &amp; no</td>",
        "<td>authorization</td><td>(hidden)</td>",
        "<td>cookie</td><td>(hidden)</td>",
        "<td>set-cookie</td><td>(hidden)</td>",
        "prefers-color-scheme: dark",
    ] {
        assert!(page.contains(expected), "{expected}\n{page}");
    }
    assert!(!page.contains("secret") && !page.contains("<script") && !page.contains("<i>"));
}

#[tokio::test]
async fn the_page_allows_itself_nothing_and_is_not_kept() {
    let response = get(&client(true), "/deep", BROWSER).await;
    assert!(response.get("content-security-policy").starts_with("default-src 'none';"));
    assert_eq!(response.get("cache-control"), "no-store");
    assert_eq!(response.get("x-kept"), "yes & no", "headers stay");
    assert!(response.get("vary").to_ascii_lowercase().contains("accept"));
}

#[tokio::test]
async fn others_get_the_same_as_text_or_json() {
    let client = client(true);
    for accept in ["*/*", "text/plain", "image/png"] {
        let response = get(&client, "/deep", accept).await;
        let text = "500 Internal Server Error\n\nreading the onions\n\
                    caused by: <script>alert('inner')</script>\n";
        assert_eq!(response.text(), text, "{accept}");
        assert_eq!(response.get("content-type"), "text/plain; charset=utf-8");
    }
    let response = get(&client, "/told", "application/json").await;
    assert_eq!(response.get("content-type"), "application/problem+json");
    let seen: serde_json::Value = serde_json::from_slice(&response.body).unwrap();
    let expected = serde_json::json!({
        "status": 422, "title": "Unprocessable Entity", "detail": "no \"onions\" <here>",
        "code": "no_onions", "causes": ["no \"onions\" <here>"]
    });
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn without_details_nothing_is_told_that_was_not_exposed() {
    let client = client(false);
    let hidden = get(&client, "/deep", BROWSER).await;
    assert!(hidden.text().contains("<p class=\"message\">Internal Server Error</p>"));
    for word in ["onions", "inner", "<table", "x-kept"] {
        assert!(!hidden.text().contains(word), "{word}");
    }
    let told = get(&client, "/told", BROWSER).await;
    assert!(told.text().contains("<p class=\"message\">no &quot;onions&quot; &lt;here&gt;</p>"));
    assert_eq!(get(&client, "/deep", "*/*").await.text(), "Internal Server Error");
    let problem = get(&client, "/told", "application/json").await;
    assert!(!problem.text().contains("causes"), "the core's own");
}

#[tokio::test]
async fn panics_missing_pages_and_long_texts_are_shown_too() {
    let client = client(true);
    assert!(get(&client, "/panic", BROWSER).await.text().contains("panicked: peeled too far"));
    let missing = get(&client, "/missing", BROWSER).await;
    assert_eq!(missing.status, 404);
    assert!(missing.text().contains("<p class=\"message\">Not Found</p>"));
    let long = get(&client, "/long", BROWSER).await;
    assert!(long.text().contains(" [...]</p>") && long.body.len() < 16_000);
}
