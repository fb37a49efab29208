//! Everything about a case as one JSON value, for the person it is about.

use serde_json::{Value, json};

use super::file::{CaseFile, StoredLetter};
use crate::storage::ReplyRow;
use crate::templates::to_text;

/// Collects it.
pub(super) fn everything(file: &CaseFile) -> Value {
    let letter = |letter: &StoredLetter| {
        json!({
            "id": letter.id, "kind": letter.kind, "written_at": letter.written_at, "text": to_text(&letter.document),
            "text_sha256": letter.text_sha256, "meta": letter.meta, "sent": letter.sent,
        })
    };
    let reply = |reply: &ReplyRow| json!({ "id": reply.id, "kind": reply.kind, "received_on": reply.received_on, "origin": reply.origin, "arrived_at": reply.arrived_at, "from": reply.content.from, "subject": reply.content.subject, "text": reply.content.text, "declared": reply.content.declared });
    json!({
        "reference": file.row.reference,
        "state": file.row.state,
        "outcome": file.row.outcome,
        "created_at": file.row.created_at,
        "law_version": file.row.law_version,
        "facts": file.raw,
        "letters": file.letters.iter().map(letter).collect::<Vec<_>>(),
        "replies": file.replies.iter().map(reply).collect::<Vec<_>>(),
        "events": file.events,
    })
}
