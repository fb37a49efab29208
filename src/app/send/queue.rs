//! What the operator sees of the outbox: how much waits, since when, and what waits for a person.

use chrono::{DateTime, Utc};

use crate::app::{App, AppError};
use crate::storage::{PausedPlace, QueueCounts, StorageError};

/// The outbox at a glance.
#[derive(Debug, Clone)]
pub struct QueueView {
    /// How many mails stand where.
    pub counts: QueueCounts,
    /// Since when the mail that is due for longest has been due; `None`: nothing is late.
    pub due_since: Option<DateTime<Utc>>,
    /// Places to which nothing goes until a person has looked.
    pub paused: Vec<PausedPlace>,
}

/// Looks at the outbox.
///
/// # Errors
/// The database.
pub fn view_queue(app: &App) -> Result<QueueView, AppError> {
    let now = app.clock.now();
    Ok(app.db.read::<_, StorageError>(|tx| {
        Ok(QueueView {
            counts: tx.queue_counts(now)?,
            due_since: tx.due_since(now)?,
            paused: tx.paused_places()?,
        })
    })?)
}

/// Lets letters go to a place again, because the operator has looked.
///
/// # Errors
/// The database.
pub fn resume_place(app: &App, place: &str) -> Result<(), AppError> {
    let now = app.clock.now();
    Ok(app.db.write(|tx| tx.resume_place(place, now))?)
}
