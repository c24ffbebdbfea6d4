//! Receiving a multipart form, part by part.
//!
//! What is a file, as in multer: a part with a file name, or of type `application/octet-stream`. A part with
//! an empty file name is the file input that nobody filled in and is dropped when it is octets, and a
//! text field otherwise. Parts that are not `form-data`, the preamble and the epilogue are ignored.
//!
//! Every limit is checked as early as it can be: names and counts before the bytes of a part are read, sizes
//! before they are kept.

use std::path::Path;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use cepa_core::{Context, Result};
use futures_util::future::join_all;
use multra::{Constraints, Field, Multipart, SizeLimit};

use super::disk::{DiskWriter, Unfinished, random_name};
use super::disposition::{self, Disposition};
use super::form::Stored;
use super::store::{FileBytes, Unkept};
use super::{
    Accept, Options, Part, Place, Upload, UploadForm, UploadLimits, UploadedFile, refusal,
};
use crate::coding;
use crate::form::Rules;
use crate::media_type::MediaType;
use crate::read::{declared_length, take};
use crate::text::Charset;

const OCTETS: &str = "application/octet-stream";

/// How long the answer to a failed upload waits for an [`UploadStore`](super::UploadStore) to remove its files.
const REMOVAL: Duration = Duration::from_secs(5);

/// Reads the request's body as the upload says.
pub(crate) async fn receive(ctx: &mut Context, upload: &Upload) -> Result<UploadForm> {
    let options = &*upload.options;
    let limits = limits(ctx, options);
    let boundary = boundary(ctx)?;
    coding::refuse(ctx)?;
    if declared_length(ctx).is_some_and(|length| length > limits.total) {
        return Err(crate::refusal::too_large(limits.total));
    }
    let sizes = SizeLimit::new().whole_stream(limits.total).headers(limits.part_headers);
    let constraints = Constraints::new().size_limit(sizes).max_fields(limits.parts);
    let body = take(ctx);
    let form = Multipart::try_with_constraints(body, boundary, constraints)
        .map_err(|error| refusal::from_parser(error, &limits))?;
    let deadline = limits.deadline;
    let (files, fields) = (Vec::new(), Vec::new());
    let mut receiving = Receiving { options, limits, files, fields, text_size: 0, open: None };
    let received = tokio::time::timeout(deadline, receiving.run(form)).await;
    match received.unwrap_or_else(|_| Err(crate::refusal::timeout(deadline))) {
        Ok(()) => Ok(receiving.finish()),
        Err(error) => {
            receiving.discard().await;
            Err(error)
        }
    }
}

/// The limits of this upload, else those that the app shares, else the defaults.
fn limits(ctx: &Context, options: &Options) -> UploadLimits {
    let shared = || ctx.try_shared::<UploadLimits>().cloned();
    let mut limits = options.limits.clone().or_else(shared).unwrap_or_default();
    limits.file_size = options.file_size.unwrap_or(limits.file_size);
    limits
}

fn boundary(ctx: &Context) -> Result<String> {
    let expected = "multipart/form-data";
    let header = ctx.request.get("content-type").map(str::trim).filter(|text| !text.is_empty());
    let Some(header) = header else { return Err(crate::refusal::missing_type(expected)) };
    match MediaType::parse(header) {
        Some(kind) if kind.is_multipart_form() => {
            kind.parameter("boundary").map(Into::into).ok_or_else(refusal::bad_boundary)
        }
        _ => Err(crate::refusal::wrong_type(header, expected)),
    }
}

/// A form that is being received.
struct Receiving<'o> {
    options: &'o Options,
    limits: UploadLimits,
    files: Vec<(Part, u64, Kept)>,
    fields: Vec<(String, String)>,
    text_size: usize,
    /// The file whose bytes are arriving.
    open: Option<Store>,
}

/// A file that is complete, while the form is not.
enum Kept {
    Memory(Bytes),
    Disk(Unfinished),
    Elsewhere(Unkept),
}

