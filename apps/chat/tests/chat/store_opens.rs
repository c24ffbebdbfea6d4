//! A database that cannot be used is a message with its name, never a damaged file.

use std::sync::Arc;

use chat::Chat;

use crate::chatting::{Chatting, Folder};

fn refused(folder: &Folder) -> String {
    let options = folder.options();
    let error = Chat::open(&options.db, &options.pictures).unwrap_err();
    error.source().unwrap().to_string()
}

#[test]
fn a_folder_that_is_not_there() {
    let folder = Folder::new();
    let db = folder.path().join("nowhere/chat.db");
    let error = Chat::open(&db, &folder.options().pictures).unwrap_err().to_string();
    assert!(error.contains("cannot open the database") && error.contains("nowhere"), "{error}");
}

#[test]
fn a_file_that_is_no_database() {
    let folder = Folder::new();
    let text = "this is a text of mine, and not a database\n".repeat(50);
    std::fs::write(folder.options().db, &text).unwrap();
    let why = refused(&folder);
    assert!(why.contains("chat.db") && why.contains("not a database"), "{why}");
    assert_eq!(std::fs::read_to_string(folder.options().db).unwrap(), text);
}

#[test]
fn one_of_a_newer_version() {
    let folder = Folder::new();
    let db = rusqlite::Connection::open(folder.options().db).unwrap();
    db.pragma_update(None, "user_version", 1000).unwrap();
    drop(db);
    let why = refused(&folder);
    assert!(why.contains("newer version"), "{why}");
}

/// Ids of tabs are secret now; the file of a version that showed them to everybody must not go on showing them.
#[tokio::test]
async fn one_of_the_first_version_is_brought_up_to_date() {
    let folder = Arc::new(Folder::new());
    let db = rusqlite::Connection::open(folder.options().db).unwrap();
    db.execute_batch(
        "CREATE TABLE messages (
            id INTEGER PRIMARY KEY AUTOINCREMENT, room TEXT NOT NULL, nick TEXT NOT NULL,
            client TEXT NOT NULL, text TEXT NOT NULL, picture TEXT, at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX messages_of_room ON messages (room, id);
        CREATE TABLE rooms (name TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE INDEX rooms_by_last ON rooms (last);
        INSERT INTO messages (room, nick, client, text, at) VALUES
            ('lobby', 'ana', 'tab-1', 'a', 1), ('lobby', 'bo', 'tab-2', 'b', 2), ('lobby', 'ana', 'tab-1', 'c', 3);
        INSERT INTO rooms VALUES ('lobby', 3);
        PRAGMA user_version = 1;",
    )
    .unwrap();
    drop(db);
    let chatting = Chatting::within(folder);
    chatting.say("lobby", "cy", "d").await;
    let history = chatting.get("/api/rooms/lobby/history").await;
    let said = history["messages"].as_array().unwrap();
    let texts: Vec<_> = said.iter().map(|said| said["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["a", "b", "c", "d"]);
    assert_eq!(said[0]["tab"], said[2]["tab"], "one tab keeps one name");
    assert_ne!(said[0]["tab"], said[1]["tab"]);
    assert!(!history.to_string().contains("tab-"), "{history}");
}

#[test]
fn a_folder_of_pictures_that_is_a_file() {
    let folder = Folder::new();
    std::fs::write(folder.options().pictures, "x").unwrap();
    let why = refused(&folder);
    assert!(why.contains("pictures"), "{why}");
}

#[test]
fn one_that_another_chat_uses() {
    let folder = Folder::new();
    let options = folder.options();
    let first = Chat::open(&options.db, &options.pictures).unwrap();
    let why = refused(&folder);
    assert!(why.contains("chat.db: another chat is using it"), "{why}");
    drop(first);
    Chat::open(&options.db, &options.pictures).unwrap();
}
