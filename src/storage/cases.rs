//! Cases: their row, their key, and the guarded change that every state change is.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use serde::{Deserialize, Serialize};

use super::schema::{
    case_keys, cases, confirmations, door_codes, door_passes, form_drafts, held_mails, letters,
    outbox, outbox_bytes, outbox_mails, replaced_links, replies, reply_files,
};
use super::seal::{CaseKey, secret_hash};
use super::types::{Id, Instant};
use super::{StorageError, Tx};
use crate::domain::case::{CaseState, Outcome};

/// In place of the name of a company that a person described: it could tell who they are.
pub const NOT_LISTED: &str = "not_listed";

/// The secrets of a case. They are looked up by their hash; the sealed copy is what mails to the person carry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseSecrets {
    /// The secret of the link to its page.
    pub link: String,
    /// The token of its reply address.
    pub reply_token: String,
}

/// A case as it is opened.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are the columns of the table")]
pub struct NewCase<'a> {
    pub id: Uuid,
    pub reference: &'a str,
    pub state: CaseState,
    pub secrets: &'a CaseSecrets,
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
    pub secrets: CaseSecrets,
    /// Id of the directory, or [`NOT_LISTED`].
    pub controller: String,
    pub law_version: String,
    pub facts: Vec<u8>,
    pub wake_at: Option<DateTime<Utc>>,
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
    _reply_hash: Vec<u8>,
    sealed_secrets: Vec<u8>,
    controller: String,
    law_version: String,
    sealed_facts: Vec<u8>,
    wake_at: Option<Instant>,
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
                cases::link_hash.eq(secret_hash(&new.secrets.link)),
                cases::reply_hash.eq(secret_hash(&new.secrets.reply_token)),
                cases::sealed_secrets.eq(sealed_secrets(&key, new.secrets, self.random)?),
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

    /// The case whose reply address has this token.
    ///
    /// # Errors
    /// [`StorageError::NotFound`], or [`StorageError::Erased`] for a case that is gone.
    pub fn case_by_reply_token(&mut self, token: &str) -> Result<(CaseRow, CaseKey), StorageError> {
        let row: Option<Row> = cases::table
            .filter(cases::reply_hash.eq(secret_hash(token)))
            .first(self.conn)
            .optional()?;
        self.opened(row.ok_or(StorageError::NotFound)?)
    }

    /// The case, held against every other change until the transaction ends.
    ///
    /// # Errors
    /// [`StorageError::Erased`] if it is gone, or [`StorageError::NotFound`].
    pub fn lock_case(&mut self, id: Uuid) -> Result<(CaseRow, CaseKey), StorageError> {
        diesel::update(cases::table.find(Id(id)))
            .set(cases::version.eq(cases::version + 1))
            .execute(self.conn)?;
        self.case(id)
    }

    /// Has a job look at a case later that could not be looked at now.
    ///
    /// # Errors
    /// The database.
    pub fn postpone_case(&mut self, id: Uuid, until: DateTime<Utc>) -> Result<(), StorageError> {
        diesel::update(cases::table.find(Id(id)))
            .set(cases::wake_at.eq(Some(Instant(until))))
            .execute(self.conn)?;
        Ok(())
    }

    /// The case with this reference; `None` if there is none, or more than one by chance.
    ///
    /// # Errors
    /// The database.
    pub fn case_by_reference(&mut self, reference: &str) -> Result<Option<Uuid>, StorageError> {
        let found: Vec<Id> = cases::table
            .filter(cases::reference.eq(reference))
            .filter(cases::erased_at.is_null())
            .limit(2)
            .select(cases::case_id)
            .load(self.conn)?;
        Ok(match found.as_slice() {
            [only] => Some(only.0),
            _ => None,
        })
    }

    /// The cases that a job has to look at, those that wait longest first.
    ///
    /// # Errors
    /// The database.
    pub fn cases_to_wake(
        &mut self,
        now: DateTime<Utc>,
        limit: i64,
    ) -> Result<Vec<Uuid>, StorageError> {
        let ids: Vec<Id> = cases::table
            .filter(cases::wake_at.le(Some(Instant(now))))
            .order(cases::wake_at.asc())
            .limit(limit)
            .select(cases::case_id)
            .load(self.conn)?;
        Ok(ids.into_iter().map(|id| id.0).collect())
    }

    /// Says when a job looks at the case again, if nobody changed the case since it was read.
    ///
    /// # Errors
    /// [`StorageError::Conflict`].
    pub fn wake_case(
        &mut self,
        case: &CaseRow,
        at: Option<DateTime<Utc>>,
    ) -> Result<(), StorageError> {
        let changed = diesel::update(cases::table.find(Id(case.id)))
            .filter(cases::version.eq(case.version))
            .set(cases::wake_at.eq(at.map(Instant)))
            .execute(self.conn)?;
        if changed == 1 {
            Ok(())
        } else {
            Err(StorageError::Conflict)
        }
    }

    /// The unconfirmed cases none of whose links works any more.
    ///
    /// # Errors
    /// The database.
    pub fn abandoned_cases(
        &mut self,
        now: DateTime<Utc>,
        limit: i64,
    ) -> Result<Vec<Uuid>, StorageError> {
        let live = confirmations::table
            .filter(confirmations::case_id.eq(cases::case_id))
            .filter(confirmations::expires_at.gt(Instant(now)));
        let ids: Vec<Id> = cases::table
            .filter(cases::state.eq(CaseState::Unconfirmed.as_str()))
            .filter(diesel::dsl::not(diesel::dsl::exists(live)))
            .limit(limit)
            .select(cases::case_id)
            .load(self.conn)?;
        Ok(ids.into_iter().map(|id| id.0).collect())
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
        let secrets = serde_json::from_slice(&key.open("secrets", &row.sealed_secrets)?)?;
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
            secrets,
            controller: row.controller,
            law_version: row.law_version,
            facts,
            wake_at: row.wake_at.map(|at| at.0),
            created_at: row.created_at.0,
        };
        Ok((case, key))
    }

    /// Changes state and outcome, if nobody changed the case since it was read. A job looks soon at what that means for its clock.
    ///
    /// # Errors
    /// [`StorageError::Conflict`]: read again and decide again.
    pub fn change_case(
        &mut self,
        case: &CaseRow,
        state: CaseState,
        outcome: Option<Outcome>,
        at: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let changed = diesel::update(cases::table.find(Id(case.id)))
            .filter(cases::version.eq(case.version))
            .set((
                cases::state.eq(state.as_str()),
                cases::outcome.eq(outcome.map(Outcome::as_str)),
                cases::wake_at.eq(Some(Instant(at))),
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
        key: &CaseKey,
        secret: &str,
        at: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let secrets = CaseSecrets {
            link: secret.to_owned(),
            reply_token: case.secrets.reply_token.clone(),
        };
        let old: Vec<u8> = cases::table
            .find(Id(case.id))
            .select(cases::link_hash)
            .first(self.conn)?;
        let changed = diesel::update(cases::table.find(Id(case.id)))
            .filter(cases::version.eq(case.version))
            .set((
                cases::link_hash.eq(secret_hash(secret)),
                cases::sealed_secrets.eq(sealed_secrets(key, &secrets, self.random)?),
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
                cases::sealed_secrets.eq(Vec::new()),
                cases::wake_at.eq(None::<Instant>),
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
        diesel::delete(held_mails::table.filter(held_mails::case_id.eq(Some(id))))
            .execute(self.conn)?;
        diesel::delete(reply_files::table.filter(reply_files::case_id.eq(id)))
            .execute(self.conn)?;
        diesel::delete(outbox::table.filter(outbox::case_id.eq(id))).execute(self.conn)?;
        diesel::delete(outbox_mails::table.filter(outbox_mails::case_id.eq(id)))
            .execute(self.conn)?;
        diesel::delete(outbox_bytes::table.filter(outbox_bytes::case_id.eq(id)))
            .execute(self.conn)?;
        diesel::delete(confirmations::table.filter(confirmations::case_id.eq(id)))
            .execute(self.conn)?;
        diesel::delete(door_codes::table.filter(door_codes::case_id.eq(id))).execute(self.conn)?;
        diesel::delete(door_passes::table.filter(door_passes::case_id.eq(id)))
            .execute(self.conn)?;
        diesel::delete(replaced_links::table.filter(replaced_links::case_id.eq(id)))
            .execute(self.conn)?;
        diesel::delete(form_drafts::table.filter(form_drafts::case_id.eq(id)))
            .execute(self.conn)?;
        Ok(())
    }
}

fn sealed_secrets(
    key: &CaseKey,
    secrets: &CaseSecrets,
    random: &dyn crate::domain::random::Random,
) -> Result<Vec<u8>, StorageError> {
    key.seal("secrets", &serde_json::to_vec(secrets)?, random)
}
