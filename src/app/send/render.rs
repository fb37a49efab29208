//! The bytes of a mail: those of the first attempt, or written now from what was approved.

use sha2::{Digest, Sha256};

use crate::app::case::{CaseFile, load_case_by_id};
use crate::app::{App, AppError};
use crate::domain::document::{Block, Span, Style};
use crate::mail::{Outgoing, to_mail};
use crate::pdf::to_pdf;
use crate::storage::{OutboxRow, StorageError};
use crate::templates::{to_html, to_text};

/// What came of writing a mail.
pub(super) enum Rendered {
    /// Its bytes.
    Bytes(Vec<u8>),
    /// It does not go, for this reason.
    Refused(String),
    /// Its case was erased.
    Gone,
}

/// The bytes of a claimed mail.
///
/// # Errors
/// The database.
pub(super) fn render(app: &App, row: &OutboxRow) -> Result<Rendered, AppError> {
    if let Some(bytes) = &row.bytes {
        return Ok(Rendered::Bytes(bytes.clone()));
    }
    let file = match row.letter_id.map(|_| load_case_by_id(app, row.case_id)) {
        None => None,
        Some(Ok(file)) => Some(file),
        Some(Err(AppError::Storage(StorageError::Erased))) => return Ok(Rendered::Gone),
        Some(Err(error)) => return Err(error),
    };
    let signed = |bytes: Vec<u8>| match &app.dkim {
        Some(signer) => {
            let signed = signer.sign(&bytes, app.clock.now());
            signed.map_err(|error| error.to_string())
        }
        None => Ok(bytes),
    };
    Ok(match bytes_of(file.as_ref(), row).and_then(signed) {
        Ok(bytes) => Rendered::Bytes(bytes),
        Err(words) => {
            tracing::error!(words, "a mail cannot be written");
            Rendered::Refused(words)
        }
    })
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Renders the mail. A letter whose text is not the approved one is not sent.
fn bytes_of(file: Option<&CaseFile>, row: &OutboxRow) -> Result<Vec<u8>, String> {
    let mail = &row.mail;
    let mut outgoing = Outgoing {
        from_name: &mail.from_name,
        from: &mail.from,
        to: &mail.to,
        subject: &mail.subject,
        text: &mail.text,
        language: &mail.language,
        date: mail.date,
        message_id: &row.message_id,
        in_reply_to: mail.in_reply_to.as_deref(),
        references: &mail.references,
        html: None,
        automatic: row.letter_id.is_none(),
        files: &[],
    };
    let (Some(letter), Some(file)) = (row.letter_id, file) else {
        return to_mail(&outgoing);
    };
    let letter = file.letter(letter).map_err(|error| error.to_string())?;
    let text = to_text(&letter.document);
    if Some(sha256(text.as_bytes())) != mail.text_sha256 {
        return Err("the text is not the one that was approved".to_owned());
    }
    let pdf = to_pdf(&letter.document, letter.page).map_err(|error| error.to_string())?;
    let whole = format!("{}\n\n{text}", mail.text);
    outgoing.text = &whole;
    let mut shown = letter.document.clone();
    for line in mail.text.rsplit("\n\n") {
        let line = Span::Text(line.to_owned(), Style::Emphasis);
        shown.body.insert(0, Block::Paragraph(vec![line]));
    }
    let html = to_html(&shown);
    outgoing.html = Some(&html);
    let files: [(&str, &str, &[u8]); 1] = [("letter.pdf", "application/pdf", &pdf)];
    outgoing.files = &files;
    to_mail(&outgoing)
}
