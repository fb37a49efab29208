//! Claims on the outbox: a mail is claimed by lease before the network and finished by compare-and-set after it. Writing down first what is about to be
//! tried is what keeps a letter from being lost; what became of a doubtful one is decided by the journal of the sender, never by time alone.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::outbox::{OutboxRow, Row};
use super::schema::{outbox, outbox_bytes};
use super::seal::CaseKey;
use super::types::{Id, Instant};
use super::{StorageError, Tx};
use crate::domain::outbox::MailState;

impl Tx<'_> {
    /// The mails that may be tried now: notices to people first, then letters, those that wait longest first. A mail whose case was erased meanwhile is thrown away.
    ///
    /// # Errors
    /// The database.
    pub fn due_mails(
        &mut self,
        now: DateTime<Utc>,
        limit: i64,
    ) -> Result<Vec<OutboxRow>, StorageError> {
        let mut rows: Vec<Row> = Vec::new();
        // One walk along the index for each, however many wait.
        for (is_letter, state) in [
            (0_i16, MailState::Queued),
            (0, MailState::Unknown),
            (1, MailState::Unknown),
            (1, MailState::Queued),
        ] {
            let room = limit.saturating_sub(i64::try_from(rows.len()).unwrap_or(limit));
            if room > 0 {
                rows.extend(
                    outbox::table
                        .filter(outbox::state.eq(state.as_str()))
                        .filter(outbox::is_letter.eq(is_letter))
                        .filter(outbox::next_at.le(Instant(now)))
                        .order(outbox::next_at.asc())
                        .limit(room)
                        .load::<Row>(self.conn)?,
                );
            }
        }
        let mut found = Vec::new();
        for row in rows {
            let key = (row.case_id, row.id);
            match self.opened_mail(row) {
                Ok(mail) => found.push(mail),
                Err(StorageError::Erased) => {
                    diesel::delete(outbox::table.find(key)).execute(self.conn)?;
                }
                // One mail that cannot be opened must not stop the others.
                Err(error @ (StorageError::Sealed | StorageError::Format(_))) => {
                    tracing::error!(%error, "a mail cannot be opened; it is looked at again in an hour");
                    diesel::update(outbox::table.find(key))
                        .set(outbox::next_at.eq(Instant(now + TimeDelta::hours(1))))
                        .execute(self.conn)?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    /// Takes a mail for one attempt, if nobody else did.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if another worker was first.
    pub fn claim_mail(
        &mut self,
        row: &OutboxRow,
        lease_id: Uuid,
        lease_until: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let changed = diesel::update(outbox::table.find((Id(row.case_id), Id(row.id))))
            .filter(outbox::state.eq(row.state.as_str()))
            .filter(outbox::attempts.eq(row.attempts))
            .set((
                outbox::state.eq(MailState::Intent.as_str()),
                outbox::attempts.eq(row.attempts + 1),
                outbox::crashes.eq(row.crashes + 1),
                outbox::lease_id.eq(Some(Id(lease_id))),
                outbox::lease_until.eq(Some(Instant(lease_until))),
            ))
            .execute(self.conn)?;
        if changed == 1 {
            Ok(())
        } else {
            Err(StorageError::Conflict)
        }
    }

    /// Fixes the bytes of a claimed mail; every later attempt carries the same.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if the claim was lost.
    pub fn fix_mail_bytes(
        &mut self,
        row: &OutboxRow,
        key: &CaseKey,
        lease_id: Uuid,
        bytes: &[u8],
    ) -> Result<(), StorageError> {
        let sealed = key.seal("bytes", bytes, self.random)?;
        let held: i64 = outbox::table
            .find((Id(row.case_id), Id(row.id)))
            .filter(outbox::lease_id.eq(Some(Id(lease_id))))
            .count()
            .get_result(self.conn)?;
        if held == 0 {
            return Err(StorageError::Conflict);
        }
        // Whoever holds the claim is alone with it; the key of the table holds for the rest.
        diesel::insert_into(outbox_bytes::table)
            .values((
                outbox_bytes::case_id.eq(Id(row.case_id)),
                outbox_bytes::id.eq(Id(row.id)),
                outbox_bytes::sealed_bytes.eq(sealed),
            ))
            .execute(self.conn)?;
        Ok(())
    }

    /// Keeps a claim alive.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if the lease was lost.
    pub fn renew_lease(
        &mut self,
        case_id: Uuid,
        id: Uuid,
        lease_id: Uuid,
        until: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let changed = diesel::update(outbox::table.find((Id(case_id), Id(id))))
            .filter(outbox::state.eq(MailState::Intent.as_str()))
            .filter(outbox::lease_id.eq(Some(Id(lease_id))))
            .set(outbox::lease_until.eq(Some(Instant(until))))
            .execute(self.conn)?;
        if changed == 1 {
            Ok(())
        } else {
            Err(StorageError::Conflict)
        }
    }

    /// Lets a mail wait for its slot: it is not looked at before. `slot`: it has been given this moment; `None` = it is asked again.
    ///
    /// # Errors
    /// The database.
    pub fn postpone_mail(
        &mut self,
        row: &OutboxRow,
        until: DateTime<Utc>,
        slot: Option<DateTime<Utc>>,
    ) -> Result<(), StorageError> {
        diesel::update(outbox::table.find((Id(row.case_id), Id(row.id))))
            .filter(outbox::state.eq(row.state.as_str()))
            .filter(outbox::attempts.eq(row.attempts))
            .set((
                outbox::next_at.eq(Instant(until)),
                outbox::slot_at.eq(slot.map(Instant)),
            ))
            .execute(self.conn)?;
        Ok(())
    }

    /// Gives a claim back that was never begun.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if the lease was lost.
    pub fn give_back_mail(&mut self, row: &OutboxRow, lease_id: Uuid) -> Result<(), StorageError> {
        let before = if row.copies > 0 {
            MailState::Unknown
        } else {
            MailState::Queued
        };
        let changed = diesel::update(outbox::table.find((Id(row.case_id), Id(row.id))))
            .filter(outbox::state.eq(MailState::Intent.as_str()))
            .filter(outbox::lease_id.eq(Some(Id(lease_id))))
            .set((
                outbox::state.eq(before.as_str()),
                outbox::attempts.eq(row.attempts - 1),
                outbox::crashes.eq(row.crashes - 1),
                outbox::lease_id.eq(None::<Id>),
                outbox::lease_until.eq(None::<Instant>),
            ))
            .execute(self.conn)?;
        if changed == 1 {
            Ok(())
        } else {
            Err(StorageError::Conflict)
        }
    }

    /// The mails whose claim ran out, or all claimed ones when `now` is `None` (at the start of the only worker).
    ///
    /// # Errors
    /// The database.
    pub fn lost_mails(
        &mut self,
        now: Option<DateTime<Utc>>,
    ) -> Result<Vec<OutboxRow>, StorageError> {
        let mut query = outbox::table
            .filter(outbox::state.eq(MailState::Intent.as_str()))
            .into_boxed();
        if let Some(now) = now {
            query = query.filter(outbox::lease_until.le(Some(Instant(now))));
        }
        let rows: Vec<Row> = query.load(self.conn)?;
        let mut found = Vec::new();
        for row in rows {
            match self.opened_mail(row) {
                Ok(mail) => found.push(mail),
                Err(error @ (StorageError::Sealed | StorageError::Format(_))) => {
                    tracing::error!(%error, "a claimed mail cannot be opened");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }
}
