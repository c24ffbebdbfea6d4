//! The command line wins over the environment, and what is unknown is said.

use std::path::PathBuf;

use chat::Options;

fn read(arguments: &[&str], environment: &[(&str, &str)]) -> Result<Option<Options>, String> {
    let arguments = arguments.iter().map(ToString::to_string);
    let find = |name: &str| environment.iter().find(|(known, _)| *known == name);
    Options::read(arguments, |name| find(name).map(|(_, value)| (*value).to_owned()))
}

#[test]
fn defaults() {
    let options = read(&[], &[]).unwrap().unwrap();
    assert_eq!(options.listen, "127.0.0.1:3000");
    assert_eq!(options.db, PathBuf::from("chat.db"));
    assert_eq!(options.pictures, PathBuf::from("chat-pictures"));
    assert_eq!((options.client_bundle, options.routes), (None, false));
    assert!(read(&["--routes"], &[]).unwrap().unwrap().routes);
}

#[test]
fn arguments_win_over_the_environment() {
    let environment = [("CHAT_LISTEN", "[::]:80"), ("CHAT_DB", "/srv/a.db"), ("CHAT_PICTURES", "")];
    let options = read(&["--listen", "127.0.0.1:1", "--client-bundle=dist"], &environment);
    let options = options.unwrap().unwrap();
    assert_eq!(options.listen, "127.0.0.1:1");
    assert_eq!(options.db, PathBuf::from("/srv/a.db"));
    assert_eq!(options.pictures, PathBuf::from("/srv/chat-pictures"), "beside the history");
    assert_eq!(options.client_bundle, Some("dist".into()));
}

#[test]
fn help_and_mistakes() {
    assert_eq!(read(&["--db", "x", "--help"], &[]), Ok(None));
    assert_eq!(
        read(&["--dbb", "x"], &[]).unwrap_err(),
        "unknown argument --dbb; --help lists them"
    );
    assert_eq!(read(&["--db"], &[]).unwrap_err(), "--db needs a value");
    assert_eq!(read(&["--db="], &[]).unwrap_err(), "--db needs a value");
}
