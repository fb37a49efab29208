//! Forms with files: read part by part within a limit, each file known by its first bytes and not by what its sender calls it.

use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use actix_web::web::{self, BytesMut};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use super::House;
use super::frame::{Reply, show};
use crate::app::form::{Fields, Problem};
use crate::mail::IncomingFile;

/// All files of one form together, in bytes.
pub(super) const MOST_BYTES: usize = 10 * 1024 * 1024;
/// Files beyond this are not even read to their end.
const STOP_AT: usize = 4 * MOST_BYTES;
/// All fields of one form together, in bytes.
const MOST_TEXT: usize = 256 * 1024;
/// So long a form may take.
const LONGEST: std::time::Duration = std::time::Duration::from_secs(120);
/// So many parts.
const MOST_PARTS: usize = 60;

/// A form with files.
#[derive(Debug, Default)]
pub(super) struct Upload {
    pub(super) fields: Fields,
    pub(super) files: Vec<IncomingFile>,
    /// What is wrong with the files; then none is kept.
    pub(super) problem: Option<Problem>,
}

/// Why a form with files was not read to its end.
#[derive(Debug)]
pub(super) enum Unread {
    /// It is no such form, or it stopped in the middle.
    Broken,
    /// More than all files and fields may have together.
    TooLarge,
}

/// Reads the form. A file of another kind is a problem at its field: what was typed beside it is not lost.
pub(super) async fn read(form: Multipart) -> Result<Upload, Unread> {
    // Whoever sends a byte a minute must not hold a place for ever.
    tokio::time::timeout(LONGEST, parts(form))
        .await
        .unwrap_or(Err(Unread::Broken))
}

async fn parts(mut form: Multipart) -> Result<Upload, Unread> {
    let mut upload = Upload::default();
    let (mut text, mut bytes, mut parts) = (0, 0, 0);
    while let Some(part) = futures_next(&mut form).await {
        let mut part = part.map_err(|_broken| Unread::Broken)?;
        parts += 1;
        let name = part.name().unwrap_or_default().to_owned();
        let file_name = part
            .content_disposition()
            .and_then(|disposition| disposition.get_filename())
            .map(str::to_owned);
        let mut content = BytesMut::new();
        while let Some(chunk) = futures_next(&mut part).await {
            let chunk = chunk.map_err(|_broken| Unread::Broken)?;
            match &file_name {
                Some(_) => bytes += chunk.len(),
                None => text += chunk.len(),
            }
            if bytes > STOP_AT || text > MOST_TEXT || parts > MOST_PARTS {
                return Err(Unread::TooLarge);
            }
            // What is a little too much is read and thrown away, so that the page can come again with what was typed.
            if bytes <= MOST_BYTES {
                content.extend_from_slice(&chunk);
            }
        }
        match file_name {
            None => upload
                .fields
                .0
                .push((name, String::from_utf8_lossy(&content).into_owned())),
            Some(file_name) if content.is_empty() && file_name.is_empty() => {}
            Some(file_name) => take_file(&mut upload, &file_name, content.to_vec()),
        }
        if parts > MOST_PARTS {
            return Err(Unread::TooLarge);
        }
    }
    if bytes > MOST_BYTES {
        upload.files.clear();
        upload.problem = Some(Problem::new("files", "problem.file_large"));
    }
    Ok(upload)
}

async fn futures_next<S: futures_core::Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    std::future::poll_fn(|context| std::pin::Pin::new(&mut *stream).poll_next(context)).await
}

/// The answer to a form that was not read to its end.
pub(super) async fn not_read(
    why: Unread,
    request: HttpRequest,
    house: web::Data<House>,
) -> HttpResponse {
    match why {
        Unread::Broken => HttpResponse::BadRequest()
            .body("The form could not be read. Go back and send it again; nothing was done."),
        Unread::TooLarge => {
            show(request, house, |visit, _| {
                let context = json!({ "max_mb": 10, "retry_href": visit.path });
                Ok(Reply::Page(
                    "error/too_large",
                    StatusCode::PAYLOAD_TOO_LARGE,
                    context,
                ))
            })
            .await
        }
    }
}

fn take_file(upload: &mut Upload, name: &str, bytes: Vec<u8>) {
    match known_file(name, bytes) {
        Some(file) => upload.files.push(file),
        None => upload.problem = Some(Problem::new("files", "problem.file_kind")),
    }
}

/// A file of a kind that is taken; `None`: it is of another.
pub(super) fn known_file(name: &str, bytes: Vec<u8>) -> Option<IncomingFile> {
    let kind = kind_of(name, &bytes)?;
    Some(IncomingFile {
        name: plain_name(name),
        kind: kind.to_owned(),
        bytes,
    })
}

/// The media type by the first bytes; a mail has none and is known by its ending and a header.
fn kind_of(name: &str, bytes: &[u8]) -> Option<&'static str> {
    let mail =
        name.to_lowercase().ends_with(".eml") && bytes.iter().take(1000).any(|byte| *byte == b':');
    match bytes {
        [b'%', b'P', b'D', b'F', b'-', ..] => Some("application/pdf"),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        _ if mail => Some("message/rfc822"),
        _ => None,
    }
}

/// The name without folders and without what could become part of a header.
fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last
        .chars()
        .filter(|letter| letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_' | ' '))
        .take(100)
        .collect();
    match plain.trim_matches(['.', ' ']) {
        "" => "file".to_owned(),
        kept => kept.to_owned(),
    }
}
