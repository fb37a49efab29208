//! What is kept no longer than it is needed: answers of the form after a day, unconfirmed letters once their link has expired, counters and sessions whose time is over.

use chrono::TimeDelta;
use serde_json::json;
use uuid::Uuid;

use super::{App, AppError};
use crate::domain::case::{CaseState, EventKind};
use crate::storage::{NewEvent, StorageError};

/// So long after its last link has expired a letter can still be confirmed by a new one.
const GRACE: TimeDelta = TimeDelta::days(1);

/// So long a mail waits in the holding pen.
const HELD: TimeDelta = TimeDelta::days(90);

/// Throws away what is over. Returns how many letters nobody confirmed.
///
/// # Errors
/// The database.
pub fn sweep(app: &App) -> Result<usize, AppError> {
    let now = app.clock.now();
    app.db.write(|tx| {
        tx.delete_old_form_drafts(now)?;
        tx.delete_old_limits(now)?;
        tx.delete_old_held_mails(now - HELD)?;
        tx.delete_old_door_codes(now)?;
        tx.delete_old_sessions(now)
    })?;
    let abandoned = app
        .db
        .read::<_, StorageError>(|tx| tx.abandoned_cases(now - GRACE, 500))?;
    for id in &abandoned {
        if let Err(error) = erase(app, *id) {
            tracing::error!(%error, "an abandoned letter could not be erased");
        }
    }
    if !app.db.settle_log()? {
        tracing::warn!(
            "the log of the database could not be emptied; it is tried again in an hour"
        );
    }
    Ok(abandoned.len())
}

fn erase(app: &App, id: Uuid) -> Result<(), StorageError> {
    let now = app.clock.now();
    app.db.write(|tx| {
        let (case, key) = tx.lock_case(id)?;
        if case.state != CaseState::Unconfirmed {
            return Ok(());
        }
        tx.append_event(
            id,
            &key,
            &NewEvent {
                kind: EventKind::CaseErased,
                at: now,
                payload: &json!({}),
            },
        )?;
        tx.erase_case(&case, now)
    })
}
