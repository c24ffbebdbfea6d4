//! Who may use the admin page: a name and a password, and then a session's id in their place.
//!
//! Invariants: a wrong name takes as long as a wrong password; a hash is computed on a thread for such work, two at a time,
//! so that guessing cannot take the processors; sessions are bounded in number and in time.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

use crate::error::ConnectError;
use crate::server::random_id;
use crate::{Socket, SocketIo};

/// How many passwords are checked at a time.
const AT_A_TIME: usize = 2;
/// How long one may wait for its turn.
const TURN: Duration = Duration::from_secs(10);
/// How long a session lasts.
const SESSION: Duration = Duration::from_secs(24 * 60 * 60);
/// How many sessions there may be; beyond, the oldest ends.
const MOST_SESSIONS: usize = 1000;

pub(super) struct Access {
    username: String,
    hash: String,
    turns: Semaphore,
    /// The oldest first.
    sessions: Mutex<VecDeque<(Instant, Box<str>)>>,
}

/// The id of a session that has just begun, for the page.
struct Begun(Box<str>);

impl Access {
    #[track_caller]
    pub(super) fn new(username: String, hash: &str) -> Access {
        assert!(hash.parse::<bcrypt::HashParts>().is_ok(), "the password is no hash of bcrypt");
        Access {
            username,
            hash: hash.to_owned(),
            turns: Semaphore::new(AT_A_TIME),
            sessions: Mutex::default(),
        }
    }

    /// Lets nobody else in.
    pub(super) fn guard(self, io: SocketIo) -> SocketIo {
        let access = Arc::new(self);
        io.admit(async move |socket| {
            if access.permits(&socket).await {
                return Ok(());
            }
            Err(ConnectError::new("invalid credentials").into())
        })
        .on_connect(async |socket| {
            if let Some(begun) = socket.data().remove::<Begun>() {
                socket.emit("session", &*begun.0)?;
            }
            Ok(())
        })
    }

    async fn permits(&self, socket: &Socket) -> bool {
        let auth = &socket.handshake().auth;
        if auth["sessionId"].as_str().is_some_and(|id| self.knows(id)) {
            return true;
        }
        let (Some(username), Some(password)) =
            (auth["username"].as_str(), auth["password"].as_str())
        else {
            return false;
        };
        if !self.is_password(password).await || username != self.username {
            return false;
        }
        let id = random_id();
        socket.data().insert(Begun(id.clone()));
        let mut sessions = self.sessions.lock();
        if sessions.len() == MOST_SESSIONS {
            sessions.pop_front();
        }
        sessions.push_back((Instant::now(), id));
        true
    }

    fn knows(&self, id: &str) -> bool {
        let mut sessions = self.sessions.lock();
        while sessions.front().is_some_and(|(begun, _)| begun.elapsed() >= SESSION) {
            sessions.pop_front();
        }
        sessions.iter().any(|(_, known)| **known == *id)
    }

    async fn is_password(&self, password: &str) -> bool {
        let Ok(Ok(_turn)) = timeout(TURN, self.turns.acquire()).await else { return false };
        let (password, hash) = (password.to_owned(), self.hash.clone());
        let checked = tokio::task::spawn_blocking(move || bcrypt::verify(password, &hash));
        matches!(checked.await, Ok(Ok(true)))
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access").field("username", &self.username).finish_non_exhaustive()
    }
}