impl Receiving<'_> {
    async fn run(&mut self, mut form: Multipart<'static>) -> Result {
        loop {
            let next = form.next_field().await;
            match next.map_err(|error| refusal::from_parser(error, &self.limits))? {
                Some(field) => self.part(field).await?,
                None => return Ok(()),
            }
        }
    }

    fn finish(self) -> UploadForm {
        let limits = &self.limits;
        let rules = Rules {
            depth: limits.depth.min(32),
            index: limits.index.min(100),
            keys: usize::MAX,
            strict: self.options.strict,
        };
        let stored = |kept| match kept {
            Kept::Memory(bytes) => Some(Stored::Memory(bytes)),
            Kept::Disk(unfinished) => Some(Stored::Disk(unfinished.keep())),
            Kept::Elsewhere(unkept) => unkept.keep().map(Stored::Elsewhere),
        };
        let file = |(part, size, kept)| Some(UploadedFile { part, size, stored: stored(kept)? });
        let files = self.files.into_iter().filter_map(file).collect();
        UploadForm { files, fields: self.fields, rules }
    }

    /// Removes what has been stored, before the client hears of the error.
    async fn discard(self) {
        let mut on_disk: Vec<Unfinished> =
            self.open.and_then(Store::into_disk).into_iter().collect();
        let mut elsewhere = Vec::new();
        for (.., kept) in self.files {
            match kept {
                Kept::Memory(_) => {}
                Kept::Disk(unfinished) => on_disk.push(unfinished),
                Kept::Elsewhere(unkept) => elsewhere.extend(unkept.keep()),
            }
        }
        if !on_disk.is_empty() {
            let work = move || on_disk.into_iter().for_each(Unfinished::remove);
            // It fails only when the runtime ends, and then the files are removed all the same.
            let _ = tokio::task::spawn_blocking(work).await;
        }
        let removals = elsewhere.into_iter().map(|stored| tokio::spawn(stored.remove()));
        // They go on when this is dropped or has waited long enough; their errors have nobody to be told to.
        let _ = tokio::time::timeout(REMOVAL, join_all(removals)).await;
    }

    async fn part(&mut self, field: Field<'static>) -> Result {
        let header = field.headers().get("content-disposition");
        let Some(found) = header.and_then(|header| disposition::parse(header.as_bytes())) else {
            return self.skip(field).await;
        };
        let Disposition { name: Some(name), file_name } = found else {
            return Err(refusal::missing_field_name());
        };
        let limits = &self.limits;
        if name.len() > limits.field_name_size {
            return Err(refusal::field_name_too_long(limits.field_name_size));
        }
        let content_type = field.headers().get("content-type");
        let content_type = content_type.map_or(&[][..], http::HeaderValue::as_bytes);
        let content_type = String::from_utf8_lossy(content_type).trim().to_owned();
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        let is_octets = essence.eq_ignore_ascii_case(OCTETS);
        match file_name {
            Some(empty) if empty.is_empty() && is_octets => self.skip(field).await,
            Some(empty) if empty.is_empty() => self.text(field, name, &content_type).await,
            None if !is_octets => self.text(field, name, &content_type).await,
            file_name => {
                let file_name = file_name.unwrap_or_default();
                if file_name.len() > limits.file_name_size {
                    return Err(refusal::file_name_too_long(limits.file_name_size));
                }
                let unnamed = content_type.is_empty();
                let content_type = if unnamed { "text/plain".into() } else { content_type };
                self.file(field, Part { field: name, name: file_name, content_type }).await
            }
        }
    }

    async fn skip(&self, mut field: Field<'_>) -> Result {
        while self.chunk(&mut field).await?.is_some() {}
        Ok(())
    }

    async fn text(&mut self, mut field: Field<'_>, name: String, content_type: &str) -> Result {
        let charset = MediaType::parse(content_type).and_then(|kind| kind.parameter("charset"));
        let charset = match charset {
            None => Charset::Utf8,
            Some(name) => {
                Charset::named(&name).ok_or_else(|| crate::refusal::unsupported_charset(&name))?
            }
        };
        let UploadLimits { fields, field_size, fields_size, .. } = self.limits;
        if self.fields.len() >= fields {
            return Err(crate::refusal::too_many_fields(fields));
        }
        self.text_size += name.len();
        let mut text = BytesMut::new();
        loop {
            if self.text_size > fields_size {
                return Err(refusal::fields_too_large(fields_size));
            }
            let Some(bytes) = self.chunk(&mut field).await? else { break };
            if bytes.len() > field_size - text.len() {
                return Err(refusal::field_too_large(&name, field_size));
            }
            self.text_size += bytes.len();
            text.extend_from_slice(&bytes);
        }
        self.fields.push((name, charset.decode(&text)?.into_owned()));
        Ok(())
    }

    async fn file(&mut self, field: Field<'static>, part: Part) -> Result {
        if !self.is_expected(&part.field) {
            return Err(refusal::unexpected_file(&part.field));
        }
        let wanted = self.options.filter.as_ref().map_or(Ok(true), |filter| filter(&part))?;
        if !wanted {
            return self.skip(field).await;
        }
        self.check_counts(&part.field)?;
        let mut bytes = FileBytes::new(field, &part, &self.limits);
        self.open = match &self.options.place {
            Place::Memory => Some(Store::Memory(BytesMut::new())),
            Place::Disk(folder) => Some(Store::on_disk(folder, self.options, &part)?),
            Place::Elsewhere(store) => {
                let unkept = Unkept::store(store, &part, &mut bytes).await?;
                self.files.push((part, bytes.size(), Kept::Elsewhere(unkept)));
                // A store need not read to the end, nor look at errors; the form is judged by all of its bytes.
                while bytes.chunk().await?.is_some() {}
                if let Some((_, size, _)) = self.files.last_mut() {
                    *size = bytes.size();
                }
                return Ok(());
            }
        };
        while let Some(chunk) = bytes.chunk().await? {
            if let Some(store) = &mut self.open {
                store.write(&chunk).await?;
            }
        }
        if let Some(store) = self.open.take() {
            let kept = store.finish().await?;
            self.files.push((part, bytes.size(), kept));
        }
        Ok(())
    }

    fn is_expected(&self, field: &str) -> bool {
        match &self.options.accept {
            Accept::Any => true,
            Accept::Named(fields) => fields.iter().any(|(known, _)| known == field),
        }
    }

    fn check_counts(&self, field: &str) -> Result {
        let limit = self.limits.files;
        if self.files.len() >= limit {
            return Err(refusal::too_many_files(limit));
        }
        if let Accept::Named(fields) = &self.options.accept {
            let of_field = self.files.iter().filter(|(part, ..)| part.field == field).count();
            let most = fields.iter().find(|(known, _)| known == field).map_or(0, |(_, most)| *most);
            if of_field >= most {
                return Err(refusal::too_many_files(most));
            }
        }
        Ok(())
    }

    async fn chunk(&self, field: &mut Field<'_>) -> Result<Option<Bytes>> {
        let chunk = field.chunk().await;
        chunk.map_err(|error| refusal::from_parser(error, &self.limits))
    }
}

/// Where the bytes of one file go.
enum Store {
    Memory(BytesMut),
    Disk(DiskWriter),
}

impl Store {
    fn on_disk(folder: &Path, options: &Options, part: &Part) -> Result<Self> {
        let name = match &options.name {
            Some(name) => name(part),
            None => random_name(part)?,
        };
        DiskWriter::new(folder, &name, options.synced).map(Self::Disk)
    }

    async fn write(&mut self, bytes: &[u8]) -> Result {
        match self {
            Self::Memory(buffer) => {
                buffer.extend_from_slice(bytes);
                Ok(())
            }
            Self::Disk(writer) => writer.write(bytes).await,
        }
    }

    async fn finish(self) -> Result<Kept> {
        match self {
            Self::Memory(buffer) => Ok(Kept::Memory(buffer.freeze())),
            Self::Disk(writer) => writer.finish().await.map(Kept::Disk),
        }
    }

    fn into_disk(self) -> Option<Unfinished> {
        match self {
            Self::Disk(writer) => writer.into_unfinished(),
            Self::Memory(_) => None,
        }
    }
}
