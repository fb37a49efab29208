//! The person hands in an answer that came to them, and says what it means. A machine decides nothing here, and the origin is never shown as proven.

use chrono::NaiveDate;
use serde_json::json;
use uuid::Uuid;

use super::file::CaseFile;
use crate::app::{App, AppError};
use crate::domain::case::{CaseState, EventKind};
use crate::domain::letter::ReplyKind;
use crate::domain::random::new_id;
use crate::storage::{NewEvent, ReplyRow, StorageError};

/// Stores an answer. Returns its id.
///
/// # Errors
/// [`AppError::NotNow`] for a closed case.
pub fn hand_in_reply(
    app: &App,
    file: &CaseFile,
    received_on: NaiveDate,
    text: &str,
) -> Result<Uuid, AppError> {
    let now = app.clock.now();
    if matches!(file.row.state, CaseState::Closed | CaseState::Unconfirmed) {
        return Err(AppError::NotNow);
    }
    let reply = ReplyRow {
        id: new_id(app.random.as_ref(), now),
        kind: None,
        received_on,
        text: text.to_owned(),
        handed_in_at: now,
    };
    let payload = json!({ "reply": reply.id, "received_on": received_on, "origin": "handed_in" });
    app.db.write(|tx| {
        tx.change_case(&file.row, CaseState::Replied, None)?;
        tx.insert_reply(file.row.id, &file.key, &reply)?;
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
    Ok(reply.id)
}

/// Records what the person says an answer is.
///
/// # Errors
/// [`StorageError::NotFound`] for an answer that is not of this case.
pub fn read_reply(app: &App, file: &CaseFile, id: Uuid, kind: ReplyKind) -> Result<(), AppError> {
    let now = app.clock.now();
    if !file.replies.iter().any(|reply| reply.id == id) {
        return Err(StorageError::NotFound.into());
    }
    if file.row.state == CaseState::Closed {
        return Err(AppError::NotNow);
    }
    let escalated = file
        .letters
        .iter()
        .any(|letter| letter.kind.goes_to_the_regulator() && letter.sent.is_some());
    let state = match kind {
        _ if escalated => CaseState::Escalated,
        ReplyKind::IdentityDemand => CaseState::AwaitingIdentity,
        ReplyKind::AutoReply | ReplyKind::Acknowledgement | ReplyKind::Unrelated => {
            CaseState::AwaitingReply
        }
        ReplyKind::ExtensionNotice => CaseState::Extended,
        _ => CaseState::Replied,
    };
    let payload = json!({ "reply": id, "kind": kind });
    app.db.write(|tx| {
        tx.change_case(&file.row, state, None)?;
        tx.read_reply(file.row.id, id, kind)?;
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
