//! The person hands in an answer that came to them, and says what it means. A machine decides nothing here, and the origin is never shown as proven.

use chrono::NaiveDate;
use serde_json::json;
use uuid::Uuid;

use super::file::CaseFile;
use crate::app::{App, AppError};
use crate::domain::case::{CaseState, EventKind, Origin, ReplyStatus, state_of};
use crate::domain::letter::ReplyKind;
use crate::domain::random::new_id;
use crate::mail::{IncomingFile, read_mail};
use crate::storage::{NewEvent, ReplyContent, ReplyFile, ReplyRow, StorageError};

/// An answer as the person hands it in.
#[derive(Debug, Clone, Default)]
pub struct HandedIn {
    /// What they pasted; may be empty where there is a file.
    pub text: String,
    /// Saved mails, PDFs, pictures.
    pub files: Vec<IncomingFile>,
}

/// Stores an answer. Returns its id.
///
/// # Errors
/// [`AppError::NotNow`] for a closed case.
pub fn hand_in_reply(
    app: &App,
    file: &CaseFile,
    received_on: NaiveDate,
    handed_in: &HandedIn,
) -> Result<Uuid, AppError> {
    let now = app.clock.now();
    if matches!(file.row.state, CaseState::Closed | CaseState::Unconfirmed) {
        return Err(AppError::NotNow);
    }
    let id = new_id(app.random.as_ref(), now);
    let reply = ReplyRow {
        id,
        kind: None,
        origin: Origin::HandedIn,
        received_on,
        content: content(handed_in),
        arrived_at: now,
    };
    let files = stored_files(app, id, &handed_in.files);
    let payload = json!({ "reply": id, "received_on": received_on, "origin": reply.origin });
    app.db.write(|tx| {
        tx.change_case(&file.row, CaseState::Replied, None, now)?;
        tx.insert_reply(file.row.id, &file.key, &reply, None)?;
        for stored in &files {
            tx.insert_reply_file(file.row.id, &file.key, stored)?;
        }
        tx.append_event(
            file.row.id,
            &file.key,
            &NewEvent {
                kind: EventKind::ReplyReceived,
                at: now,
                payload: &payload,
            },
        )
    })?;
    Ok(id)
}

/// The text of an answer: what was pasted, else the text of a saved mail.
fn content(handed_in: &HandedIn) -> ReplyContent {
    let mail = handed_in
        .files
        .iter()
        .filter(|file| file.kind == "message/rfc822")
        .find_map(|file| read_mail(&file.bytes).ok());
    let mut content = mail
        .map(|mail| super::receive::content_of(&mail))
        .unwrap_or_default();
    if !handed_in.text.is_empty() {
        content.text.clone_from(&handed_in.text);
    }
    content
}

/// The files of an answer with ids of their own.
pub(super) fn stored_files(app: &App, reply_id: Uuid, files: &[IncomingFile]) -> Vec<ReplyFile> {
    let now = app.clock.now();
    let stored = |file: &IncomingFile| ReplyFile {
        id: new_id(app.random.as_ref(), now),
        reply_id,
        name: file.name.clone(),
        media_type: file.kind.clone(),
        bytes: file.bytes.clone(),
    };
    files.iter().map(stored).collect()
}

/// Records what the person says an answer is, and the day on which it came. A bounce takes "sent" back from the letter it answers: nobody received it.
///
/// # Errors
/// [`StorageError::NotFound`] for an answer that is not of this case.
pub fn read_reply(
    app: &App,
    file: &CaseFile,
    id: Uuid,
    kind: ReplyKind,
    received_on: NaiveDate,
) -> Result<(), AppError> {
    let now = app.clock.now();
    let Some(reply) = file.replies.iter().find(|reply| reply.id == id) else {
        return Err(StorageError::NotFound.into());
    };
    if file.row.state == CaseState::Closed {
        return Err(AppError::NotNow);
    }
    let was_bounce = reply.kind == Some(ReplyKind::Bounce);
    let restored = was_bounce.then(|| returned_by(file, id)).flatten();
    let returned = if kind == ReplyKind::Bounce {
        restored.or_else(|| newest_sent(file, received_on))
    } else {
        None
    };
    let state = state_after(file, id, kind, returned, restored);
    let payload =
        json!({ "reply": id, "kind": kind, "letter": returned, "received_on": received_on });
    app.db.write(|tx| {
        tx.change_case(&file.row, state, None, now)?;
        tx.read_reply(file.row.id, id, kind, received_on)?;
        match (returned, restored) {
            (Some(letter), None) => tx.mark_letter_returned(file.row.id, letter)?,
            (None, Some(letter)) => tx.mark_letter_sent(file.row.id, letter)?,
            _ => {}
        }
        tx.append_event(
            file.row.id,
            &file.key,
            &NewEvent {
                kind: EventKind::ReplyRead,
                at: now,
                payload: &payload,
            },
        )
    })?;
    Ok(())
}

/// The letter that a bounce answers: the newest one that had gone by then.
fn newest_sent(file: &CaseFile, by: NaiveDate) -> Option<Uuid> {
    let sent = file
        .letters
        .iter()
        .filter_map(|letter| letter.sent.as_ref());
    let before = sent.filter(|sent| sent.sent_on <= by);
    before
        .max_by_key(|sent| sent.sent_on)
        .map(|sent| sent.letter)
}

/// The letter that this answer sent back, if it still waits.
fn returned_by(file: &CaseFile, reply: Uuid) -> Option<Uuid> {
    let of_reply = |payload: &serde_json::Value| {
        payload.get("reply").and_then(|id| id.as_str()) == Some(reply.to_string().as_str())
    };
    let read = file
        .events
        .iter()
        .rev()
        .find(|event| event.kind == EventKind::ReplyRead && of_reply(&event.payload))?;
    let letter: Uuid = read.payload.get("letter")?.as_str()?.parse().ok()?;
    let waits = file
        .letters
        .iter()
        .any(|one| one.id == letter && one.sent.is_none());
    waits.then_some(letter)
}

fn state_after(
    file: &CaseFile,
    id: Uuid,
    kind: ReplyKind,
    returned: Option<Uuid>,
    restored: Option<Uuid>,
) -> CaseState {
    let gone = |letter: &super::file::StoredLetter| {
        (letter.sent.is_some() && returned != Some(letter.id)) || restored == Some(letter.id)
    };
    let sent: Vec<_> = file
        .letters
        .iter()
        .filter(|letter| gone(letter))
        .map(|letter| letter.kind)
        .collect();
    let status = |reply: &ReplyRow| ReplyStatus {
        kind: if reply.id == id {
            Some(kind)
        } else {
            reply.kind
        },
        received_on: reply.received_on,
    };
    let replies: Vec<ReplyStatus> = file.replies.iter().map(status).collect();
    state_of(&sent, &replies)
}
