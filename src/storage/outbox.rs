//! The outbox: mails that wait to be sent, and what became of them. How they are claimed is in `claims`.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::schema::{outbox, outbox_bytes, outbox_mails};
use super::seal::CaseKey;
use super::types::{Id, Instant};
use super::{StorageError, Tx};
use crate::domain::outbox::MailState;

/// A mail as it was approved or caused: everything but its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of a mail")]
pub struct Mail {
    pub from_name: String,
    pub from: String,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub language: String,
    pub date: DateTime<Utc>,
    /// Hash of the approved text of the letter it carries; `None` for a notice.
    pub text_sha256: Option<String>,
    /// The Message-ID it answers.
    #[serde(default)]
    pub in_reply_to: Option<String>,
    /// Those of the exchange so far, oldest first.
    #[serde(default)]
    pub references: Vec<String>,
}

/// A mail in the outbox.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are the columns of the table")]
pub struct OutboxRow {
    pub case_id: Uuid,
    pub id: Uuid,
    /// `letter`, or the kind of a notice.
    pub kind: String,
    pub letter_id: Option<Uuid>,
    pub state: MailState,
    pub message_id: String,
    pub mail: Mail,
    /// The key of its case, as it was when the row was read.
    pub key: CaseKey,
    /// Its bytes, once they are fixed.
    pub bytes: Option<Vec<u8>>,
    pub attempts: i32,
    /// Attempts after which nobody knew whether it was taken.
    pub copies: i32,
    /// Claims that ended without an outcome.
    pub crashes: i32,
    /// The journal of the worker that claimed it last: the only one that knows what became of that attempt.
    pub claimed_by: Option<Uuid>,
    /// The moment that the pace of sending gave it, once it did.
    pub slot_at: Option<DateTime<Utc>>,
    pub queued_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
}

/// A mail to queue.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are the columns of the table")]
pub struct NewMail<'a> {
    pub case_id: Uuid,
    pub id: Uuid,
    pub kind: &'a str,
    pub letter_id: Option<Uuid>,
    pub message_id: &'a str,
    pub mail: &'a Mail,
    pub queued_at: DateTime<Utc>,
}

/// What became of an attempt.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are the columns of the table")]
pub struct Attempted<'a> {
    pub state: MailState,
    pub copies: i32,
    pub next_at: DateTime<Utc>,
    pub result: &'a str,
    pub finished_at: Option<DateTime<Utc>>,
}

#[derive(Queryable)]
pub(super) struct Row {
    pub(super) case_id: Id,
    pub(super) id: Id,
    kind: String,
    letter_id: Option<Id>,
    state: String,
    message_id: String,
    _is_letter: i16,
    _sealed_result: Option<Vec<u8>>,
    attempts: i32,
    copies: i32,
    crashes: i32,
    _next_at: Instant,
    _lease_id: Option<Id>,
    pub(super) lease_until: Option<Instant>,
    pub(super) claimed_by: Option<Id>,
    slot_at: Option<Instant>,
    queued_at: Instant,
    finished_at: Option<Instant>,
}

