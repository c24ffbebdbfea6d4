//! Emissions to several sockets of this server that want acknowledgements.
//!
//! The text is written once for all; each socket that gets it has to expect the answer, so it goes through the connections
//! and not through the hub. Others in the rooms (SSE, plain WebSocket) get the plain event.

use cepa_hub::{Message, Outcome};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::time::{Instant, timeout_at};

use crate::Socket;
use crate::args::Args;
use crate::broadcast::plain;
use crate::engine::outgoing::Shared;
use crate::namespace::Namespace;
use crate::packet::write;

/// Questions that are ready to be asked.
#[derive(Default)]
pub(crate) struct Questions(Vec<Question>);

struct Question {
    socket: Socket,
    id: u64,
    message: Message,
    volatile: bool,
}

impl Questions {
    /// How many sockets are to be asked.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Adds the selected sockets; members that are none get the event now.
    pub(crate) fn add(
        &mut self,
        namespace: &Namespace,
        selection: cepa_hub::Broadcast<'_>,
        event: &str,
        args: &Args,
        compress: bool,
    ) {
        let id = namespace.next_ack();
        let text = write::event(namespace.name(), Some(id), event, args);
        let mut question = Shared::new(text, args.attachments(), compress);
        let plain = Message::new(plain(event, args).with_compress(compress));
        let volatile = selection.selection().is_volatile();
        for member in selection.members() {
            match namespace.socket(member.id()) {
                Some(socket) => {
                    let message = question.in_dialect(socket.session().format().dialect);
                    self.0.push(Question { socket, id, message, volatile });
                }
                None if volatile => drop(member.send_volatile(plain.clone())),
                None => drop(member.send(plain.clone())),
            }
        }
    }

    /// Asks, and gives each answer that comes before the deadline to `answer`, as it comes.
    pub(crate) async fn ask(
        &self,
        event: &str,
        args: &Args,
        deadline: Instant,
        mut answer: impl FnMut(Args) + Send,
    ) {
        let waiting = self.0.iter().filter_map(|question| {
            let Question { socket, id, message, volatile } = question;
            socket.overhear(event, args);
            let pending = socket.acks().expect(*id)?;
            let outcome = socket.session().send_message(message, *volatile);
            let asked = socket.session().client.ask();
            matches!(outcome, Outcome::Queued | Outcome::Replaced).then(|| async move {
                let _asked = asked;
                pending.answer().await
            })
        });
        let mut waiting: FuturesUnordered<_> = waiting.collect();
        // an answer that is there is taken however late it is
        while let Ok(Some(answered)) = timeout_at(deadline, waiting.next()).await {
            answered.into_iter().for_each(&mut answer);
        }
    }
}
