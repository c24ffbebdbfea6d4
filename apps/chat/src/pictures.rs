//! Pictures: received into a hidden folder, recognised by their first bytes, and served for ever under a random name.
//!
//! What a client says of a file (name, type) is not believed. A picture is stored as `<32 random hex digits>.<png, jpg, gif or
//! webp>`, the extension by its first bytes, and that decides the type it is served with; with `nosniff` and an empty
//! policy no browser makes anything else of it. SVG is not among them: it is a document with scripts.
//!
//! Invariant: what lies in the folder under such a name is a whole picture of at most [`PICTURE_BYTES`]; files that are being
//! received lie in `.incoming`, which is not served and is emptied at the start.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use cepa::body::{UploadForm, UploadLimits};
use cepa::files::StaticFiles;
use cepa::prelude::*;
use serde::Serialize;

use crate::app::Chat;

/// The largest picture.
pub const PICTURE_BYTES: u64 = 5 * 1024 * 1024;
/// The most bytes of all pictures together; one more is refused with 507 `pictures_full`.
pub const PICTURES_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// How long an upload may take.
const DEADLINE: Duration = Duration::from_secs(60);
/// How long browsers may keep a picture, whose name never gets another content.
const MAX_AGE: Duration = Duration::from_secs(365 * 24 * 3600);
/// What surrounds the file in a form.
const FORM_BYTES: u64 = 64 * 1024;
/// Where pictures are, seen from outside.
const AT: &str = "/pictures";
/// How many of a file's first bytes tell what it is.
const MAGIC: usize = 12;

/// The folder of pictures.
#[derive(Debug)]
pub struct Pictures {
    folder: PathBuf,
    upload: Upload,
    stored: AtomicU64,
    most: u64,
}

#[derive(Debug, Serialize)]
struct Stored {
    url: String,
}

pub(crate) fn router() -> Router {
    Router::new().post("/pictures", receive)
}

async fn receive(ctx: &mut Context) -> Result<Json<Stored>> {
    let chat = ctx.shared_arc::<Chat>();
    let url = chat.pictures().receive(ctx).await?;
    ctx.set_status(201);
    Ok(Json(Stored { url }))
}

impl Pictures {
    /// Opens the folder, makes it when there is none, and takes it to hold at most so many bytes.
    ///
    /// # Errors
    /// When the folder cannot be made or read; the message names it.
    pub fn open(folder: &Path, most: u64) -> Result<Self> {
        let incoming = folder.join(".incoming");
        let stored = prepare(folder, &incoming).map_err(|why| {
            Error::internal(format!(
                "cannot use the folder {} for pictures: {why}",
                folder.display()
            ))
        })?;
        let limits = UploadLimits {
            file_size: PICTURE_BYTES,
            files: 1,
            fields: 8,
            field_size: 1024,
            parts: 9,
            total: PICTURE_BYTES + FORM_BYTES,
            deadline: DEADLINE,
            ..UploadLimits::default()
        };
        let upload = Upload::new().single("picture").disk(incoming).limits(limits);
        Ok(Self { folder: folder.into(), upload, stored: AtomicU64::new(stored), most })
    }

    /// What serves them.
    pub fn serve(&self) -> StaticFiles {
        serve(&self.folder)
            .at(AT)
            .no_index()
            .fall_through(false)
            .immutable()
            .max_age(MAX_AGE)
            .headers(|response, _stats| {
                response.set("x-content-type-options", "nosniff")?;
                response.set("content-security-policy", "default-src 'none'; sandbox")
            })
    }

    /// Receives the form's file `picture` and gives the address under which it is served.
    ///
    /// # Errors
    /// 413 `picture_too_big`, 422 `not_a_picture`, 507 `pictures_full`, and those of [`Upload`].
    pub async fn receive(&self, ctx: &mut Context) -> Result<String> {
        if self.stored.load(Ordering::Relaxed) >= self.most {
            let why = "There is no room for more pictures.";
            return Err(Error::new(507, why).with_code("pictures_full").expose(true));
        }
        let form = ctx.upload(&self.upload).await.map_err(in_our_words)?;
        match self.keep(&form).await {
            Ok(Some(name)) => Ok(format!("{AT}/{name}")),
            other => {
                form.discard().await?;
                other?;
                let why = "That is no picture: PNG, JPEG, GIF and WebP are.";
                Err(Error::new(422, why).with_code("not_a_picture"))
            }
        }
    }

    /// Moves a received picture to where it is served; `None` when it is none.
    async fn keep(&self, form: &UploadForm) -> Result<Option<String>> {
        let Some(file) = form.file("picture") else { return Ok(None) };
        let Some(received) = file.path().map(Path::to_owned) else { return Ok(None) };
        let folder = self.folder.clone();
        let kept = tokio::task::spawn_blocking(move || move_in(&received, &folder)).await??;
        if kept.is_some() {
            self.stored.fetch_add(file.size(), Ordering::Relaxed);
        }
        Ok(kept)
    }

    /// Checks that this is the address of a picture that is here.
    ///
    /// # Errors
    /// 422 `bad_picture`.
    pub async fn check(&self, url: &str) -> Result {
        let name = url.strip_prefix(AT).and_then(|rest| rest.strip_prefix('/'));
        if let Some(name) = name.filter(|name| is_ours(name))
            && tokio::fs::try_exists(self.folder.join(name)).await?
        {
            return Ok(());
        }
        Err(Error::new(422, "That picture is not on this server.").with_code("bad_picture"))
    }
}

/// Makes the folders, removes what was being received when the server stopped, and counts what is there.
fn prepare(folder: &Path, incoming: &Path) -> io::Result<u64> {
    std::fs::create_dir_all(incoming)?;
    for file in std::fs::read_dir(incoming)? {
        std::fs::remove_file(file?.path())?;
    }
    let mut bytes = 0;
    for file in std::fs::read_dir(folder)? {
        let about = file?.metadata()?;
        bytes += if about.is_file() { about.len() } else { 0 };
    }
    Ok(bytes)
}

fn move_in(received: &Path, folder: &Path) -> io::Result<Option<String>> {
    let mut first = Vec::with_capacity(MAGIC);
    std::fs::File::open(received)?.take(MAGIC as u64).read_to_end(&mut first)?;
    // 32 random digits, and perhaps the extension that the client named
    let digits = received.file_stem().and_then(|stem| stem.to_str());
    let (Some(extension), Some(digits)) = (recognise(&first), digits) else { return Ok(None) };
    let name = format!("{digits}.{extension}");
    std::fs::rename(received, folder.join(&name))?;
    Ok(Some(name))
}

/// The kind of a picture by its first bytes.
fn recognise(first: &[u8]) -> Option<&'static str> {
    match first {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("png"),
        [0xff, 0xd8, 0xff, ..] => Some("jpg"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("webp"),
        _ => None,
    }
}

fn is_ours(name: &str) -> bool {
    let Some((digits, extension)) = name.split_once('.') else { return false };
    digits.len() == 32
        && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        && matches!(extension, "png" | "jpg" | "gif" | "webp")
}

/// What the upload refuses, said in the words of a chat.
fn in_our_words(error: Error) -> Error {
    match error.code() {
        Some("file_too_large" | "body_too_large") => {
            let why = "That picture is too big: 5 MB are the most.";
            Error::new(413, why).with_code("picture_too_big")
        }
        _ => error,
    }
}
