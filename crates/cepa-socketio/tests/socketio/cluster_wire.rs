//! An adapter that uses nothing but what the crate shows to everybody: all that servers ask of each other, and answer, goes
//! as the bytes of Node's cluster messages (JSON, or msgpack where there is binary), here in one process.
//!
//! A server ignores its own messages, and those of other namespaces.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use cepa_socketio::adapter::{Adapter, Answer, Answered, Asked, Local, Request, message};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, timeout_at};

use crate::cluster_format::*;

/// All servers of a cluster.
#[derive(Clone, Default)]
pub struct Wire(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    nodes: Vec<Node>,
    /// Who waits for the answers to which request.
    asked: HashMap<String, UnboundedSender<Answer>>,
    requests: u64,
}

struct Node {
    uid: String,
    open: Vec<Local>,
    inbox: UnboundedSender<Bytes>,
}

struct End {
    wire: Wire,
    index: usize,
}

impl Wire {
    /// One more server.
    pub fn end(&self) -> impl Adapter {
        let (inbox, messages) = unbounded_channel();
        let mut state = self.0.lock().unwrap();
        let index = state.nodes.len();
        let uid = format!("{index:016x}");
        state.nodes.push(Node { uid: uid.clone(), open: Vec::new(), inbox });
        tokio::spawn(self.clone().receive(index, uid, messages));
        End { wire: self.clone(), index }
    }

    /// A namespace of a server.
    pub fn local_on(&self, index: usize, name: &str) -> Local {
        self.find(index, name).unwrap()
    }

    /// The names that are open on a server.
    pub fn open_on(&self, index: usize) -> Vec<String> {
        let state = self.0.lock().unwrap();
        state.nodes[index].open.iter().map(|local| local.name().to_owned()).collect()
    }

    /// What anybody may say to all servers.
    pub fn publish(&self, message: &Bytes) {
        for node in &self.0.lock().unwrap().nodes {
            node.inbox.send(message.clone()).unwrap();
        }
    }

    fn find(&self, index: usize, name: &str) -> Option<Local> {
        let state = self.0.lock().unwrap();
        state.nodes[index].open.iter().find(|local| local.name() == name).cloned()
    }

    async fn receive(self, index: usize, uid: String, mut messages: UnboundedReceiver<Bytes>) {
        while let Some(bytes) = messages.recv().await {
            // what is no message of ours is nobody's loss
            let Ok(head) = message::read::<Head>(&bytes) else { continue };
            let Some(local) = self.find(index, &head.nsp) else { continue };
            if head.uid == uid {
                continue;
            }
            if matches!(head.r#type, FETCHED | SERVER_SIDE_ANSWER | COUNT | ACK) {
                self.settle(head.r#type, &bytes);
                continue;
            }
            match decode(head.r#type, &bytes) {
                Ok((request, None)) => {
                    // requests of one server are performed in their order
                    local.perform(request, |answer| panic!("{answer:?} to nobody")).await;
                }
                Ok((request, Some(id))) => {
                    let (wire, uid) = (self.clone(), uid.clone());
                    tokio::spawn(async move {
                        let of = request.clone();
                        let answer = |answer| {
                            wire.publish(&encode_answer(&uid, local.name(), &of, &id, answer));
                        };
                        local.perform(request, answer).await;
                    });
                }
                Err(_) => {}
            }
        }
    }

    fn settle(&self, r#type: u8, bytes: &Bytes) {
        let Ok(Message { data: Answers { request_id }, .. }) = message::read(bytes) else { return };
        let Ok(answer) = decode_answer(r#type, bytes) else { return };
        // one that comes late is nobody's any more; all servers see it here
        if let Some(waiting) = self.0.lock().unwrap().asked.get(&request_id) {
            let _ = waiting.send(answer);
        }
    }
}

impl Adapter for End {
    fn open(&self, namespace: Local) {
        self.wire.0.lock().unwrap().nodes[self.index].open.push(namespace);
    }

    fn close(&self, namespace: &str) {
        let mut state = self.wire.0.lock().unwrap();
        state.nodes[self.index].open.retain(|local| local.name() != namespace);
    }

    fn send(&self, namespace: &str, request: Request) {
        let uid = format!("{:016x}", self.index);
        self.wire.publish(&encode(&uid, namespace, request, None));
    }

    fn ask<'a>(&'a self, namespace: &'a str, request: Request, deadline: Instant) -> Asked<'a> {
        Box::pin(async move {
            let (sender, mut answers) = unbounded_channel();
            let (uid, id, others) = {
                let mut state = self.wire.0.lock().unwrap();
                state.requests += 1;
                let id = format!("{:016x}", state.requests);
                state.asked.insert(id.clone(), sender);
                let open = |node: &&Node| node.open.iter().any(|it| it.name() == namespace);
                let others = state.nodes.iter().filter(open).count() - 1;
                (state.nodes[self.index].uid.clone(), id, others)
            };
            let counted = matches!(request, Request::EmitWithAck(..));
            self.wire.publish(&encode(&uid, namespace, request, Some(&id)));
            // servers that have not answered, or not said how many of their clients will
            let mut servers = others;
            let mut clients = 0;
            let mut all = Vec::new();
            while servers + clients > 0 {
                match timeout_at(deadline, answers.recv()).await {
                    Ok(Some(Answer::Count(count))) => {
                        servers -= 1;
                        clients += count;
                    }
                    Ok(Some(answer)) => {
                        *(if counted { &mut clients } else { &mut servers }) -= 1;
                        all.push(answer);
                    }
                    _ => break,
                }
            }
            self.wire.0.lock().unwrap().asked.remove(&id);
            Answered { answers: all, missing: servers + clients }
        })
    }
}
