//! Everything about a case as one JSON file for the person it is about.

use serde_json::{Value, json};

use super::file::CaseFile;
use crate::app::{App, AppError};
use crate::domain::case::EventKind;
use crate::storage::NewEvent;
use crate::templates::to_text;

/// Collects the file and records that it was taken.
///
/// # Errors
/// The database.
pub fn export_case(app: &App, file: &CaseFile) -> Result<Value, AppError> {
    app.db.write(|tx| {
        tx.append_event(
            file.row.id,
            &file.key,
            &NewEvent {
                kind: EventKind::DataExported,
                at: app.clock.now(),
                payload: &json!({}),
            },
        )
    })?;
    let letter = |letter: &super::StoredLetter| {
        json!({
            "id": letter.id, "kind": letter.kind, "written_at": letter.written_at, "text": to_text(&letter.document),
            "text_sha256": letter.text_sha256, "meta": letter.meta, "sent": letter.sent,
        })
    };
    let reply = |reply: &crate::storage::ReplyRow| json!({ "id": reply.id, "kind": reply.kind, "received_on": reply.received_on, "handed_in_at": reply.handed_in_at, "text": reply.text });
    Ok(json!({
        "reference": file.row.reference,
        "state": file.row.state,
        "outcome": file.row.outcome,
        "created_at": file.row.created_at,
        "law_version": file.row.law_version,
        "facts": file.raw,
        "letters": file.letters.iter().map(letter).collect::<Vec<_>>(),
        "replies": file.replies.iter().map(reply).collect::<Vec<_>>(),
        "events": file.events,
    }))
}
