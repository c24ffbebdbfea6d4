//! The same operations on koa-session and on cepa give the same `Set-Cookie` lines, but for the clock.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cepa_core::{Keys, SameSite};
use cepa_session::Session;
use cepa_test::Client;
use serde_json::{Value, json};

use crate::browser::{Browser, app};
use crate::peer::Peer;

/// A line with the clock taken out: dates, `_expire`, and the signature once it has been checked.
fn timeless(line: &str, browser: &Browser) -> String {
    let (pair, attributes) = line.split_once("; ").unwrap();
    let (name, value) = pair.split_once('=').unwrap();
    let value = match name {
        "koa.sess" => {
            let json = String::from_utf8(STANDARD.decode(value).unwrap()).unwrap();
            match json.split_once("\"_expire\":") {
                Some((before, after)) => {
                    format!("{before}\"_expire\":T{}", after.trim_start_matches(char::is_numeric))
                }
                None => json,
            }
        }
        _ => {
            let signed = browser.cookies.get("koa.sess").cloned().unwrap_or_default();
            assert_eq!(Keys::new(["k1"]).sign(&format!("koa.sess={signed}")).unwrap(), value);
            "signed".to_owned()
        }
    };
    let attributes: Vec<&str> = attributes
        .split("; ")
        .map(|part| {
            if part.starts_with("expires=") && !part.contains("1970") { "expires=T" } else { part }
        })
        .collect();
    format!("{name}={value}; {}", attributes.join("; "))
}

/// Carries out steps on both and compares the lines after each of them.
async fn compare(peer: &Peer, theirs: Value, ours: impl Fn() -> Session, steps: &[Value]) {
    let options = json!({ "keys": ["k1"], "session": theirs });
    let client = Client::new(app(&["k1"], ours()));
    let (mut koa, mut cepa) = (Browser::default(), Browser::default());
    for step in steps {
        koa.koa(peer, &options, step.clone()).await;
        cepa.cepa(&client, step.clone()).await;
        let expected: Vec<String> = koa.lines.iter().map(|line| timeless(line, &koa)).collect();
        let actual: Vec<String> = cepa.lines.iter().map(|line| timeless(line, &cepa)).collect();
        assert_eq!(actual, expected, "after {step} with {options}");
    }
}

#[tokio::test]
async fn every_kind_of_step() {
    let peer = Peer::shared("session.mjs");
    let steps = [
        json!([]),
        json!([["look"]]),
        json!([["set", "b", "é\"\\\n"], ["set", "10", 1.0], ["set", "2", [1e21, 1e-7, -0.5]]]),
        json!([["look"]]),
        json!([["set", "b", 1], ["set", "b", "é\"\\\n"]]),
        json!([["remove", "b"], ["set", "b", 1]]),
        json!([["replace", { "z": { "y": null } }]]),
        json!([["save"]]),
        json!([["maxAge", 5000]]),
        json!([["set", "a", 1]]),
        json!([["maxAge", "session"]]),
        json!([["set", "a", 2]]),
        json!([["regenerate"]]),
        json!([["remove", "a"], ["remove", "z"]]),
        json!([["look"]]),
        json!([["destroy"]]),
        json!([["destroy"]]),
    ];
    let day = json!({ "maxAge": 86_400_000 });
    compare(peer, day, || Session::new().any_site(), &steps).await;

    let browser = json!({ "maxAge": "session", "sameSite": "strict", "httpOnly": false });
    let ours =
        || Session::new().until_browser_closes().same_site(SameSite::Strict).http_only(false);
    compare(peer, browser, ours, &steps).await;

    let rolling =
        json!({ "maxAge": 60_000, "rolling": true, "path": "/shop", "domain": "a.example" });
    let ours = || {
        let session = Session::new().max_age(Duration::from_secs(60)).rolling(true);
        session.path("/shop").domain("a.example").any_site()
    };
    // Beyond, koa-session forgets "until the browser closes" when it rolls after a regeneration.
    compare(peer, rolling, ours, &steps[..12]).await;

    let renew = json!({ "maxAge": 60_000, "renew": true, "signed": false });
    let ours =
        || Session::new().max_age(Duration::from_secs(60)).renew(true).signed(false).any_site();
    compare(peer, renew, ours, &steps).await;
}
