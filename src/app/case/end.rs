//! The ends of a case: withdrawn, closed with an outcome, erased; and a new secret link for one that leaked.

use serde_json::json;

use super::file::CaseFile;
use crate::app::{App, AppError};
use crate::domain::case::{CaseState, EventKind, Outcome};
use crate::domain::random::new_secret;
use crate::storage::NewEvent;

/// The person takes the request back.
///
/// # Errors
/// [`AppError::NotNow`] if the case is closed.
pub fn withdraw_case(app: &App, file: &CaseFile) -> Result<(), AppError> {
    end(app, file, EventKind::CaseWithdrawn, Outcome::Withdrawn)
}

/// The person says how it ended.
///
/// # Errors
/// [`AppError::NotNow`] if the case is closed.
pub fn close_case(app: &App, file: &CaseFile, outcome: Outcome) -> Result<(), AppError> {
    end(app, file, EventKind::CaseClosed, outcome)
}

fn end(app: &App, file: &CaseFile, kind: EventKind, outcome: Outcome) -> Result<(), AppError> {
    if file.row.state == CaseState::Closed {
        return Err(AppError::NotNow);
    }
    let now = app.clock.now();
    let payload = json!({ "outcome": outcome });
    app.db.write(|tx| {
        tx.change_case(&file.row, CaseState::Closed, Some(outcome), now)?;
        tx.append_event(
            file.row.id,
            &file.key,
            &NewEvent {
                kind,
                at: now,
                payload: &payload,
            },
        )
    })?;
    Ok(())
}

/// Makes a new secret link; the old one leads nowhere. Returns the secret.
///
/// # Errors
/// The database.
pub fn renew_link(app: &App, file: &CaseFile) -> Result<String, AppError> {
    let (secret, now) = (new_secret(app.random.as_ref()), app.clock.now());
    app.db.write(|tx| {
        tx.renew_link(&file.row, &file.key, &secret, now)?;
        tx.append_event(
            file.row.id,
            &file.key,
            &NewEvent {
                kind: EventKind::LinkRenewed,
                at: now,
                payload: &json!({}),
            },
        )
    })?;
    Ok(secret)
}

/// Empties the log of the database; what readers hold up, the hourly job does.
pub(super) fn settle_log(app: &App) -> Result<(), AppError> {
    if !app.db.settle_log()? {
        tracing::warn!("the log of the database could not be emptied yet; it is tried again");
    }
    Ok(())
}

/// Erases everything about the person. What remains: that a case existed and when, and the hashes of its sealed events.
///
/// # Errors
/// The database.
pub fn erase_case(app: &App, file: &CaseFile) -> Result<(), AppError> {
    let now = app.clock.now();
    app.db.write(|tx| {
        tx.append_event(
            file.row.id,
            &file.key,
            &NewEvent {
                kind: EventKind::CaseErased,
                at: now,
                payload: &json!({}),
            },
        )?;
        tx.erase_case(&file.row, now)
    })?;
    // The key is gone from the tables; now also from the log that SQLite keeps beside them.
    settle_log(app)
}
