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

/// What went wrong and why, without the status of an answer that nobody asked for.
fn why(error: &Error) -> String {
    let told = error.to_string();
    let words = told.strip_prefix(error.status().as_str()).unwrap_or(&told);
    words.trim_start_matches([':', ' ']).to_owned()
}
