//! The history, in one SQLite file.
//!
//! Shape: two threads, each with a connection of its own and a bounded queue in front. The writer takes all drafts that
//! wait, up to [`BATCH`], stores them in one transaction, delivers each in the order of its id and only then answers whoever
//! said it. So ids rise in the order of delivery, a message that anybody has seen is on disk, and a request that is
//! dropped half-way cannot leave a message stored and undelivered. A draft whose key its tab has used before is answered with
//! the message of that time, and neither stored nor delivered. The reader serves pages; SQLite's write-ahead log lets
//! both work at once.
//!
//! A full queue is refused with 503 rather than waited for. `synchronous = NORMAL`: a crash of the process loses nothing, a
//! crash of the machine may lose the last messages and never the file.
//!
//! Not here: deleting and searching; a chat that grows for years would want both.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use cepa::{Error, Result};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, TransactionBehavior, params};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

use crate::{Draft, DraftKey, Message, RoomName, Said, Stored};

/// The most drafts that wait for the writer.
pub const DRAFTS: usize = 1024;
/// The most reads that wait for the reader.
pub const READS: usize = 1024;
/// The most messages of one transaction, and so of one burst that readers must have room for.
pub const BATCH: usize = 64;

/// How long a start waits for a chat that is about to end.
pub const LOCK_WAIT: Duration = Duration::from_secs(2);
const LOCK_TRY_EVERY: Duration = Duration::from_millis(10);

