//! A server with every way to read a body, tight limits, and a folder that has to be empty in the end.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cepa_body::{BodyExt, BodyLimits, Upload, UploadLimits};
use cepa_core::{App, Context, Error, Json, Next, Result};
use cepa_server::{Server, Shutdown};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// How long a body may take to arrive here.
const DEADLINE: Duration = Duration::from_secs(1);

/// Less than any default deadline, and long on the slowest machine.
const SOON: Duration = Duration::from_secs(20);

pub struct Served {
    pub address: SocketAddr,
    folder: PathBuf,
    failures: Arc<AtomicUsize>,
    shutdown: Shutdown,
    served: JoinHandle<Result>,
}

/// Uploads that are received at a time, also from clients that are gone already.
pub const AT_ONCE: usize = 12;

struct Turns(Arc<Semaphore>);

#[derive(Deserialize, Serialize)]
struct User {
    name: String,
    age: u8,
}

async fn answer(ctx: &mut Context, _next: Next<'_>) -> Result {
    match ctx.path() {
        "/json" => {
            let value: Value = ctx.body_json().await?;
            ctx.set_body(Json(value))
        }
        "/strict" => {
            let value: Value = ctx.read_body().strict().json().await?;
            ctx.set_body(Json(value))
        }
        "/user" => {
            let user: User = ctx.body_json().await?;
            ctx.set_body(Json(user))
        }
        "/form" => {
            let value: Value = ctx.body_form().await?;
            ctx.set_body(Json(value))
        }
        "/strict-form" => {
            let value: Value = ctx.read_body().strict().form().await?;
            ctx.set_body(Json(value))
        }
        "/user-form" => {
            let user: User = ctx.body_form().await?;
            ctx.set_body(Json(user))
        }
        "/text" => {
            let text = ctx.body_text().await?;
            ctx.set_body(text)
        }
        "/bytes" => {
            let bytes = ctx.body_bytes().await?;
            ctx.set_body(bytes)
        }
        // The second reads what the first has left.
        "/twice" => {
            let _ = ctx.read_body().limit(10).bytes().await;
            let bytes = ctx.body_bytes().await.map_err(|_| Error::new(400, "gone"))?;
            ctx.set_body(bytes)
        }
        "/upload" => {
            let upload = ctx.shared::<Upload>().clone();
            let _turn = ctx.shared::<Turns>().0.clone().acquire_owned().await?;
            let form = ctx.upload(&upload).await?;
            let files = form.files().iter().map(|file| file.name().to_owned());
            let files: Vec<String> = files.collect();
            let fields: Value = form.fields()?;
            form.discard().await?;
            ctx.set_body(Json((files, fields)))
        }
        _ => ctx.set_body("alive"),
    }
}

/// Limits that a line of a table can reach.
pub fn tight() -> Upload {
    let limits = UploadLimits {
        file_size: 1000,
        files: 3,
        fields: 3,
        field_size: 100,
        fields_size: 150,
        parts: 6,
        field_name_size: 20,
        file_name_size: 30,
        part_headers: 500,
        total: 5000,
        deadline: DEADLINE,
        ..UploadLimits::default()
    };
    Upload::new().fields([("one", 1), ("many", 4)]).limits(limits)
}

impl Served {
    /// Serves until the test ends; files go to a folder of its own.
    pub async fn start(upload: Upload) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("cepa-body-wire-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let limits = BodyLimits {
            json: 1000,
            form: 20_000,
            text: 1000,
            bytes: 1000,
            deadline: DEADLINE,
            ..BodyLimits::default()
        };
        let failures = Arc::new(AtomicUsize::new(0));
        let failed = Arc::clone(&failures);
        let app = App::new()
            .share(Arc::new(limits))
            .share(Arc::new(Turns(Arc::new(Semaphore::new(AT_ONCE)))))
            .share(Arc::new(upload.disk(&folder)))
            .on_error(move |error, _ctx| {
                if error.status().is_server_error() {
                    eprintln!("{error}");
                    failed.fetch_add(1, Ordering::Relaxed);
                }
            })
            .with(answer);
        let bound = Server::new(app).ambient().bind("127.0.0.1:0").await.unwrap();
        let (address, shutdown) = (bound.local_addr(), bound.shutdown());
        let served = tokio::spawn(bound.serve());
        Self { address, folder, failures, shutdown, served }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Sends head and body on a connection of their own and reads until the server closes it; `""` when it closed
    /// without a word.
    pub async fn exchange(&self, head: &[u8], body: &[u8], then: Then) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let (mut reading, mut writing) = stream.split();
        let write = async {
            // The server may have answered and closed before it has read everything.
            let _ = writing.write_all(head).await;
            let _ = writing.write_all(body).await;
            match then {
                Then::Wait => {}
                Then::Cut => drop(writing.shutdown().await),
                Then::Trickle => loop {
                    tokio::time::sleep(DEADLINE / 20).await;
                    if writing.write_all(b" ").await.is_err() {
                        break;
                    }
                },
            }
            std::future::pending::<()>().await;
        };
        let mut read = Vec::new();
        let read_all = async {
            // A reset after the answer takes nothing back of what has been read.
            while let Ok(1..) = reading.read_buf(&mut read).await {}
        };
        let exchanged = async {
            tokio::select! {
                () = write => {}
                () = read_all => {}
            }
        };
        tokio::time::timeout(SOON, exchanged).await.expect("the server closes, or has a deadline");
        String::from_utf8_lossy(&read).into_owned()
    }

    /// Ends the server and looks at what is left: nothing on disk, and no failure of its own in between.
    pub async fn stop_clean(self) {
        let request = b"GET /alive HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        assert!(self.exchange(request, b"", Then::Wait).await.ends_with("alive"));
        self.shutdown.begin();
        tokio::time::timeout(SOON, self.served).await.unwrap().unwrap().unwrap();
        assert_eq!(self.failures.load(Ordering::Relaxed), 0, "no error was the server's");
    }
}

/// What a client does when it has sent its bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Then {
    /// Waits for an answer.
    Wait,
    /// Says that it sends no more, before it has sent what it announced.
    Cut,
    /// Goes on with a byte now and then.
    Trickle,
}

/// The names of what is in the folder, which then is removed.
pub fn emptied(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    let names = names.collect();
    std::fs::remove_dir_all(folder).unwrap();
    names
}
