//! A line for every request.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use cepa_core::{App, Body};
use cepa_kit::{Logger, logger, request_id};
use cepa_test::Client;
use serde_json::Value;

type Lines = Arc<Mutex<Vec<String>>>;

fn client(style: fn(Logger) -> Logger) -> (Client, Lines) {
    let lines = Lines::default();
    let keep = lines.clone();
    let logger = style(logger()).sink(move |line| keep.lock().unwrap().push(line.to_owned()));
    let app = App::new().on_error(|_, _| {}).plug(logger).plug(request_id());
    let app = app.with(async |ctx, _next| match ctx.path() {
        "/text" => ctx.set_body("hello"),
        "/big" => ctx.set_body("x".repeat(1500)),
        "/thrown" => ctx.throw(403, "not you"),
        "/nothing" => ctx.set_body(Body::empty()),
        "/stream" => {
            let chunks = (0..3).map(|_| Ok(Bytes::from_static(b"1234")));
            ctx.set_body(Body::stream(futures_util::stream::iter(chunks)))
        }
        "/sized" => ctx.set_body(Body::sized(
            futures_util::stream::iter([Ok(Bytes::from_static(b"1234"))]),
            4,
        )),
        "/never" => std::future::pending().await,
        "/panic" => panic!("peeled too far"),
        _ => Ok(()),
    });
    (Client::new(app), lines)
}

/// The last line, with its time taken out.
fn last(lines: &Lines) -> String {
    let line = lines.lock().unwrap().last().unwrap().clone();
    let words = line.split(' ').map(|word| if word.ends_with("ms") { "T" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn people_read_what_koa_logger_writes() {
    let (client, lines) = client(|logger| logger.pretty(false));
    client.get("/text?a=1").send().await;
    assert_eq!(lines.lock().unwrap()[0], "  <-- GET /text?a=1");
    assert_eq!(last(&lines), "  --> GET /text?a=1 200 T 5b");
    client.get("/big").send().await;
    assert_eq!(last(&lines), "  --> GET /big 200 T 1.46kb");
    client.get("/nothing").send().await;
    assert_eq!(last(&lines), "  --> GET /nothing 204 T ");
    client.get("/none").send().await;
    assert_eq!(last(&lines), "  --> GET /none 404 T -");
    client.post("/thrown").send().await;
    assert_eq!(last(&lines), "  xxx POST /thrown 403 T -");
}

#[tokio::test]
async fn a_terminal_gets_colours() {
    let (client, lines) = client(|logger| logger.pretty(true));
    client.get("/text").send().await;
    assert!(lines.lock().unwrap()[1].contains("\x1b[32m200\x1b[0m"));
}

#[tokio::test]
async fn programs_read_json() {
    let (client, lines) = client(Logger::json);
    let call = client.get("/text").header("request-id", "abc").peer("10.1.2.3:9".parse().unwrap());
    call.send().await;
    let line: Value = serde_json::from_str(&lines.lock().unwrap()[0]).unwrap();
    assert_eq!((&line["method"], &line["url"]), (&"GET".into(), &"/text".into()));
    assert_eq!((&line["status"], &line["bytes"]), (&200.into(), &5.into()));
    assert_eq!((&line["ip"], &line["id"]), (&"10.1.2.3".into(), &"abc".into()));
    assert!(line["time"].as_u64().unwrap() > 1_700_000_000_000 && line["ms"].is_f64());
    assert!(line.get("error").is_none() && line.get("closed").is_none());
    client.get("/thrown").send().await;
    let line: Value = serde_json::from_str(lines.lock().unwrap().last().unwrap()).unwrap();
    assert_eq!((&line["status"], &line["error"]), (&403.into(), &"403 not you".into()));
}

#[tokio::test]
async fn a_stream_is_logged_at_its_end() {
    let (client, lines) = client(|logger| logger.pretty(false));
    let mut response = client.get("/stream").stream().await;
    response.body.chunk().await.unwrap().unwrap();
    assert_eq!(lines.lock().unwrap().len(), 1, "not before");
    while response.body.chunk().await.is_some() {}
    assert_eq!(last(&lines), "  --> GET /stream 200 T 12b");
    let mut response = client.get("/sized").stream().await;
    assert_eq!(response.headers["content-length"], "4");
    response.body.chunk().await.unwrap().unwrap();
    drop(response);
    assert_eq!(
        last(&lines),
        "  --> GET /sized 200 T 4b",
        "nobody asks for the end of a known length"
    );
}

#[tokio::test]
async fn a_client_that_goes_away_is_marked() {
    let (client, lines) = client(|logger| logger.pretty(false));
    let mut response = client.get("/stream").stream().await;
    response.body.chunk().await.unwrap().unwrap();
    drop(response);
    assert_eq!(last(&lines), "  -x- GET /stream 200 T 4b");
    client.head("/stream").send().await;
    assert_eq!(last(&lines), "  --> HEAD /stream 200 T -");
}

#[tokio::test]
async fn a_client_that_does_not_wait_for_the_answer_has_its_line() {
    let (client, lines) = client(|logger| logger.pretty(false));
    let call = client.get("/never").send();
    assert!(tokio::time::timeout(std::time::Duration::ZERO, call).await.is_err());
    assert_eq!(last(&lines), "  -x- GET /never - T -");
    client.get("/panic").send().await;
    assert_eq!(last(&lines), "  xxx GET /panic 500 T -");
    let (client, lines) = self::client(Logger::json);
    let call = client.get("/never").send();
    assert!(tokio::time::timeout(std::time::Duration::ZERO, call).await.is_err());
    let line: Value = serde_json::from_str(lines.lock().unwrap().last().unwrap()).unwrap();
    assert_eq!((&line["status"], &line["closed"]), (&Value::Null, &true.into()));
}
