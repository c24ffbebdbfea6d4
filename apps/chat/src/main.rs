//! Starts the chat: options, database, listener, and one line that says where it is.

use std::process::ExitCode;

use cepa::prelude::*;
use chat::Chat;
use chat::options::{HELP, Options};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match Options::read(std::env::args().skip(1), |name| std::env::var(name).ok()) {
        Ok(Some(options)) => match serve(options).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("chat: {}", why(&error));
                ExitCode::FAILURE
            }
        },
        Ok(None) => {
            print!("{HELP}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("chat: {problem}");
            ExitCode::from(2)
        }
    }
}

async fn serve(options: Options) -> Result {
    if options.routes {
        return routes(&options);
    }
    let chat = Arc::new(Chat::open(&options.db, &options.pictures)?);
    let server = Server::new(chat.app(&options)).bind(&options.listen).await.map_err(|error| {
        Error::internal(format!("{}; --listen chooses another address", why(&error)))
    })?;
    println!("chat: http://{}", server.local_addr());
    tokio::select! {
        served = server.serve() => served,
        () = chat.sweep() => Ok(()),
    }
}

/// Prints the table of routes. The application is made for it on a database of its own, for the other may be in use.
fn routes(options: &Options) -> Result {
    let folder = std::env::temp_dir().join(format!("chat-routes-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let chat = Chat::open(&folder.join("chat.db"), &folder.join("pictures"));
    let listed = chat.map(|chat| print!("{}", Arc::new(chat).app(options).routes()));
    std::fs::remove_dir_all(&folder)?;
    listed
}

/// What went wrong and why, without the status of an answer that nobody asked for.
fn why(error: &Error) -> String {
    let told = error.to_string();
    let words = told.strip_prefix(error.status().as_str()).unwrap_or(&told);
    words.trim_start_matches([':', ' ']).to_owned()
}
