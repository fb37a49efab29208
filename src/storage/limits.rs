//! Limits of the public form per address: confirmation mails are counted under a keyed hash of the address; "not me" blocks it for ever.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::schema::{blocked_addresses, confirmation_mails};
use super::types::{Id, Instant};
use super::{StorageError, Tx};

/// One confirmation mail in this time, per address.
const PAUSE: TimeDelta = TimeDelta::minutes(10);
/// So many a day, per address.
const PER_DAY: usize = 3;
/// So many ever, per address.
const EVER: usize = 10;

impl Tx<'_> {
    /// True if a confirmation mail may go to the address now: one in ten minutes, three a day, ten ever, none after "not me".
    ///
    /// # Errors
    /// The database.
    pub fn may_mail(&mut self, address: &str, now: DateTime<Utc>) -> Result<bool, StorageError> {
        let hash = self.master.address_hash(address);
        let blocked: i64 = blocked_addresses::table
            .find(&hash)
            .count()
            .get_result(self.conn)?;
        let sent: Vec<Instant> = confirmation_mails::table
            .filter(confirmation_mails::address_hash.eq(&hash))
            .select(confirmation_mails::sent_at)
            .load(self.conn)?;
        let within = |span: TimeDelta| sent.iter().filter(|at| at.0 > now - span).count();
        Ok(blocked == 0
            && sent.len() < EVER
            && within(TimeDelta::days(1)) < PER_DAY
            && within(PAUSE) == 0)
    }

    /// Counts a confirmation mail.
    ///
    /// # Errors
    /// The database.
    pub fn count_mail(
        &mut self,
        address: &str,
        id: Uuid,
        at: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let hash = self.master.address_hash(address);
        diesel::insert_into(confirmation_mails::table)
            .values((
                confirmation_mails::address_hash.eq(hash),
                confirmation_mails::id.eq(Id(id)),
                confirmation_mails::sent_at.eq(Instant(at)),
            ))
            .execute(self.conn)?;
        Ok(())
    }

    /// Blocks an address for ever.
    ///
    /// # Errors
    /// The database.
    pub fn block_address(&mut self, address: &str, at: DateTime<Utc>) -> Result<(), StorageError> {
        let hash = self.master.address_hash(address);
        diesel::delete(blocked_addresses::table.find(&hash)).execute(self.conn)?;
        diesel::insert_into(blocked_addresses::table)
            .values((
                blocked_addresses::address_hash.eq(hash),
                blocked_addresses::blocked_at.eq(Instant(at)),
            ))
            .execute(self.conn)?;
        Ok(())
    }
}
