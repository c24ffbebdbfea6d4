//! Long polls: news at once, news later, no news; how many, and whose.

#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod a_state;
mod bounds;
mod following_a_log;
mod looking;

use std::sync::Arc;
use std::time::Duration;

use cepa_core::{App, CancellationToken};
use cepa_hub::{Hub, Log, LogOptions};
use cepa_poll::{PollOptions, Polls};
use cepa_test::Client;

/// Longer than any test.
const LONG: Duration = Duration::from_secs(3600);

/// An app that follows one log, whose client key is in the query.
struct Following {
    log: Log,
    polls: Polls,
    client: Client,
    closing: CancellationToken,
}

fn following(options: PollOptions) -> Following {
    remembering(LogOptions::new().first_id(1).limit_entries(3), options)
}

fn remembering(memory: LogOptions, options: PollOptions) -> Following {
    let log = Log::new(&Hub::new(), "news", memory);
    let polls = Polls::with(options);
    let app = App::new().share(Arc::new((log.clone(), polls.clone()))).with(async |ctx, _next| {
        let (log, polls) = ctx.shared::<(Log, Polls)>();
        let batch = polls.follow(ctx, log, ctx.request.query_value("client").as_deref()).await?;
        ctx.set_body(batch)
    });
    let client = Client::new(app);
    let closing = client.callback().closing().clone();
    Following { log, polls, client, closing }
}

impl Following {
    /// Begins a poll and waits until it is held.
    async fn held(&self, target: &str) -> tokio::task::JoinHandle<String> {
        let before = self.polls.held();
        let call = self.client.get(target);
        let answer = tokio::spawn(async move { call.send().await.text().to_owned() });
        while self.polls.held() == before {
            tokio::task::yield_now().await;
        }
        answer
    }
}
