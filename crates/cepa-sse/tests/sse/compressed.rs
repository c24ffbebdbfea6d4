//! Under compression each event arrives when it is sent: curl reads it before the next one exists.

use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cepa_core::App;
use cepa_kit::{Compression, compress};
use cepa_server::Server;
use cepa_sse::{SseEvent, SseExt};
use futures_util::stream;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{ChildStdout, Command};
use tokio::sync::mpsc;
use tokio::time::timeout;

/// The codings of `compress` that this curl can read; Debian's reads all.
async fn codings() -> Vec<&'static str> {
    let output = Command::new("curl").arg("--version").output().await.unwrap();
    let version = String::from_utf8(output.stdout).unwrap();
    let features = version.lines().find(|line| line.starts_with("Features:")).unwrap();
    [("libz", "gzip"), ("libz", "deflate"), ("brotli", "br"), ("zstd", "zstd")]
        .into_iter()
        .filter_map(|(feature, coding)| features.contains(feature).then_some(coding))
        .collect()
}

async fn line(lines: &mut Lines<BufReader<ChildStdout>>) -> String {
    let line = timeout(Duration::from_secs(20), lines.next_line()).await.unwrap();
    line.unwrap().unwrap()
}

#[tokio::test]
async fn curl_reads_each_event_before_the_next_is_sent() {
    let codings = codings().await;
    assert!(codings.contains(&"gzip"), "{codings:?}");
    for coding in codings {
        let (send, numbers) = mpsc::channel::<u32>(1);
        let numbers = Arc::new(Mutex::new(Some(numbers)));
        let app = App::new().plug(compress()).with(async move |ctx, _next| {
            ctx.state.insert(Compression::Always);
            let numbers = numbers.lock().unwrap().take().unwrap();
            let events = stream::unfold(numbers, async |mut numbers| {
                let number = numbers.recv().await?;
                let event = SseEvent::json(&number).map(|event| event.id(number).unwrap());
                Some((event.map_err(Into::into), numbers))
            });
            let sse = ctx.sse().stream(events);
            ctx.set_body(sse)
        });
        let server = Server::new(app).ambient().bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", server.local_addr());
        let served = tokio::spawn(server.serve());
        let mut curl = Command::new("curl")
            .args(["--silent", "--no-buffer", "--include", "--compressed", "--header"])
            .args([&format!("accept-encoding: {coding}"), &url])
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(curl.stdout.take().unwrap()).lines();
        let mut coded = false;
        loop {
            match &*line(&mut lines).await {
                "" => break,
                header => {
                    let wanted = format!("content-encoding: {coding}");
                    coded |= header.eq_ignore_ascii_case(&wanted);
                }
            }
        }
        assert!(coded, "{coding}");
        assert_eq!([line(&mut lines).await, line(&mut lines).await], [":", ""]);
        for number in 0..20 {
            send.send(number).await.unwrap();
            let event = [line(&mut lines).await, line(&mut lines).await, line(&mut lines).await];
            assert_eq!(event, [format!("id: {number}"), format!("data: {number}"), String::new()]);
        }
        drop(send);
        assert!(curl.wait().await.unwrap().success(), "{coding}: the end is one");
        served.abort();
    }
}
