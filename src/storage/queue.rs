//! The outbox in figures, for the operator.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::{count_star, min};
use diesel::prelude::*;

use super::schema::outbox;
use super::types::Instant;
use super::{StorageError, Tx};
use crate::domain::outbox::MailState;

/// How many mails stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct QueueCounts {
    /// They wait for their turn, their slot or their next attempt.
    pub waiting: i64,
    /// A worker has them.
    pub under_way: i64,
    /// A person has to decide.
    pub in_doubt: i64,
    /// They went in the last 24 hours.
    pub sent: i64,
    /// They were refused in the last 24 hours.
    pub failed: i64,
}

impl Tx<'_> {
    /// Counts the outbox.
    ///
    /// # Errors
    /// The database.
    pub fn queue_counts(&mut self, now: DateTime<Utc>) -> Result<QueueCounts, StorageError> {
        let open: Vec<(String, i64)> = outbox::table
            .filter(outbox::finished_at.is_null())
            .group_by(outbox::state)
            .select((outbox::state, count_star()))
            .load(self.conn)?;
        let finished: Vec<(String, i64)> = outbox::table
            .filter(outbox::finished_at.gt(Some(Instant(now - TimeDelta::hours(24)))))
            .group_by(outbox::state)
            .select((outbox::state, count_star()))
            .load(self.conn)?;
        let mut counts = QueueCounts::default();
        for (state, count) in open.into_iter().chain(finished) {
            let place = match MailState::parse(&state) {
                Ok(MailState::Queued | MailState::Unknown) => &mut counts.waiting,
                Ok(MailState::Intent) => &mut counts.under_way,
                Ok(MailState::Ask) => &mut counts.in_doubt,
                Ok(MailState::Sent) => &mut counts.sent,
                Ok(MailState::Failed) => &mut counts.failed,
                Err(error) => return Err(StorageError::Format(error.to_string())),
            };
            *place += count;
        }
        Ok(counts)
    }

    /// Since when the mail that is due for longest has been due.
    ///
    /// # Errors
    /// The database.
    pub fn due_since(&mut self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StorageError> {
        let waiting = [MailState::Queued.as_str(), MailState::Unknown.as_str()];
        let first: Option<Instant> = outbox::table
            .filter(outbox::state.eq_any(waiting))
            .filter(outbox::next_at.le(Instant(now)))
            .select(min(outbox::next_at))
            .first(self.conn)?;
        Ok(first.map(|at| at.0))
    }
}
