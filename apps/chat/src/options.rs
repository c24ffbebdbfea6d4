//! The command line and the environment: the first wins.

use std::path::PathBuf;

/// What `--help` prints.
pub const HELP: &str = "\
A chat on five transports, made with cepa.

Usage: chat [options]

  --listen ADDRESS      where to listen, 127.0.0.1:3000 by default      (CHAT_LISTEN)
  --db FILE             the history, chat.db by default                 (CHAT_DB)
  --pictures DIR        the pictures, chat-pictures beside the history  (CHAT_PICTURES)
  --client-bundle DIR   a folder with the official socket.io.js, which
                        the page then offers as one more transport      (CHAT_CLIENT_BUNDLE)
  --routes              prints the table of routes and ends
  --help                this text
";

/// How the chat is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The address to listen on.
    pub listen: String,
    /// The database file.
    pub db: PathBuf,
    /// The folder of pictures.
    pub pictures: PathBuf,
    /// A folder with the official Socket.IO client.
    pub client_bundle: Option<PathBuf>,
    /// Whether the table of routes is printed in place of serving.
    pub routes: bool,
}

impl Options {
    /// Reads arguments (without the program's name) and the environment; `None` when help was asked for.
    ///
    /// # Errors
    /// A sentence, when an argument is unknown or lacks its value.
    pub fn read(
        arguments: impl IntoIterator<Item = String>,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, String> {
        let mut routes = false;
        let mut given = [const { None }; 4];
        const NAMES: [(&str, &str); 4] = [
            ("--listen", "CHAT_LISTEN"),
            ("--db", "CHAT_DB"),
            ("--pictures", "CHAT_PICTURES"),
            ("--client-bundle", "CHAT_CLIENT_BUNDLE"),
        ];
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            if matches!(argument.as_str(), "--help" | "-h") {
                return Ok(None);
            }
            if argument == "--routes" {
                routes = true;
                continue;
            }
            let (name, value) = match argument.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (argument, None),
            };
            let Some(at) = NAMES.iter().position(|(known, _)| *known == name) else {
                return Err(format!("unknown argument {name}; --help lists them"));
            };
            let value = value.or_else(|| arguments.next()).filter(|value| !value.is_empty());
            given[at] = Some(value.ok_or_else(|| format!("{name} needs a value"))?);
        }
        let [listen, db, pictures, client_bundle] = std::array::from_fn(|at| {
            given[at].take().or_else(|| environment(NAMES[at].1).filter(|value| !value.is_empty()))
        });
        let db = PathBuf::from(db.unwrap_or_else(|| "chat.db".into()));
        Ok(Some(Self {
            listen: listen.unwrap_or_else(|| "127.0.0.1:3000".into()),
            pictures: pictures.map_or_else(|| db.with_file_name("chat-pictures"), PathBuf::from),
            db,
            client_bundle: client_bundle.map(PathBuf::from),
            routes,
        }))
    }
}
