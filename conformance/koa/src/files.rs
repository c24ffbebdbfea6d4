//! A folder that both sides serve, made anew for every run, with times that do not change from run to run.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use crate::Result;

/// 2020-01-01, the time of every file.
const TIME: Duration = Duration::from_secs(1_577_836_800);

/// The folder; dropping it removes it.
pub(crate) struct Files(PathBuf);

impl Files {
    /// Makes the folder in that of the system for temporary files.
    pub(crate) fn make() -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("cepa-koa-{}", std::process::id()));
        let files = Self(folder);
        let page = "<!doctype html><p>onions</p>\n".repeat(40);
        let texts: [(&str, &str); 13] = [
            ("index.html", "<p>the index</p>"),
            ("a.txt", "0123456789"),
            ("empty.txt", ""),
            ("data.json", "{\"a\":1}"),
            ("style.css", "p { color: red }"),
            ("noextension", "bytes"),
            ("page.html", &page),
            ("spaced name.txt", "spaced"),
            ("caf\u{e9}.txt", "coffee"),
            (".hidden", "secret"),
            (".well-known/security.txt", "hidden too"),
            ("dir/index.html", "<p>of the folder</p>"),
            ("bare/deep.txt", "deep"),
        ];
        for (name, text) in texts {
            files.write(name, text.as_bytes())?;
        }
        files.write("picture.png", b"\x89PNG\r\n\x1a\n")?;
        files.write("favicon.ico", &[0, 0, 1, 0])?;
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(page.as_bytes())?;
        files.write("page.html.gz", &gzip.finish()?)?;
        let mut coded = Vec::new();
        brotli::BrotliCompress(&mut page.as_bytes(), &mut coded, &Default::default())?;
        files.write("page.html.br", &coded)?;
        Ok(files)
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap_or(&self.0))?;
        let mut file = fs::File::create(path)?;
        file.write_all(bytes)?;
        file.set_modified(UNIX_EPOCH + TIME)?;
        Ok(())
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        // Left behind, it is in the way of nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}
