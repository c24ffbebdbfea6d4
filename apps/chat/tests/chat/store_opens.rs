//! A database that cannot be used is a message with its name, never a damaged file.

use chat::Chat;

use crate::chatting::Folder;

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
