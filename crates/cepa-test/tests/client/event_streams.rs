//! Event streams are read by the rules of browsers (WHATWG HTML, 9.2.6), however they are cut.

use cepa_core::App;
use cepa_sse::{SseEvent, SseExt};
use cepa_test::{Client, EventParser, EventTooLong, ServerEvent};
use proptest::prelude::*;

fn parse(chunks: &[&[u8]]) -> EventParser {
    let mut parser = EventParser::new();
    for chunk in chunks {
        parser.push(chunk).unwrap();
    }
    parser
}

fn event(name: &str, data: &str, id: &str) -> ServerEvent {
    ServerEvent { name: name.into(), data: data.into(), id: id.into() }
}

#[test]
fn the_examples_of_the_standard() {
    for (stream, events) in [
        (
            "data: This is the first message.\n\ndata: second\ndata: with lines\n\n",
            vec![
                event("message", "This is the first message.", ""),
                event("message", "second\nwith lines", ""),
            ],
        ),
        (
            "event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\n",
            vec![event("add", "73857293", ""), event("remove", "2153", "")],
        ),
        ("data: YHOO\ndata: +2\ndata: 10\n\n", vec![event("message", "YHOO\n+2\n10", "")]),
        (
            ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
            vec![
                event("message", "first event", "1"),
                event("message", "second event", ""),
                event("message", " third event", ""),
            ],
        ),
        ("data\n\ndata\ndata\n\ndata:", vec![event("message", "", ""), event("message", "\n", "")]),
        (
            "data:test\n\ndata: test\n\n",
            vec![event("message", "test", ""), event("message", "test", "")],
        ),
    ] {
        let parsed: Vec<_> = parse(&[stream.as_bytes()]).collect();
        assert_eq!(parsed, events, "{stream:?}");
    }
}

#[test]
fn the_rest_of_the_rules() {
    for (stream, events) in [
        ("\u{feff}data: mark\n\n", vec![event("message", "mark", "")]),
        ("\u{feff}\u{feff}data: twice\n\n", vec![]),
        (
            "data: a\r\rdata: b\r\n\r\ndata: c\n\r",
            vec![event("message", "a", ""), event("message", "b", ""), event("message", "c", "")],
        ),
        ("event: lost\n\ndata: x\n\n", vec![event("message", "x", "")]),
        ("id: 1\n\ndata: x\n\n", vec![event("message", "x", "1")]),
        ("id: 1\0\ndata: x\n\n", vec![event("message", "x", "")]),
        ("Data: x\n data: x\nother: x\n\n", vec![]),
        ("event: a\nevent: b\ndata: x\n\n", vec![event("b", "x", "")]),
        ("data: unfinished\nid: 9\n", vec![]),
    ] {
        let mut parser = parse(&[stream.as_bytes()]);
        let parsed: Vec<_> = parser.by_ref().collect();
        assert_eq!(parsed, events, "{stream:?}");
    }
    assert_eq!(parse(&[b"id: 9\ndata: x\n"]).last_id(), "");
    assert_eq!(parse(&[b"data: \xff\xfe\n\n"]).next().unwrap().data, "\u{fffd}\u{fffd}");
    assert_eq!(parse(&[b"retry: 1500\n"]).retry().unwrap().as_millis(), 1500);
    for wrong in ["retry: 1.5\n", "retry: -1\n", "retry:\n", "retry: 1s\n"] {
        assert_eq!(parse(&[wrong.as_bytes()]).retry(), None, "{wrong:?}");
    }
}

#[test]
fn an_endless_event_is_refused() {
    let mut parser = EventParser::new();
    let line = [b"data: ", &[b'x'; 1 << 20][..], b"\n"].concat();
    let ended = (0..17).map(|_| parser.push(&line)).collect::<Result<Vec<_>, _>>();
    assert_eq!(ended, Err(EventTooLong));
    let mut parser = EventParser::new();
    assert_eq!(parser.push(&vec![b'x'; EventParser::MAX_EVENT_BYTES + 1]), Err(EventTooLong));
}

proptest! {
    #[test]
    fn where_a_stream_is_cut_does_not_matter(
        stream in "(data|id|event|retry|:| |\u{feff}|é|x|0|\r|\n|\r\n){0,60}",
        cuts in prop::collection::vec(0_usize..200, 0..8),
    ) {
        let bytes = stream.as_bytes();
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let chunks: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
        let (whole, cut) = (parse(&[bytes]), parse(&chunks));
        prop_assert_eq!((whole.last_id(), whole.retry()), (cut.last_id(), cut.retry()));
        prop_assert_eq!(whole.collect::<Vec<_>>(), cut.collect::<Vec<_>>());
    }

    #[test]
    fn what_cepa_writes_is_read_as_it_was_meant(data in "\\PC*(\n\\PC*){0,3}", name in "[a-z]{1,8}") {
        let bytes = SseEvent::text(data.clone()).event(name.clone()).unwrap().id(7).unwrap().encode();
        let events: Vec<_> = parse(&[&bytes]).collect();
        prop_assert_eq!(events, vec![event(&name, &data, "7")]);
    }
}

fn ticking() -> Client {
    Client::new(App::new().with(async |ctx, _next| {
        let since = ctx.last_event_id().and_then(|id| id.parse().ok()).unwrap_or(0_u32);
        let ticks = ctx.sse().send(async move |events| {
            for tick in since + 1.. {
                events.send(SseEvent::text(tick.to_string()).id(tick)?).await?;
            }
            Ok(())
        });
        ctx.set_body(ticks)
    }))
}

#[tokio::test]
async fn a_reader_returns_with_its_last_id() {
    let client = ticking();
    let mut events = client.get("/").events().await;
    assert_eq!(events.next().await.unwrap().data, "1");
    assert_eq!(events.next().await.unwrap().data, "2");
    let id = events.last_id().to_owned();
    drop(events);
    let mut events = client.get("/").header("last-event-id", &id).events().await;
    assert_eq!(events.next().await.unwrap().data, "3");
}

#[tokio::test]
#[should_panic(expected = "GET /: expected an event stream\n\n200 OK")]
async fn what_is_no_event_stream_is_a_panic() {
    Client::new(App::new().with(async |ctx, _next| ctx.set_body("data: x\n\n")))
        .get("/")
        .events()
        .await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "GET /: no further event within 10s")]
async fn an_event_is_not_awaited_for_ever() {
    let app = App::new().with(async |ctx, _next| {
        let silence = ctx.sse().send(async |_events| std::future::pending().await);
        ctx.set_body(silence)
    });
    Client::new(app).get("/").events().await.next().await;
}
