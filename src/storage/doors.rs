//! The controller's door: links and passes by the hash of their secret, and the one code of a case that waits to be typed in. What is said at the door is an answer (`replies`).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::schema::{door_codes, door_passes, doors};
use super::seal::secret_hash;
use super::types::{Id, Instant};
use super::{StorageError, Tx};

/// So often a code can be typed in.
const MOST_TRIES: i32 = 5;

/// The link of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the columns of the table")]
pub struct DoorLink {
    pub case_id: Uuid,
    pub opened_at: DateTime<Utc>,
}

impl Tx<'_> {
    /// Stores the hash of the link that a letter carries.
    ///
    /// # Errors
    /// The database.
    pub fn open_door(
        &mut self,
        case_id: Uuid,
        token: &str,
        at: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        diesel::insert_into(doors::table)
            .values((
                doors::case_id.eq(Id(case_id)),
                doors::token_hash.eq(secret_hash(token)),
                doors::opened_at.eq(Instant(at)),
            ))
            .execute(self.conn)?;
        Ok(())
    }

    /// The door behind a link. It stays when its case is erased: a link that led somewhere says that it leads nowhere now.
    ///
    /// # Errors
    /// [`StorageError::NotFound`].
    pub fn door(&mut self, token: &str) -> Result<DoorLink, StorageError> {
        let row: Option<(Id, Instant)> = doors::table
            .filter(doors::token_hash.eq(secret_hash(token)))
            .select((doors::case_id, doors::opened_at))
            .first(self.conn)
            .optional()?;
        let (case_id, opened_at) = row.ok_or(StorageError::NotFound)?;
        Ok(DoorLink {
            case_id: case_id.0,
            opened_at: opened_at.0,
        })
    }

    /// Stores a code in place of the one before. Codes are short, so their hash is keyed.
    ///
    /// # Errors
    /// The database.
    pub fn put_door_code(
        &mut self,
        case_id: Uuid,
        code: &str,
        expires_at: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let code_hash = self.code_hash(case_id, code);
        diesel::delete(door_codes::table.find(Id(case_id))).execute(self.conn)?;
        diesel::insert_into(door_codes::table)
            .values((
                door_codes::case_id.eq(Id(case_id)),
                door_codes::code_hash.eq(code_hash),
                door_codes::tries.eq(0),
                door_codes::expires_at.eq(Instant(expires_at)),
            ))
            .execute(self.conn)?;
        Ok(())
    }

    /// Tries a code: true once for the right one. Every try counts, and must be committed to count.
    ///
    /// # Errors
    /// The database.
    pub fn try_door_code(
        &mut self,
        case_id: Uuid,
        code: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        // One guarded statement, so that two who try at once do not share a try.
        let counted = diesel::update(door_codes::table.find(Id(case_id)))
            .filter(door_codes::expires_at.gt(Instant(now)))
            .filter(door_codes::tries.lt(MOST_TRIES))
            .set(door_codes::tries.eq(door_codes::tries + 1))
            .execute(self.conn)?;
        if counted == 0 {
            return Ok(false);
        }
        let code_hash = self.code_hash(case_id, code);
        let used = diesel::delete(door_codes::table.find(Id(case_id)))
            .filter(door_codes::code_hash.eq(code_hash))
            .execute(self.conn)?;
        Ok(used == 1)
    }

    /// Stores the pass of somebody who knew the code.
    ///
    /// # Errors
    /// The database.
    pub fn put_door_pass(
        &mut self,
        case_id: Uuid,
        pass: &str,
        expires_at: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        diesel::insert_into(door_passes::table)
            .values((
                door_passes::case_id.eq(Id(case_id)),
                door_passes::pass_hash.eq(secret_hash(pass)),
                door_passes::expires_at.eq(Instant(expires_at)),
            ))
            .execute(self.conn)?;
        Ok(())
    }

    /// True if this pass opens this case now.
    ///
    /// # Errors
    /// The database.
    pub fn door_pass_holds(
        &mut self,
        case_id: Uuid,
        pass: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        let found: i64 = door_passes::table
            .find((Id(case_id), secret_hash(pass)))
            .filter(door_passes::expires_at.gt(Instant(now)))
            .count()
            .get_result(self.conn)?;
        Ok(found > 0)
    }

    /// Deletes the codes and passes whose time is over. Returns how many.
    ///
    /// # Errors
    /// The database.
    pub fn delete_old_door_codes(&mut self, now: DateTime<Utc>) -> Result<usize, StorageError> {
        let codes = door_codes::table.filter(door_codes::expires_at.le(Instant(now)));
        let passes = door_passes::table.filter(door_passes::expires_at.le(Instant(now)));
        let gone = diesel::delete(codes).execute(self.conn)?;
        Ok(gone + diesel::delete(passes).execute(self.conn)?)
    }

    fn code_hash(&self, case_id: Uuid, code: &str) -> Vec<u8> {
        self.keyed_hash("door_code", &format!("{case_id}:{code}"))
    }
}
