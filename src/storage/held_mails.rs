//! The holding pen: mails that came in and belong to no case yet. Every mail is stored here first, byte for byte, before anything reads it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
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

type Row = (Id, Vec<u8>, Vec<u8>, Vec<u8>, String, Instant);

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

    /// Says why a mail stays in the pen.
    ///
    /// # Errors
    /// The database.
    pub fn say_why_held(&mut self, id: Uuid, why: &str) -> Result<(), StorageError> {
        diesel::update(held_mails::table.find(Id(id)))
            .set(held_mails::why.eq(why))
            .execute(self.conn)?;
        Ok(())
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
        let row: Option<Row> = held_mails::table.find(Id(id)).first(self.conn).optional()?;
        self.opened_held(row.ok_or(StorageError::NotFound)?)
    }

    /// The mails in the pen, oldest first.
    ///
    /// # Errors
    /// The database.
    pub fn held_mails(&mut self, limit: i64) -> Result<Vec<HeldMail>, StorageError> {
        let rows: Vec<Row> = held_mails::table
            .order(held_mails::received_at.asc())
            .limit(limit)
            .load(self.conn)?;
        rows.into_iter().map(|row| self.opened_held(row)).collect()
    }

    /// How many mails came in since; for the limit of the intake.
    ///
    /// # Errors
    /// The database.
    pub fn count_held(&mut self) -> Result<i64, StorageError> {
        Ok(held_mails::table.count().get_result(self.conn)?)
    }

    fn opened_held(&mut self, row: Row) -> Result<HeldMail, StorageError> {
        let (id, _raw_hash, sealed_key, sealed_raw, why, received_at) = row;
        let key = self.master.open_case_key(id.0, &sealed_key)?;
        Ok(HeldMail {
            id: id.0,
            raw: key.open("raw", &sealed_raw)?,
            why,
            received_at: received_at.0,
        })
    }
}
