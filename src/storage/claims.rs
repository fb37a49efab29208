//! Claims on the outbox: a mail is claimed by lease before the network and finished by compare-and-set after it. Writing down first what is about to be
//! tried is what keeps a letter from being lost; what became of a doubtful one is decided by the journal of the sender, never by time alone.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::conn::Conn;
use super::outbox::{OutboxRow, Row};
use super::schema::{outbox, outbox_bytes};
use super::seal::CaseKey;
use super::types::{DbInstant, Id, Instant};
use super::{StorageError, Tx};
use crate::domain::outbox::MailState;

/// Another worker's claim is left to it for so long after it ran out: its own journal knows more.
const ITS_OWN_TURN: TimeDelta = TimeDelta::seconds(25);

/// The lock that workers of one PostgreSQL pass through one at a time while they claim.
const CLAIMING: i64 = 0x00de_0000_c1a1;

/// A claim for so long.
#[derive(Debug, Clone, Copy)]
pub struct Lease {
    /// Whoever writes down an outcome must name it.
    pub id: Uuid,
    /// The journal in which the attempt will be promised.
    pub journal: Uuid,
    /// When the claim runs out, by the clock of [`Tx::lease_clock`].
    pub until: DateTime<Utc>,
}

/// Which claims count as lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LostClaims {
    /// Those that ran out by now; one of another journal only a while later, because that journal knows more.
    RanOut(DateTime<Utc>),
    /// Every claim of this journal: its only worker has just begun.
    OfThisJournal,
    /// Every claim: there is no other worker at this database.
    All,
}

impl Tx<'_> {
    /// The clock of leases: that of the database where several machines share one, because theirs may differ; else `now`.
    ///
    /// # Errors
    /// The database.
    pub fn lease_clock(&mut self, now: DateTime<Utc>) -> Result<DateTime<Utc>, StorageError> {
        match self.conn {
            Conn::Pg(server) if self.shared => {
                let clock = diesel::dsl::sql::<DbInstant>("clock_timestamp()");
                Ok(diesel::select(clock).get_result::<Instant>(server)?.0)
            }
            _ => Ok(now),
        }
    }

    /// Waits for its turn to claim, until the end of the transaction: two workers that look at the same mails would both ask for their slots.
    /// On SQLite there is one writer anyway.
    ///
    /// # Errors
    /// The database.
    pub fn claim_alone(&mut self) -> Result<(), StorageError> {
        if let Conn::Pg(server) = self.conn {
            diesel::sql_query("select pg_advisory_xact_lock($1)")
                .bind::<diesel::sql_types::BigInt, _>(CLAIMING)
                .execute(server)?;
        }
        Ok(())
    }

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
    pub fn claim_mail(&mut self, row: &OutboxRow, lease: &Lease) -> Result<(), StorageError> {
        let changed = diesel::update(outbox::table.find((Id(row.case_id), Id(row.id))))
            .filter(outbox::state.eq(row.state.as_str()))
            .filter(outbox::attempts.eq(row.attempts))
            .set((
                outbox::state.eq(MailState::Intent.as_str()),
                outbox::attempts.eq(row.attempts + 1),
                outbox::crashes.eq(row.crashes + 1),
                outbox::lease_id.eq(Some(Id(lease.id))),
                outbox::lease_until.eq(Some(Instant(lease.until))),
                outbox::claimed_by.eq(Some(Id(lease.journal))),
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

    /// The mails whose claim was lost, as the worker with this journal sees it.
    ///
    /// # Errors
    /// The database.
    pub fn lost_mails(
        &mut self,
        journal: Uuid,
        which: LostClaims,
    ) -> Result<Vec<OutboxRow>, StorageError> {
        let now = match which {
            LostClaims::RanOut(now) => Some(self.lease_clock(now)?),
            LostClaims::OfThisJournal | LostClaims::All => None,
        };
        let rows: Vec<Row> = outbox::table
            .filter(outbox::state.eq(MailState::Intent.as_str()))
            .load(self.conn)?;
        let mut found = Vec::new();
        for row in rows {
            let ours = row.claimed_by == Some(Id(journal));
            let wait = if ours {
                TimeDelta::zero()
            } else {
                ITS_OWN_TURN
            };
            let lost = match now {
                Some(now) => row.lease_until.is_none_or(|until| until.0 + wait <= now),
                None => ours || which == LostClaims::All,
            };
            if !lost {
                continue;
            }
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
