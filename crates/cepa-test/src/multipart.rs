//! [`Multipart`]: a form with files, written as browsers write it (RFC 7578; HTML, 4.10.22.8).

use bytes::Bytes;
use http_grammar::media_type::{essence, media_type};

/// A form with files; [`Call::multipart`](crate::Call::multipart) sends it.
///
/// ```
/// use cepa_body::{BodyExt, Upload};
/// use cepa_core::App;
/// use cepa_test::{Client, Multipart};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let app = App::new().with(async |ctx, _next| {
///     let form = ctx.upload(&Upload::new().single("picture")).await?;
///     let picture = form.file("picture").map(|file| format!("{} of {}", file.name(), file.content_type()));
///     ctx.set_body(format!("{}: {}", form.field("title").unwrap_or("?"), picture.unwrap_or_default()))
/// });
/// let form = Multipart::new().text("title", "Red").file("picture", "onion.png", "not really a picture");
/// Client::new(app).post("/").multipart(form).await.expect_text("Red: onion.png of image/png");
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Multipart {
    body: Vec<u8>,
}

/// The same for every form, so that what is sent can stand in a golden file.
const BOUNDARY: &str = "----cepa-test-5a1f0e7c93d24b68";

impl Multipart {
    /// An empty form.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text field.
    #[must_use]
    pub fn text(self, field: &str, value: &str) -> Self {
        let disposition = format!("form-data; name=\"{}\"", escaped(field));
        self.part(&[("content-disposition", &disposition)], value)
    }

    /// Adds a file, with the media type of its name's extension (`application/octet-stream` when it is unknown).
    #[must_use]
    pub fn file(self, field: &str, name: &str, content: impl AsRef<[u8]>) -> Self {
        let known = name.contains('.').then(|| media_type(name)).flatten();
        let kind = known.as_deref().map_or("application/octet-stream", essence);
        self.file_of_type(field, name, kind, content)
    }

    /// Adds a file with a media type of your choice.
    #[must_use]
    pub fn file_of_type(
        self,
        field: &str,
        name: &str,
        kind: &str,
        content: impl AsRef<[u8]>,
    ) -> Self {
        let (field, name) = (escaped(field), escaped(name));
        let disposition = format!("form-data; name=\"{field}\"; filename=\"{name}\"");
        self.part(&[("content-disposition", &disposition), ("content-type", kind)], content)
    }

    /// Adds a part with these header fields exactly as they are, which need not make sense.
    #[must_use]
    pub fn part(mut self, fields: &[(&str, &str)], content: impl AsRef<[u8]>) -> Self {
        self.body.extend_from_slice(format!("--{BOUNDARY}\r\n").as_bytes());
        for (name, value) in fields {
            self.body.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        self.body.extend_from_slice(b"\r\n");
        self.body.extend_from_slice(content.as_ref());
        self.body.extend_from_slice(b"\r\n");
        self
    }

    /// The content type, which names the boundary.
    pub fn content_type(&self) -> &'static str {
        "multipart/form-data; boundary=----cepa-test-5a1f0e7c93d24b68"
    }

    /// The whole body, for a test that sends it in pieces, or cuts it.
    pub fn into_bytes(mut self) -> Bytes {
        self.body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        self.body.into()
    }
}

/// A name as browsers write it between quotes.
fn escaped(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}
