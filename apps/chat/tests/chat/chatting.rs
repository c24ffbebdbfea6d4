//! A chat of its own for each test: a folder that is removed at the end, the app in process, and a listener on demand.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cepa::poll::Polls;
use cepa::{Result, Server, Shutdown, Value, json};
use cepa_test::{Client, Response};
use chat::{Chat, Options, RoomName, Said, Saying, Who};
use tokio::task::JoinHandle;

/// Within which time everything here must happen; it ends a test that would wait for ever.
const DEADLINE: Duration = Duration::from_secs(20);

pub async fn within<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, what).await.expect("it did not happen in time")
}

pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("cepa-chat-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn options(&self) -> Options {
        Options {
            listen: "127.0.0.1:0".into(),
            db: self.0.join("chat.db"),
            pictures: self.0.join("pictures"),
            client_bundle: None,
            routes: false,
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub struct Chatting {
    pub chat: Arc<Chat>,
    pub client: Client,
    pub folder: Arc<Folder>,
}

impl Chatting {
    pub fn new() -> Self {
        Self::within(Arc::new(Folder::new()))
    }

    /// A chat over a history that may be there already.
    pub fn within(folder: Arc<Folder>) -> Self {
        Self::with(folder, Polls::default())
    }

    pub fn with_polls(polls: Polls) -> Self {
        Self::with(Arc::new(Folder::new()), polls)
    }

    fn with(folder: Arc<Folder>, polls: Polls) -> Self {
        let options = folder.options();
        let chat = Arc::new(Chat::open(&options.db, &options.pictures).unwrap().with_polls(polls));
        let client = Client::new(chat.app(&options));
        Self { chat, client, folder }
    }

    pub async fn get(&self, target: &str) -> Value {
        let response = within(self.client.get(target).send()).await;
        assert_eq!(response.status, 200, "{target}: {}", response.text());
        response.json()
    }

    pub async fn post(&self, target: &str, body: Value) -> Response {
        within(self.client.post(target).json(&body).send()).await
    }

    /// Says something over REST.
    pub async fn say(&self, room: &str, nick: &str, text: &str) -> Value {
        let body = json!({ "nick": nick, "client": nick, "text": text });
        let response = self.post(&format!("/api/rooms/{room}/messages"), body).await;
        assert_eq!(response.status, 201, "{}", response.text());
        response.json()
    }

    /// Says many things at once, without HTTP; gives them in the order of their ids.
    pub async fn say_many(&self, room: &str, texts: impl IntoIterator<Item = String>) -> Vec<Said> {
        let mut saying = tokio::task::JoinSet::new();
        for text in texts {
            let (chat, room) = (Arc::clone(&self.chat), name(room));
            let text = Saying::text(text);
            saying.spawn(async move { chat.say(room, who("crowd"), text).await.unwrap().said });
        }
        let mut said = within(saying.join_all()).await;
        said.sort_by_key(Said::id);
        said
    }

    /// Listens on a free port, on the runtime of the test.
    pub async fn listen(&self) -> Listening {
        let app = self.chat.app(&self.folder.options());
        let bound = Server::new(app).ambient().bind("127.0.0.1:0").await.unwrap();
        let (address, shutdown) = (bound.local_addr(), bound.shutdown());
        Listening { address, shutdown, served: tokio::spawn(bound.serve()) }
    }
}

pub struct Listening {
    pub address: SocketAddr,
    pub shutdown: Shutdown,
    pub served: JoinHandle<Result>,
}

impl Listening {
    pub async fn stop(self) {
        self.shutdown.begin();
        within(self.served).await.unwrap().unwrap();
    }
}

pub fn name(room: &str) -> RoomName {
    RoomName::parse(room).unwrap()
}

/// Somebody whose tab is called like the nick.
pub fn who(nick: &str) -> Who {
    Who::parse(nick, nick).unwrap()
}

pub fn ids(said: &[Said]) -> Vec<u64> {
    said.iter().map(Said::id).collect()
}

/// The ids of messages in an answer.
pub fn ids_of(messages: &Value) -> Vec<u64> {
    messages.as_array().unwrap().iter().map(|said| said["id"].as_u64().unwrap()).collect()
}

/// Code and status of a refusal, which must be problem+json with a sentence.
#[track_caller]
pub fn refusal(response: &Response) -> (u16, String) {
    assert_eq!(response.get("content-type"), "application/problem+json");
    let problem: Value = response.json();
    assert_eq!(problem["status"], response.status.as_u16());
    assert!(problem["detail"].as_str().unwrap().ends_with('.'), "{problem}");
    (response.status.as_u16(), problem["code"].as_str().unwrap().to_owned())
}
