//! The holding pen: mails that came in and belong to no case yet. Every mail is stored here first, byte for byte, before anything reads it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::schema::held_mails;
use super::types::{Id, Instant};
use super::{StorageError, Tx};

/// A mail in the holding pen.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are the columns of the table")]
pub struct HeldMail {
    pub id: Uuid,
    pub raw: Vec<u8>,
    /// Why it is here, as a word of the screens.
    pub why: String,
    pub received_at: DateTime<Utc>,
}

/// What a mail in the pen is, for a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of a mail")]
pub struct HeldSummary {
    pub from: Option<String>,
    pub subject: Option<String>,
}

/// A line of the list of the pen.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are the columns of the table")]
pub struct HeldLine {
    pub id: Uuid,
    pub summary: HeldSummary,
    pub why: String,
    pub received_at: DateTime<Utc>,
}

impl Tx<'_> {
    /// Stores a mail as it came. Returns the id of the same mail where it was stored before: a delivery agent may hand it over twice.
    ///
    /// # Errors
    /// The database.
    pub fn hold_mail(&mut self, mail: &HeldMail) -> Result<Uuid, StorageError> {
        let raw_hash = self.keyed_bytes_hash("mail", &mail.raw);
        let known: Option<Id> = held_mails::table
            .filter(held_mails::raw_hash.eq(&raw_hash))
            .select(held_mails::id)
            .first(self.conn)
            .optional()?;
        if let Some(id) = known {
            return Ok(id.0);
        }
        let (key, sealed_key) = self.master.new_case_key(mail.id, self.random)?;
        diesel::insert_into(held_mails::table)
            .values((
                held_mails::id.eq(Id(mail.id)),
                held_mails::raw_hash.eq(raw_hash),
                held_mails::sealed_key.eq(sealed_key),
                held_mails::sealed_raw.eq(key.seal("raw", &mail.raw, self.random)?),
                held_mails::why.eq(&mail.why),
                held_mails::received_at.eq(Instant(mail.received_at)),
            ))
            .execute(self.conn)?;
        Ok(mail.id)
    }

    /// Says why a mail stays in the pen, and for which case it came, if that is known.
    ///
    /// # Errors
    /// The database.
    pub fn say_why_held(
        &mut self,
        id: Uuid,
        case_id: Option<Uuid>,
        why: &str,
        summary: &HeldSummary,
    ) -> Result<(), StorageError> {
        let sealed_key: Vec<u8> = held_mails::table
            .find(Id(id))
            .select(held_mails::sealed_key)
            .first(self.conn)?;
        let key = self.master.open_case_key(id, &sealed_key)?;
        let summary = key.seal("summary", &serde_json::to_vec(summary)?, self.random)?;
        diesel::update(held_mails::table.find(Id(id)))
            .set((
                held_mails::why.eq(why),
                held_mails::case_id.eq(case_id.map(Id)),
                held_mails::sealed_summary.eq(Some(summary)),
            ))
            .execute(self.conn)?;
        Ok(())
    }

    /// Throws away the mails that wait since before a day. Returns how many.
    ///
    /// # Errors
    /// The database.
    pub fn delete_old_held_mails(&mut self, before: DateTime<Utc>) -> Result<usize, StorageError> {
        let old = held_mails::table.filter(held_mails::received_at.le(Instant(before)));
        Ok(diesel::delete(old).execute(self.conn)?)
    }

    /// Takes a mail out of the pen.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] if it is not there any more.
    pub fn release_mail(&mut self, id: Uuid) -> Result<(), StorageError> {
        match diesel::delete(held_mails::table.find(Id(id))).execute(self.conn)? {
            0 => Err(StorageError::NotFound),
            _ => Ok(()),
        }
    }

    /// The mail with this id.
    ///
    /// # Errors
    /// [`StorageError::NotFound`].
    pub fn held_mail(&mut self, id: Uuid) -> Result<HeldMail, StorageError> {
        type Row = (Vec<u8>, Vec<u8>, String, Instant);
        let row: Option<Row> = held_mails::table
            .find(Id(id))
            .select((
                held_mails::sealed_key,
                held_mails::sealed_raw,
                held_mails::why,
                held_mails::received_at,
            ))
            .first(self.conn)
            .optional()?;
        let (sealed_key, sealed_raw, why, received_at) = row.ok_or(StorageError::NotFound)?;
        let key = self.master.open_case_key(id, &sealed_key)?;
        Ok(HeldMail {
            id,
            raw: key.open("raw", &sealed_raw)?,
            why,
            received_at: received_at.0,
        })
    }

    /// The mails in the pen, newest first, without their content.
    ///
    /// # Errors
    /// The database.
    pub fn held_mails(&mut self, limit: i64) -> Result<Vec<HeldLine>, StorageError> {
        type Row = (Id, Vec<u8>, Option<Vec<u8>>, String, Instant);
        let rows: Vec<Row> = held_mails::table
            .order(held_mails::received_at.desc())
            .limit(limit)
            .select((
                held_mails::id,
                held_mails::sealed_key,
                held_mails::sealed_summary,
                held_mails::why,
                held_mails::received_at,
            ))
            .load(self.conn)?;
        let line = |(id, sealed_key, summary, why, received_at): Row| {
            let key = self.master.open_case_key(id.0, &sealed_key)?;
            let summary = match summary {
                Some(sealed) => serde_json::from_slice(&key.open("summary", &sealed)?)?,
                None => HeldSummary::default(),
            };
            Ok(HeldLine {
                id: id.0,
                summary,
                why,
                received_at: received_at.0,
            })
        };
        rows.into_iter().map(line).collect()
    }
}
