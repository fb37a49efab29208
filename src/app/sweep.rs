//! What is kept no longer than it is needed: answers of the form after a day, unconfirmed letters once their link has expired, counters and sessions whose time is over.

use serde_json::json;

use super::{App, AppError};
use crate::domain::case::EventKind;
use crate::storage::{NewEvent, StorageError};

/// Throws away what is over. Returns how many letters nobody confirmed.
///
/// # Errors
/// The database.
pub fn sweep(app: &App) -> Result<usize, AppError> {
    let now = app.clock.now();
    app.db.write(|tx| {
        tx.delete_old_form_drafts(now)?;
        tx.delete_old_limits(now)?;
        tx.delete_old_sessions(now)
    })?;
    let abandoned = app
        .db
        .read::<_, StorageError>(|tx| tx.abandoned_cases(now, 500))?;
    for id in &abandoned {
        app.db.write(|tx| {
            let (case, key) = tx.case(*id)?;
            tx.append_event(
                *id,
                &key,
                &NewEvent {
                    kind: EventKind::CaseErased,
                    at: now,
                    payload: &json!({}),
                },
            )?;
            tx.erase_case(&case, now)
        })?;
    }
    if !abandoned.is_empty() {
        app.db.settle_log()?;
    }
    Ok(abandoned.len())
}
