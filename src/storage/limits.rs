//! Limits of what can be asked of the service: each bucket is counted under a keyed hash of what it is for, and forgets when its time is over.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel::prelude::*;

use super::schema::{blocked_addresses, limits};
use super::types::Instant;
use super::{StorageError, Tx};

/// So many in a span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// How many.
    pub count: i32,
    /// In which time, from the first one on.
    pub span: TimeDelta,
}

impl Tx<'_> {
    /// Takes one out of a bucket. `of`: what is counted, for instance a mail address or the address of a network; only its keyed hash is stored.
    /// The moment is kept to the day where the span is longer than a day.
    ///
    /// # Errors
    /// [`StorageError::Limit`] if the bucket is empty: nothing was taken.
    pub fn take_from(
        &mut self,
        bucket: &str,
        of: &str,
        limit: Limit,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let hash = self.keyed_hash(bucket, of);
        // One guarded statement, so that two who take at once cannot both get the last one.
        let changed = diesel::update(limits::table.find(&hash))
            .filter(limits::resets_at.gt(Instant(now)))
            .filter(limits::used.lt(limit.count))
            .set(limits::used.eq(limits::used + 1))
            .execute(self.conn)?;
        if changed == 1 {
            return Ok(());
        }
        let empty: i64 = limits::table
            .find(&hash)
            .filter(limits::resets_at.gt(Instant(now)))
            .count()
            .get_result(self.conn)?;
        if empty > 0 {
            return Err(StorageError::Limit);
        }
        self.open_bucket(hash, limit, now)
    }

    fn open_bucket(
        &mut self,
        hash: Vec<u8>,
        limit: Limit,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let from = if limit.span > TimeDelta::days(1) {
            now.date_naive().and_time(chrono::NaiveTime::MIN).and_utc()
        } else {
            now
        };
        diesel::delete(limits::table.find(&hash)).execute(self.conn)?;
        diesel::insert_into(limits::table)
            .values((
                limits::bucket_hash.eq(hash),
                limits::used.eq(1),
                limits::resets_at.eq(Instant(from + limit.span)),
            ))
            .execute(self.conn)?;
        Ok(())
    }

    /// Fills a bucket again.
    ///
    /// # Errors
    /// The database.
    pub fn forget_bucket(&mut self, bucket: &str, of: &str) -> Result<(), StorageError> {
        let hash = self.keyed_hash(bucket, of);
        diesel::delete(limits::table.find(&hash)).execute(self.conn)?;
        Ok(())
    }

    /// Forgets every bucket whose time is over. Returns how many.
    ///
    /// # Errors
    /// The database.
    pub fn delete_old_limits(&mut self, now: DateTime<Utc>) -> Result<usize, StorageError> {
        Ok(
            diesel::delete(limits::table.filter(limits::resets_at.le(Instant(now))))
                .execute(self.conn)?,
        )
    }

    /// True if an address said "this was not me".
    ///
    /// # Errors
    /// The database.
    pub fn is_blocked(&mut self, address: &str) -> Result<bool, StorageError> {
        let hash = self.keyed_hash("address", address);
        let blocked: i64 = blocked_addresses::table
            .find(&hash)
            .count()
            .get_result(self.conn)?;
        Ok(blocked > 0)
    }

    /// Blocks an address for ever.
    ///
    /// # Errors
    /// The database.
    pub fn block_address(&mut self, address: &str, on: NaiveDate) -> Result<(), StorageError> {
        let hash = self.keyed_hash("address", address);
        diesel::delete(blocked_addresses::table.find(&hash)).execute(self.conn)?;
        diesel::insert_into(blocked_addresses::table)
            .values((
                blocked_addresses::address_hash.eq(hash),
                blocked_addresses::blocked_on.eq(on),
            ))
            .execute(self.conn)?;
        Ok(())
    }
}