/// What turns an older file into the present one, step by step; `user_version` counts the steps done.
const STEPS: [&str; 2] = [
    "
    CREATE TABLE messages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        room TEXT NOT NULL,
        nick TEXT NOT NULL,
        client TEXT NOT NULL,
        text TEXT NOT NULL,
        picture TEXT,
        at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX messages_of_room ON messages (room, id);
    CREATE TABLE rooms (name TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE INDEX rooms_by_last ON rooms (last);
",
    // ids of clients became secret, and what was stored of them had been shown to everybody: each becomes another name
    "
    CREATE TEMP TABLE tabs (client TEXT PRIMARY KEY, tab TEXT NOT NULL) STRICT, WITHOUT ROWID;
    INSERT INTO tabs SELECT client, lower(hex(randomblob(12))) FROM messages GROUP BY client;
    ALTER TABLE messages RENAME COLUMN client TO tab;
    UPDATE messages SET tab = (SELECT tabs.tab FROM tabs WHERE tabs.client = messages.tab);
    DROP TABLE tabs;
    ALTER TABLE messages ADD COLUMN key TEXT;
    CREATE UNIQUE INDEX messages_by_key ON messages (tab, key) WHERE key IS NOT NULL;
",
];

const COLUMNS: &str = "id, room, nick, text, picture, at, tab, key";

/// A handle to the two threads; they end when the last handle is dropped.
#[derive(Clone, Debug)]
pub struct Store {
    drafts: mpsc::Sender<Writing>,
    reads: mpsc::Sender<Reading>,
}

struct Writing {
    draft: Draft,
    answer: oneshot::Sender<Result<Stored>>,
}

type Reading = Box<dyn FnOnce(&mut Connection) + Send>;

/// A store that is open and whose writer does not run yet.
#[derive(Debug)]
pub struct Opened {
    path: Box<Path>,
    writer: Writer,
    last_id: u64,
}

/// The writer's connection, and the lock that makes it the only one.
#[derive(Debug)]
struct Writer {
    db: Connection,
    _lock: File,
}

impl Opened {
    /// The id of the newest message, 0 when there is none.
    pub fn last_id(&self) -> u64 {
        self.last_id
    }

    /// Starts the threads. `deliver` is called by the writer with each message that has been stored, in the order of ids.
    ///
    /// # Errors
    /// When a thread or the second connection cannot be had.
    pub fn start(self, deliver: impl Fn(&Said) + Send + 'static) -> Result<Store> {
        let (drafts, inbox) = mpsc::channel(DRAFTS);
        let (reads, requests) = mpsc::channel(READS);
        let reader = connect(&self.path)?;
        thread::Builder::new()
            .name("chat-writer".into())
            .spawn(move || write_all(self.writer, inbox, deliver))?;
        thread::Builder::new()
            .name("chat-reader".into())
            .spawn(move || read_all(reader, requests))?;
        Ok(Store { drafts, reads })
    }
}

impl Store {
    /// Opens the file, makes it when there is none, and brings an older one up to date.
    ///
    /// # Errors
    /// When it cannot be opened, is in use, is no database of this program, or is one of a newer version; the message
    /// names it.
    pub fn open(path: &Path) -> Result<Opened> {
        let failed = |why: &dyn std::fmt::Display| {
            Error::internal(format!("cannot open the database {}: {why}", path.display()))
        };
        let lock = lock(path).map_err(|why| failed(&why))?;
        let mut db = connect(path).map_err(|why| failed(&why))?;
        migrate(&mut db).map_err(|why| failed(&why))?;
        let last_id = db
            .query_row("SELECT coalesce(max(id), 0) FROM messages", [], |row| row.get(0))
            .map_err(|why| failed(&why))?;
        let writer = Writer { db, _lock: lock };
        Ok(Opened { path: path.into(), writer, last_id: unsigned(last_id) })
    }

    /// Stores a message; it has been delivered when this returns.
    ///
    /// # Errors
    /// 503 `busy` when too many wait; 500 when the database fails.
    pub async fn insert(&self, draft: Draft) -> Result<Stored> {
        let (answer, stored) = oneshot::channel();
        self.drafts.try_send(Writing { draft, answer }).map_err(refused)?;
        stored.await.map_err(Error::internal)?
    }

    /// The messages of a room above one id and up to another, oldest first; the oldest `limit` of them.
    ///
    /// # Errors
    /// As [`Store::insert`].
    pub async fn between(
        &self,
        room: &RoomName,
        above: u64,
        up_to: u64,
        limit: usize,
    ) -> Result<Vec<Said>> {
        let room = room.clone();
        self.read(move |db| {
            let sql = format!(
                "SELECT {COLUMNS} FROM messages WHERE room = ?1 AND id > ?2 AND id <= ?3 ORDER BY id LIMIT ?4"
            );
            let mut statement = db.prepare_cached(&sql)?;
            let rows = params![room.as_str(), id(above), id(up_to), id(limit as u64)];
            said(statement.query_map(rows, message)?)
        })
        .await
    }

    /// The newest messages of a room below an id, oldest first.
    ///
    /// # Errors
    /// As [`Store::insert`].
    pub async fn newest(&self, room: &RoomName, below: u64, limit: usize) -> Result<Vec<Said>> {
        let room = room.clone();
        self.read(move |db| {
            let sql = format!(
                "SELECT {COLUMNS} FROM messages WHERE room = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3"
            );
            let mut statement = db.prepare_cached(&sql)?;
            let rows = params![room.as_str(), id(below), id(limit as u64)];
            let mut found = said(statement.query_map(rows, message)?)?;
            found.reverse();
            Ok(found)
        })
        .await
    }

    /// The names of the rooms where something was said last.
    ///
    /// # Errors
    /// As [`Store::insert`].
    pub async fn rooms(&self, limit: usize) -> Result<Vec<String>> {
        self.read(move |db| {
            let sql = "SELECT name FROM rooms ORDER BY last DESC LIMIT ?1";
            let mut statement = db.prepare_cached(sql)?;
            let names = statement.query_map([id(limit as u64)], |row| row.get(0))?;
            Ok(names.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (answer, found) = oneshot::channel();
        let reading: Reading = Box::new(move |db| {
            // nobody waits any more when the request has gone
            if !answer.is_closed() {
                let _ = answer.send(read(db));
            }
        });
        self.reads.try_send(reading).map_err(refused)?;
        found.await.map_err(Error::internal)?
    }
}

fn refused<T>(why: TrySendError<T>) -> Error {
    match why {
        TrySendError::Full(_) => {
            let why = "The chat is busy; please try again.";
            Error::new(503, why).with_code("busy").expose(true)
        }
        TrySendError::Closed(_) => Error::internal("a thread of the store has ended"),
    }
}

/// SQLite's integers are signed; ids and limits are far below where that matters.
fn id(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    // a path is a path: no `file:` addresses
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "NORMAL")?;
    Ok(db)
}

/// Two chats on one file would not hear each other. The lock is a file of its own, since SQLite has its own ways with the
/// database's; the system gives it free however the process ends.
fn lock(db: &Path) -> Result<File, String> {
    let mut path = db.as_os_str().to_owned();
    path.push("-lock");
    let file = File::options().create(true).append(true).open(&path);
    let file = file.map_err(|error| error.to_string())?;
    let deadline = Instant::now() + LOCK_WAIT;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                thread::sleep(LOCK_TRY_EVERY);
            }
            Err(TryLockError::WouldBlock) => return Err("another chat is using it".into()),
            Err(TryLockError::Error(error)) => return Err(error.to_string()),
        }
    }
}

