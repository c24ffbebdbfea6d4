//! [`Events`]: an event stream, read as a browser reads it.

use tokio::time::timeout;

use crate::{Call, DEADLINE, EventParser, ServerEvent, Streaming};

/// An open event stream. Dropping it is what a page does that is closed.
///
/// ```
/// use cepa_core::App;
/// use cepa_sse::SseExt;
/// use cepa_test::Client;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let app = App::new().with(async |ctx, _next| {
///     let ticks = ctx.sse().send(async |events| {
///         for tick in 1..=2 {
///             events.emit("tick", &tick).await?;
///         }
///         Ok(())
///     });
///     ctx.set_body(ticks)
/// });
/// let mut events = Client::new(app).get("/ticks").events().await;
/// let tick = events.next().await.expect("a tick");
/// assert_eq!((&*tick.name, tick.json::<u32>()), ("tick", 1));
/// assert_eq!(events.next().await.expect("a tick").json::<u32>(), 2);
/// assert_eq!(events.next().await, None);
/// # }
/// ```
#[derive(Debug)]
pub struct Events {
    answer: Streaming,
    parser: EventParser,
}

impl Call {
    /// Sends the request and reads the answer as an event stream.
    ///
    /// # Panics
    /// When it is none: a status other than 200, or another type.
    pub async fn events(self) -> Events {
        let asks = self.request.headers().contains_key("accept");
        let call = if asks { self } else { self.header("accept", "text/event-stream") };
        let answer = call.stream().await;
        let kind = answer.get("content-type").split(';').next().unwrap_or_default().trim();
        if answer.status != 200 || kind != "text/event-stream" {
            let whole = answer.finish().await;
            #[expect(clippy::panic, reason = "documented")]
            {
                panic!("{}: expected an event stream\n\n{whole}", whole.about)
            }
        }
        Events { answer, parser: EventParser::new() }
    }
}

impl Events {
    /// The next event; `None` when the stream has ended.
    ///
    /// # Panics
    /// When the stream breaks off, or no event comes within [`DEADLINE`].
    pub async fn next(&mut self) -> Option<ServerEvent> {
        let next = async {
            loop {
                if let Some(event) = self.parser.next() {
                    return Some(event);
                }
                let chunk = self.answer.body.chunk().await?;
                let chunk = self.answer.whole(chunk);
                let pushed = self.parser.push(&chunk);
                assert_eq!(pushed, Ok(()), "{}", self.answer.about);
            }
        };
        match timeout(DEADLINE, next).await {
            Ok(event) => event,
            #[expect(clippy::panic, reason = "documented")]
            Err(_) => panic!("{}: no further event within {DEADLINE:?}", self.answer.about),
        }
    }

    /// The id to return with: `client.get("/events").header("last-event-id", events.last_id())`.
    pub fn last_id(&self) -> &str {
        self.parser.last_id()
    }

    /// The parser, which knows what else the stream has said.
    pub fn parser(&self) -> &EventParser {
        &self.parser
    }

    /// The status and the header fields of the answer.
    pub fn answer(&self) -> &Streaming {
        &self.answer
    }
}
