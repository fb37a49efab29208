//! Cases: their row, their key, and the guarded change that every state change is.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::schema::{
    case_keys, cases, confirmations, form_drafts, letters, notices, replaced_links, replies,
};
use super::seal::{CaseKey, secret_hash};
use super::types::{Id, Instant};
use super::{StorageError, Tx};
use crate::domain::case::{CaseState, Outcome};

/// A case as it is opened.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are the columns of the table")]
pub struct NewCase<'a> {
    pub id: Uuid,
    pub reference: &'a str,
    pub state: CaseState,
    pub link_secret: &'a str,
    pub controller: &'a str,
    pub law_version: &'a str,
    pub facts: &'a [u8],
    pub created_at: DateTime<Utc>,
}

/// A case as it lies in the database, its facts opened.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are the columns of the table")]
pub struct CaseRow {
    pub id: Uuid,
    pub reference: String,
    pub state: CaseState,
    pub outcome: Option<Outcome>,
    pub version: i32,
    pub controller: String,
    pub law_version: String,
    pub facts: Vec<u8>,
    pub created_at: DateTime<Utc>,
}

#[derive(Queryable)]
struct Row {
    case_id: Id,
    reference: String,
    state: String,
    outcome: Option<String>,
    version: i32,
    _link_hash: Vec<u8>,
    controller: String,
    law_version: String,
    sealed_facts: Vec<u8>,
    created_at: Instant,
    erased_at: Option<Instant>,
}

