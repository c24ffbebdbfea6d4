//! Starts the chat: options, database, listener, and one line that says where it is.

use std::future::ready;
use std::pin::pin;
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
    let chat = Arc::new(Chat::open(&options.db, &options.pictures)?);
    let server = Server::new(chat.app(&options)).bind(&options.listen).await.map_err(|error| {
        Error::internal(format!("{}; --listen chooses another address", why(&error)))
    })?;
    let address = server.local_addr();
    let mut serving = pin!(server.serve());
    // its first step starts the workers and listens for signals: who reads the line may rely on both
    tokio::select! {
        biased;
        served = &mut serving => return served,
        () = ready(()) => println!("chat: http://{address}"),
    }
    tokio::select! {
        served = serving => served,
        () = chat.sweep() => Ok(()),
    }
}

/// What went wrong, without the status of an answer that nobody asked for.
fn why(error: &Error) -> String {
    error.source().map_or_else(|| error.message().to_owned(), ToString::to_string)
}