fn migrate(db: &mut Connection) -> Result<(), String> {
    let text = |error: rusqlite::Error| error.to_string();
    let change = db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(text)?;
    let done: u32 =
        change.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(text)?;
    let Some(missing) = STEPS.get(done as usize..) else {
        return Err("it was made by a newer version of the chat".into());
    };
    for step in missing {
        change.execute_batch(step).map_err(text)?;
    }
    change.pragma_update(None, "user_version", STEPS.len() as u32).map_err(text)?;
    change.commit().map_err(text)
}

fn read_all(mut db: Connection, mut requests: mpsc::Receiver<Reading>) {
    while let Some(read) = requests.blocking_recv() {
        read(&mut db);
    }
}

fn write_all(mut writer: Writer, mut inbox: mpsc::Receiver<Writing>, deliver: impl Fn(&Said)) {
    while let Some(first) = inbox.blocking_recv() {
        let mut batch = vec![first];
        while batch.len() < BATCH
            && let Ok(next) = inbox.try_recv()
        {
            batch.push(next);
        }
        match write(&mut writer.db, &batch) {
            Ok(stored) => {
                for (stored, writing) in stored.into_iter().zip(batch) {
                    if stored.is_new {
                        deliver(&stored.said);
                    }
                    let _ = writing.answer.send(Ok(stored));
                }
            }
            Err(error) => {
                let why = error.to_string();
                for writing in batch {
                    let _ = writing.answer.send(Err(Error::internal(why.clone())));
                }
            }
        }
    }
}

fn write(db: &mut Connection, batch: &[Writing]) -> Result<Vec<Stored>> {
    let change = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let stored = batch.iter().map(|writing| insert(&change, &writing.draft));
    let stored = stored.collect::<Result<Vec<Stored>>>()?;
    change.commit()?;
    Ok(stored)
}

fn insert(db: &Connection, draft: &Draft) -> Result<Stored> {
    let tab = draft.who.client.tab();
    let key = draft.key.as_ref().map(DraftKey::as_str);
    if let Some(first) = said_before(db, tab.as_str(), key)? {
        return Ok(Stored { said: Said::new(first)?, is_new: false });
    }
    let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let at = u64::try_from(at).unwrap_or_default();
    let (room, nick, tab) = (draft.room.as_str(), draft.who.nick.as_str(), tab.as_str());
    db.prepare_cached(
        "INSERT INTO messages (room, nick, tab, text, picture, at, key) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![room, nick, tab, draft.text, draft.picture, id(at), key])?;
    let stored = db.last_insert_rowid();
    db.prepare_cached(
        "INSERT INTO rooms (name, last) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET last = ?2",
    )?
    .execute(params![room, stored])?;
    let said = Said::new(Message {
        id: unsigned(stored),
        room: room.to_owned(),
        nick: nick.to_owned(),
        text: draft.text.clone(),
        picture: draft.picture.clone(),
        at,
        tab: tab.to_owned(),
        key: key.map(str::to_owned),
    })?;
    Ok(Stored { said, is_new: true })
}

/// The message of this tab that had this key.
fn said_before(db: &Connection, tab: &str, key: Option<&str>) -> Result<Option<Message>> {
    let Some(key) = key else { return Ok(None) };
    let sql = format!("SELECT {COLUMNS} FROM messages WHERE tab = ?1 AND key = ?2");
    let mut statement = db.prepare_cached(&sql)?;
    Ok(statement.query_row(params![tab, key], message).optional()?)
}

fn message(row: &Row<'_>) -> rusqlite::Result<Message> {
    Ok(Message {
        id: unsigned(row.get(0)?),
        room: row.get(1)?,
        nick: row.get(2)?,
        text: row.get(3)?,
        picture: row.get(4)?,
        at: unsigned(row.get(5)?),
        tab: row.get(6)?,
        key: row.get(7)?,
    })
}

fn said(rows: impl Iterator<Item = rusqlite::Result<Message>>) -> Result<Vec<Said>> {
    rows.map(|row| Said::new(row?)).collect()
}