impl Tx<'_> {
    /// Opens a case with a key of its own.
    ///
    /// # Errors
    /// The database.
    pub fn insert_case(&mut self, new: &NewCase<'_>) -> Result<CaseKey, StorageError> {
        let (key, sealed_key) = self.master.new_case_key(new.id, self.random)?;
        diesel::insert_into(case_keys::table)
            .values((
                case_keys::case_id.eq(Id(new.id)),
                case_keys::sealed_key.eq(sealed_key),
            ))
            .execute(self.conn)?;
        diesel::insert_into(cases::table)
            .values((
                cases::case_id.eq(Id(new.id)),
                cases::reference.eq(new.reference),
                cases::state.eq(new.state.as_str()),
                cases::version.eq(1),
                cases::link_hash.eq(secret_hash(new.link_secret)),
                cases::controller.eq(new.controller),
                cases::law_version.eq(new.law_version),
                cases::sealed_facts.eq(key.seal("facts", new.facts, self.random)?),
                cases::created_at.eq(Instant(new.created_at)),
            ))
            .execute(self.conn)?;
        Ok(key)
    }

    /// The key of a case.
    ///
    /// # Errors
    /// [`StorageError::Erased`] when it was destroyed.
    pub fn case_key(&mut self, id: Uuid) -> Result<CaseKey, StorageError> {
        let sealed: Option<Vec<u8>> = case_keys::table
            .find(Id(id))
            .select(case_keys::sealed_key)
            .first(self.conn)
            .optional()?;
        self.master
            .open_case_key(id, &sealed.ok_or(StorageError::Erased)?)
    }

    /// The case behind a secret link.
    ///
    /// # Errors
    /// [`StorageError::NotFound`], or [`StorageError::Erased`] for a case that is gone.
    pub fn case_by_link(&mut self, secret: &str) -> Result<(CaseRow, CaseKey), StorageError> {
        let row: Option<Row> = cases::table
            .filter(cases::link_hash.eq(secret_hash(secret)))
            .first(self.conn)
            .optional()?;
        match row {
            Some(row) => self.opened(row),
            None => Err(self.why_no_case(secret)?),
        }
    }

    /// A link that leads nowhere was replaced, or never existed.
    fn why_no_case(&mut self, secret: &str) -> Result<StorageError, StorageError> {
        let replaced: Option<Instant> = replaced_links::table
            .filter(replaced_links::link_hash.eq(secret_hash(secret)))
            .select(replaced_links::replaced_at)
            .first(self.conn)
            .optional()?;
        Ok(replaced.map_or(StorageError::NotFound, |at| StorageError::Replaced(at.0)))
    }

    /// The case with this id.
    ///
    /// # Errors
    /// As [`Tx::case_by_link`].
    pub fn case(&mut self, id: Uuid) -> Result<(CaseRow, CaseKey), StorageError> {
        let row: Option<Row> = cases::table.find(Id(id)).first(self.conn).optional()?;
        self.opened(row.ok_or(StorageError::NotFound)?)
    }

    fn opened(&mut self, row: Row) -> Result<(CaseRow, CaseKey), StorageError> {
        if row.erased_at.is_some() {
            return Err(StorageError::Erased);
        }
        let key = self.case_key(row.case_id.0)?;
        let facts = key.open("facts", &row.sealed_facts)?;
        let unknown =
            |error: crate::domain::names::UnknownName| StorageError::Format(error.to_string());
        let case = CaseRow {
            id: row.case_id.0,
            reference: row.reference,
            state: CaseState::parse(&row.state).map_err(unknown)?,
            outcome: row
                .outcome
                .as_deref()
                .map(Outcome::parse)
                .transpose()
                .map_err(unknown)?,
            version: row.version,
            controller: row.controller,
            law_version: row.law_version,
            facts,
            created_at: row.created_at.0,
        };
        Ok((case, key))
    }

    /// Changes state and outcome, if nobody changed the case since it was read.
    ///
    /// # Errors
    /// [`StorageError::Conflict`]: read again and decide again.
    pub fn change_case(
        &mut self,
        case: &CaseRow,
        state: CaseState,
        outcome: Option<Outcome>,
    ) -> Result<(), StorageError> {
        let changed = diesel::update(cases::table.find(Id(case.id)))
            .filter(cases::version.eq(case.version))
            .set((
                cases::state.eq(state.as_str()),
                cases::outcome.eq(outcome.map(Outcome::as_str)),
                cases::version.eq(case.version + 1),
            ))
            .execute(self.conn)?;
        if changed == 1 {
            Ok(())
        } else {
            Err(StorageError::Conflict)
        }
    }

    /// Gives the case a new secret link; the old one says from then on that it was replaced.
    ///
    /// # Errors
    /// [`StorageError::Conflict`].
    pub fn renew_link(
        &mut self,
        case: &CaseRow,
        secret: &str,
        at: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let old: Vec<u8> = cases::table
            .find(Id(case.id))
            .select(cases::link_hash)
            .first(self.conn)?;
        let changed = diesel::update(cases::table.find(Id(case.id)))
            .filter(cases::version.eq(case.version))
            .set((
                cases::link_hash.eq(secret_hash(secret)),
                cases::version.eq(case.version + 1),
            ))
            .execute(self.conn)?;
        if changed != 1 {
            return Err(StorageError::Conflict);
        }
        diesel::insert_into(replaced_links::table)
            .values((
                replaced_links::case_id.eq(Id(case.id)),
                replaced_links::link_hash.eq(old),
                replaced_links::replaced_at.eq(Instant(at)),
            ))
            .execute(self.conn)?;
        Ok(())
    }

    /// Erases a case: its key is destroyed, so every sealed value of it is noise in every copy of the database; its rows are deleted. What is left is the row of
    /// the case with its times, emptied, and the chain of its sealed events, which stays whole.
    ///
    /// # Errors
    /// [`StorageError::Conflict`].
    pub fn erase_case(&mut self, case: &CaseRow, at: DateTime<Utc>) -> Result<(), StorageError> {
        let id = Id(case.id);
        let changed = diesel::update(cases::table.find(id))
            .filter(cases::version.eq(case.version))
            .set((
                cases::state.eq(CaseState::Closed.as_str()),
                cases::outcome.eq(None::<String>),
                cases::reference.eq(""),
                cases::controller.eq(""),
                cases::sealed_facts.eq(Vec::new()),
                cases::erased_at.eq(Some(Instant(at))),
                cases::version.eq(case.version + 1),
            ))
            .execute(self.conn)?;
        if changed != 1 {
            return Err(StorageError::Conflict);
        }
        diesel::delete(case_keys::table.find(id)).execute(self.conn)?;
        diesel::delete(letters::table.filter(letters::case_id.eq(id))).execute(self.conn)?;
        diesel::delete(replies::table.filter(replies::case_id.eq(id))).execute(self.conn)?;
        diesel::delete(notices::table.filter(notices::case_id.eq(id))).execute(self.conn)?;
        diesel::delete(confirmations::table.filter(confirmations::case_id.eq(id)))
            .execute(self.conn)?;
        diesel::delete(replaced_links::table.filter(replaced_links::case_id.eq(id)))
            .execute(self.conn)?;
        diesel::delete(form_drafts::table.filter(form_drafts::case_id.eq(id)))
            .execute(self.conn)?;
        Ok(())
    }
}
