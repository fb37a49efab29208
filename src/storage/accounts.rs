//! The operator's account and its sessions. Passwords arrive here as a slow hash, session tokens as a hash.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::schema::{accounts, sessions};
use super::seal::secret_hash;
use super::types::{Id, Instant};
use super::{StorageError, Tx};

impl Tx<'_> {
    /// Makes an account, or gives the one with this name another password; its sessions end.
    ///
    /// # Errors
    /// The database.
    pub fn save_account(
        &mut self,
        id: Uuid,
        name: &str,
        password_hash: &str,
        at: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let known: Option<Id> = accounts::table
            .filter(accounts::name.eq(name))
            .select(accounts::id)
            .first(self.conn)
            .optional()?;
        if let Some(known) = known {
            diesel::delete(sessions::table.filter(sessions::account_id.eq(known)))
                .execute(self.conn)?;
            diesel::update(accounts::table.find(known))
                .set(accounts::password_hash.eq(password_hash))
                .execute(self.conn)?;
            return Ok(());
        }
        diesel::insert_into(accounts::table)
            .values((
                accounts::id.eq(Id(id)),
                accounts::name.eq(name),
                accounts::password_hash.eq(password_hash),
                accounts::created_at.eq(Instant(at)),
            ))
            .execute(self.conn)?;
        Ok(())
    }

    /// Id and password hash of an account.
    ///
    /// # Errors
    /// The database. `None`: there is no such account.
    pub fn account(&mut self, name: &str) -> Result<Option<(Uuid, String)>, StorageError> {
        let row: Option<(Id, String)> = accounts::table
            .filter(accounts::name.eq(name))
            .select((accounts::id, accounts::password_hash))
            .first(self.conn)
            .optional()?;
        Ok(row.map(|(id, hash)| (id.0, hash)))
    }

    /// Opens a session.
    ///
    /// # Errors
    /// The database.
    pub fn open_session(
        &mut self,
        token: &str,
        account: Uuid,
        expires_at: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        diesel::insert_into(sessions::table)
            .values((
                sessions::token_hash.eq(secret_hash(token)),
                sessions::account_id.eq(Id(account)),
                sessions::expires_at.eq(Instant(expires_at)),
            ))
            .execute(self.conn)?;
        Ok(())
    }

    /// True if the token belongs to a session that has not ended.
    ///
    /// # Errors
    /// The database.
    pub fn session_is_open(
        &mut self,
        token: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        let open: i64 = sessions::table
            .find(secret_hash(token))
            .filter(sessions::expires_at.gt(Instant(now)))
            .count()
            .get_result(self.conn)?;
        Ok(open > 0)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// The database.
    pub fn end_session(&mut self, token: &str) -> Result<(), StorageError> {
        diesel::delete(sessions::table.find(secret_hash(token))).execute(self.conn)?;
        Ok(())
    }

    /// Throws away the sessions that have ended.
    ///
    /// # Errors
    /// The database.
    pub fn delete_old_sessions(&mut self, now: DateTime<Utc>) -> Result<usize, StorageError> {
        Ok(
            diesel::delete(sessions::table.filter(sessions::expires_at.le(Instant(now))))
                .execute(self.conn)?,
        )
    }
}