impl Tx<'_> {
    /// Queues a mail, in the transaction of what causes it.
    ///
    /// # Errors
    /// The database.
    pub fn queue_mail(&mut self, key: &CaseKey, new: &NewMail<'_>) -> Result<(), StorageError> {
        let mail = key.seal("mail", &serde_json::to_vec(new.mail)?, self.random)?;
        diesel::insert_into(outbox::table)
            .values((
                outbox::case_id.eq(Id(new.case_id)),
                outbox::id.eq(Id(new.id)),
                outbox::kind.eq(new.kind),
                outbox::letter_id.eq(new.letter_id.map(Id)),
                outbox::state.eq(MailState::Queued.as_str()),
                outbox::message_id.eq(new.message_id),
                outbox::is_letter.eq(i16::from(new.letter_id.is_some())),
                outbox::attempts.eq(0),
                outbox::copies.eq(0),
                outbox::crashes.eq(0),
                outbox::next_at.eq(Instant(new.queued_at)),
                outbox::queued_at.eq(Instant(new.queued_at)),
            ))
            .execute(self.conn)?;
        diesel::insert_into(outbox_mails::table)
            .values((
                outbox_mails::case_id.eq(Id(new.case_id)),
                outbox_mails::id.eq(Id(new.id)),
                outbox_mails::sealed_mail.eq(mail),
            ))
            .execute(self.conn)?;
        Ok(())
    }

    /// Writes down what became of an attempt. `lease_id`: of the claim; `None` when a lost claim is settled.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if another worker took over: then nothing is changed.
    pub fn finish_mail(
        &mut self,
        row: &OutboxRow,
        key: &CaseKey,
        lease_id: Option<Uuid>,
        done: &Attempted<'_>,
    ) -> Result<(), StorageError> {
        let result = key.seal("result", done.result.as_bytes(), self.random)?;
        // A claim that came back with an outcome was no crash.
        let crashes = if lease_id.is_some() { 0 } else { row.crashes };
        let changes = (
            outbox::state.eq(done.state.as_str()),
            outbox::copies.eq(done.copies),
            outbox::crashes.eq(crashes),
            outbox::next_at.eq(Instant(done.next_at)),
            outbox::sealed_result.eq(Some(result)),
            outbox::finished_at.eq(done.finished_at.map(Instant)),
            outbox::lease_id.eq(None::<Id>),
            outbox::lease_until.eq(None::<Instant>),
            // A letter that is tried again keeps its place in the line.
            outbox::slot_at.eq(done.finished_at.is_none().then_some(Instant(done.next_at))),
        );
        let found = diesel::update(outbox::table.find((Id(row.case_id), Id(row.id))))
            .filter(outbox::state.eq(MailState::Intent.as_str()));
        let changed = match lease_id {
            Some(lease) => found
                .filter(outbox::lease_id.eq(Some(Id(lease))))
                .set(changes)
                .execute(self.conn)?,
            None => found
                .filter(outbox::attempts.eq(row.attempts))
                .set(changes)
                .execute(self.conn)?,
        };
        if changed == 1 {
            Ok(())
        } else {
            Err(StorageError::Conflict)
        }
    }

    /// Takes a mail out of doubt: the person or the operator decided.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if it is not in doubt.
    pub fn settle_asked_mail(
        &mut self,
        case_id: Uuid,
        letter_id: Uuid,
        at: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        diesel::update(outbox::table.filter(outbox::case_id.eq(Id(case_id))))
            .filter(outbox::letter_id.eq(Some(Id(letter_id))))
            .filter(outbox::state.eq(MailState::Ask.as_str()))
            .set((
                outbox::state.eq(MailState::Failed.as_str()),
                outbox::finished_at.eq(Some(Instant(at))),
            ))
            .execute(self.conn)?;
        Ok(())
    }

    /// The letters whose delivery a person has to decide, oldest first.
    ///
    /// # Errors
    /// The database.
    pub fn asked_mails(&mut self, limit: i64) -> Result<Vec<OutboxRow>, StorageError> {
        let rows: Vec<Row> = outbox::table
            .filter(outbox::state.eq(MailState::Ask.as_str()))
            .filter(outbox::letter_id.is_not_null())
            .order(outbox::queued_at.asc())
            .limit(limit)
            .load(self.conn)?;
        rows.into_iter().map(|row| self.opened_mail(row)).collect()
    }

    /// The newest mails, newest first; those of erased cases are gone. For the mailbox page of the demo.
    ///
    /// # Errors
    /// The database.
    pub fn newest_mails(&mut self, limit: i64) -> Result<Vec<OutboxRow>, StorageError> {
        let rows: Vec<Row> = outbox::table
            .order((outbox::queued_at.desc(), outbox::id.desc()))
            .limit(limit)
            .load(self.conn)?;
        rows.into_iter().map(|row| self.opened_mail(row)).collect()
    }

    /// How many mails there are.
    ///
    /// # Errors
    /// The database.
    pub fn count_mails(&mut self) -> Result<i64, StorageError> {
        Ok(outbox::table.count().get_result(self.conn)?)
    }

    /// The mails that carried letters of a case, oldest first.
    ///
    /// # Errors
    /// The database, or a mail that does not open.
    pub fn letter_mails(&mut self, case_id: Uuid) -> Result<Vec<OutboxRow>, StorageError> {
        let rows: Vec<Row> = outbox::table
            .filter(outbox::case_id.eq(Id(case_id)))
            .filter(outbox::letter_id.is_not_null())
            .order(outbox::id.asc())
            .load(self.conn)?;
        rows.into_iter().map(|row| self.opened_mail(row)).collect()
    }

    /// A mail of a case.
    ///
    /// # Errors
    /// [`StorageError::NotFound`].
    pub fn mail(&mut self, id: Uuid) -> Result<OutboxRow, StorageError> {
        let row: Option<Row> = outbox::table
            .filter(outbox::id.eq(Id(id)))
            .first(self.conn)
            .optional()?;
        self.opened_mail(row.ok_or(StorageError::NotFound)?)
    }

    pub(super) fn opened_mail(&mut self, row: Row) -> Result<OutboxRow, StorageError> {
        let key = self.case_key(row.case_id.0)?;
        let mail: Vec<u8> = outbox_mails::table
            .find((row.case_id, row.id))
            .select(outbox_mails::sealed_mail)
            .first(self.conn)?;
        let bytes: Option<Vec<u8>> = outbox_bytes::table
            .find((row.case_id, row.id))
            .select(outbox_bytes::sealed_bytes)
            .first(self.conn)
            .optional()?;
        Ok(OutboxRow {
            case_id: row.case_id.0,
            id: row.id.0,
            kind: row.kind,
            letter_id: row.letter_id.map(|id| id.0),
            state: MailState::parse(&row.state)
                .map_err(|error| StorageError::Format(error.to_string()))?,
            message_id: row.message_id,
            mail: serde_json::from_slice(&key.open("mail", &mail)?)?,
            bytes: bytes.map(|sealed| key.open("bytes", &sealed)).transpose()?,
            attempts: row.attempts,
            copies: row.copies,
            crashes: row.crashes,
            claimed_by: row.claimed_by.map(|id| id.0),
            slot_at: row.slot_at.map(|at| at.0),
            queued_at: row.queued_at.0,
            key,
            finished_at: row.finished_at.map(|at| at.0),
        })
    }
}
