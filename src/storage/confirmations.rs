//! Confirmation links: the secret for "yes" and the secret for "not me", stored as hashes, each used once.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::schema::confirmations;
use super::seal::secret_hash;
use super::types::{Id, Instant};
use super::{StorageError, Tx};

/// A link to be mailed.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are the columns of the table")]
pub struct NewConfirmation<'a> {
    pub case_id: Uuid,
    pub secret: &'a str,
    pub refuse_secret: &'a str,
    pub expires_at: DateTime<Utc>,
}

/// A link as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the columns of the table")]
pub struct Confirmation {
    pub case_id: Uuid,
    pub expires_at: DateTime<Utc>,
    pub used_at: Option<DateTime<Utc>>,
}

type Row = (Id, Instant, Option<Instant>);

impl Tx<'_> {
    /// Stores the hashes of a link.
    ///
    /// # Errors
    /// The database.
    pub fn insert_confirmation(&mut self, new: &NewConfirmation<'_>) -> Result<(), StorageError> {
        diesel::insert_into(confirmations::table)
            .values((
                confirmations::case_id.eq(Id(new.case_id)),
                confirmations::token_hash.eq(secret_hash(new.secret)),
                confirmations::refuse_hash.eq(secret_hash(new.refuse_secret)),
                confirmations::expires_at.eq(Instant(new.expires_at)),
            ))
            .execute(self.conn)?;
        Ok(())
    }

    /// The link behind a secret.
    ///
    /// # Errors
    /// [`StorageError::NotFound`].
    pub fn confirmation(&mut self, secret: &str) -> Result<Confirmation, StorageError> {
        let row: Option<Row> = confirmations::table
            .filter(confirmations::token_hash.eq(secret_hash(secret)))
            .select((
                confirmations::case_id,
                confirmations::expires_at,
                confirmations::used_at,
            ))
            .first(self.conn)
            .optional()?;
        found(row)
    }

    /// The link behind a "not me" secret; whoever has the secret for "yes" may refuse, too.
    ///
    /// # Errors
    /// [`StorageError::NotFound`].
    pub fn confirmation_to_refuse(&mut self, secret: &str) -> Result<Confirmation, StorageError> {
        let row: Option<Row> = confirmations::table
            .filter(
                confirmations::refuse_hash
                    .eq(secret_hash(secret))
                    .or(confirmations::token_hash.eq(secret_hash(secret))),
            )
            .select((
                confirmations::case_id,
                confirmations::expires_at,
                confirmations::used_at,
            ))
            .first(self.conn)
            .optional()?;
        found(row)
    }

    /// Uses every link of a case, once.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if they were used before.
    pub fn use_confirmations(
        &mut self,
        case_id: Uuid,
        at: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let changed =
            diesel::update(confirmations::table.filter(confirmations::case_id.eq(Id(case_id))))
                .filter(confirmations::used_at.is_null())
                .set(confirmations::used_at.eq(Some(Instant(at))))
                .execute(self.conn)?;
        if changed > 0 {
            Ok(())
        } else {
            Err(StorageError::Conflict)
        }
    }
}

fn found(row: Option<Row>) -> Result<Confirmation, StorageError> {
    let (case_id, expires_at, used_at) = row.ok_or(StorageError::NotFound)?;
    Ok(Confirmation {
        case_id: case_id.0,
        expires_at: expires_at.0,
        used_at: used_at.map(|used| used.0),
    })
}
