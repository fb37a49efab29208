//! The person hands in an answer that came to them, and says what it means. A machine decides nothing here, and the origin is never shown as proven.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde_json::json;
use uuid::Uuid;

use super::file::{CaseFile, StoredLetter, read_file};
use crate::app::{App, AppError};
use crate::domain::case::{CaseState, Delivery, EventKind, Origin};
use crate::domain::letter::{AnswerDetails, ReplyKind};
use crate::domain::pacing::places_of;
use crate::domain::random::new_id;
use crate::mail::{IncomingFile, read_mail};
use crate::storage::{
    EventRow, Limit, NewEvent, ReplyContent, ReplyFile, ReplyRow, StorageError, Tx,
};

/// An answer as the person hands it in.
#[derive(Debug, Clone, Default)]
pub struct HandedIn {
    /// What they pasted; may be empty where there is a file.
    pub text: String,
    /// Saved mails, PDFs, pictures.
    pub files: Vec<IncomingFile>,
}

/// So many answers a person hands in, with up to ten megabytes each.
const AN_HOUR: Limit = Limit {
    count: 30,
    span: TimeDelta::hours(1),
};

/// Stores an answer. Returns its id.
///
/// # Errors
/// [`AppError::NotNow`] for a closed case, [`StorageError::Limit`] after thirty an hour.
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
        tx.take_from("handed_in", &file.row.id.to_string(), AN_HOUR, now)?;
        // A letter on its way stays so; the answer is read first all the same.
        let state = match file.row.state {
            CaseState::Sending => CaseState::Sending,
            _ => CaseState::Replied,
        };
        tx.change_case(&file.row, state, None, now)?;
        tx.insert_reply(file.row.id, &file.key, &reply, None)?;
        for (stored, bytes) in &files {
            tx.insert_reply_file(file.row.id, &file.key, stored, bytes)?;
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

/// The files of an answer with ids of their own, each with its content.
pub(super) fn stored_files<'a>(
    app: &App,
    reply_id: Uuid,
    files: &'a [IncomingFile],
) -> Vec<(ReplyFile, &'a [u8])> {
    let now = app.clock.now();
    let stored = |(position, file): (usize, &'a IncomingFile)| {
        let label = ReplyFile {
            id: new_id(app.random.as_ref(), now),
            reply_id,
            position,
            name: file.name.clone(),
            media_type: file.kind.clone(),
            length: file.bytes.len(),
        };
        (label, file.bytes.as_slice())
    };
    files.iter().enumerate().map(stored).collect()
}

/// What the person says of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerRead {
    /// What it is.
    pub kind: ReplyKind,
    /// The day on which it came.
    pub received_on: NaiveDate,
    /// What they know beyond that.
    pub said: AnswerDetails,
}

/// Records what the person says an answer is. A bounce takes "sent" back from the letter it answers: nobody received it.
///
/// # Errors
/// [`StorageError::NotFound`] for an answer that is not of this case.
pub fn read_reply(
    app: &App,
    file: &CaseFile,
    id: Uuid,
    answer: AnswerRead,
) -> Result<(), AppError> {
    let AnswerRead {
        kind,
        received_on,
        said,
    } = answer;
    let now = app.clock.now();
    let Some(reply) = file.replies.iter().find(|reply| reply.id == id) else {
        return Err(StorageError::NotFound.into());
    };
    if file.row.state == CaseState::Closed {
        return Err(AppError::NotNow);
    }
    let mut read = reply.clone();
    (read.kind, read.received_on, read.content.said) = (Some(kind), received_on, said);
    let was_bounce = reply.kind == Some(ReplyKind::Bounce);
    let restored = was_bounce.then(|| returned_by(file, id)).flatten();
    let returned = if kind == ReplyKind::Bounce {
        restored.or_else(|| newest_sent(file, reply.arrived_at))
    } else {
        None
    };
    let payload = json!({
        "reply": id, "kind": kind, "letter": returned, "received_on": received_on, "said": said,
    });
    app.db.write(|tx| {
        tx.change_case(&file.row, file.row.state, None, now)?;
        tx.read_reply(file.row.id, &file.key, &read)?;
        match (returned, restored) {
            (Some(letter), None) => {
                tx.mark_letter_returned(file.row.id, letter)?;
                count_return(tx, file.row.id, letter, now)?;
            }
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
        )?;
        // Where the case stands now follows from everything that happened, not from this answer alone.
        let (row, key) = tx.case(file.row.id)?;
        let fresh = read_file(tx, row, key)?;
        tx.change_case(&fresh.row, fresh.state_by_events(), None, now)
    })?;
    Ok(())
}

/// Too many letters that come back pause their domain; only the person's word counts, since anybody can write a bounce.
fn count_return(
    tx: &mut Tx<'_>,
    case_id: Uuid,
    letter: Uuid,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    let mails = tx.letter_mails(case_id)?;
    for mail in mails.iter().filter(|mail| mail.letter_id == Some(letter)) {
        let (_, domain) = places_of(&mail.mail.to);
        tx.count_return(&format!("domain:{domain}"), now)?;
    }
    Ok(())
}

/// The letter that a bounce answers: the newest one that had gone when it came.
fn newest_sent(file: &CaseFile, by: DateTime<Utc>) -> Option<Uuid> {
    let sent = |event: &&EventRow| event.kind == EventKind::LetterSent && event.at <= by;
    let letters = file.events.iter().filter(sent).rev().filter_map(|event| {
        let letter: Uuid = event.payload.get("letter")?.as_str()?.parse().ok()?;
        file.letters
            .iter()
            .find(|one| one.id == letter && one.sent.is_some())
    });
    letters.map(|letter| letter.id).next()
}

/// The letter that this answer sent back, if nothing has been done about it since.
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
    let waits = |one: &StoredLetter| one.id == letter && one.delivery == Delivery::NotDelivered;
    file.letters.iter().any(waits).then_some(letter)
}
