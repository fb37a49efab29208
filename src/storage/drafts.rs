//! Form drafts: what a person has typed before they send it, kept sealed under a secret cookie and thrown away after a day.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::schema::form_drafts;
use super::seal::secret_hash;
use super::types::{Id, Instant};
use super::{StorageError, Tx};

/// A draft as it stands.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are the columns of the table")]
pub struct FormDraft {
    pub id: Uuid,
    /// The case opened from it: the draft is erased with the case.
    pub case_id: Option<Uuid>,
    pub form: Vec<u8>,
    pub expires_at: DateTime<Utc>,
}

impl Tx<'_> {
    /// The draft behind a cookie, unless its day is over.
    ///
    /// # Errors
    /// The database. `None`: there is none, or it is too old.
    pub fn form_draft(
        &mut self,
        secret: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<FormDraft>, StorageError> {
        type Row = (Id, Option<Id>, Vec<u8>, Vec<u8>, Instant);
        let row: Option<Row> = form_drafts::table
            .filter(form_drafts::token_hash.eq(secret_hash(secret)))
            .filter(form_drafts::expires_at.gt(Instant(now)))
            .select((
                form_drafts::id,
                form_drafts::case_id,
                form_drafts::sealed_key,
                form_drafts::sealed_form,
                form_drafts::expires_at,
            ))
            .first(self.conn)
            .optional()?;
        let Some((id, case_id, sealed_key, sealed_form, expires_at)) = row else {
            return Ok(None);
        };
        let key = self.master.open_case_key(id.0, &sealed_key)?;
        Ok(Some(FormDraft {
            id: id.0,
            case_id: case_id.map(|id| id.0),
            form: key.open("form", &sealed_form)?,
            expires_at: expires_at.0,
        }))
    }

    /// Stores a draft in place of the one with the same id.
    ///
    /// # Errors
    /// The database.
    pub fn save_form_draft(&mut self, secret: &str, draft: &FormDraft) -> Result<(), StorageError> {
        let (key, sealed_key) = self.master.new_case_key(draft.id, self.random)?;
        let sealed_form = key.seal("form", &draft.form, self.random)?;
        diesel::delete(form_drafts::table.find(Id(draft.id))).execute(self.conn)?;
        diesel::insert_into(form_drafts::table)
            .values((
                form_drafts::id.eq(Id(draft.id)),
                form_drafts::case_id.eq(draft.case_id.map(Id)),
                form_drafts::token_hash.eq(secret_hash(secret)),
                form_drafts::sealed_key.eq(sealed_key),
                form_drafts::sealed_form.eq(sealed_form),
                form_drafts::expires_at.eq(Instant(draft.expires_at)),
            ))
            .execute(self.conn)?;
        Ok(())
    }

    /// Throws a draft away.
    ///
    /// # Errors
    /// The database.
    pub fn delete_form_draft(&mut self, id: Uuid) -> Result<(), StorageError> {
        diesel::delete(form_drafts::table.find(Id(id))).execute(self.conn)?;
        Ok(())
    }

    /// Throws away every draft whose day is over. Returns how many.
    ///
    /// # Errors
    /// The database.
    pub fn delete_old_form_drafts(&mut self, now: DateTime<Utc>) -> Result<usize, StorageError> {
        Ok(
            diesel::delete(form_drafts::table.filter(form_drafts::expires_at.le(Instant(now))))
                .execute(self.conn)?,
        )
    }
}
