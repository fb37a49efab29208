//! The pace of sending per place, shared by all workers: slots given away, letters and refusals counted, places that are paused.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::schema::pacing;
use super::types::Instant;
use super::{StorageError, Tx};
use crate::domain::pacing::{Pace, Paced, REFUSAL_WINDOW, must_pause};

/// A place that is paused, for the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PausedPlace {
    /// `domain:example.org`.
    pub place: String,
    /// Letters that went there in the window.
    pub letters: i32,
    /// How many of them were refused or came back.
    pub refused: i32,
    /// Since when.
    pub paused_at: DateTime<Utc>,
}

impl Tx<'_> {
    /// Gives away the next slot of a place.
    ///
    /// # Errors
    /// The database.
    pub fn take_slot(
        &mut self,
        place: &str,
        pace: Pace,
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, StorageError> {
        loop {
            let known: Option<(Instant, Instant)> = pacing::table
                .find(place)
                .select((pacing::taken_until, pacing::since))
                .first(self.conn)
                .optional()?;
            let paced = known.map(|(taken_until, since)| Paced {
                taken_until: taken_until.0,
                since: since.0,
            });
            let (slot, next) = pace.next_slot(paced, now);
            let changed = match known {
                None => self.insert_place(place, next, now)?,
                Some((taken_until, _)) => diesel::update(pacing::table.find(place))
                    .filter(pacing::taken_until.eq(taken_until))
                    .set(pacing::taken_until.eq(Instant(next.taken_until)))
                    .execute(self.conn)?,
            };
            // Another worker took this slot; the next one is free.
            if changed == 1 {
                return Ok(slot);
            }
        }
    }

    /// Takes a place that is free now, and none in advance. Else: the moment of the next free one.
    ///
    /// # Errors
    /// The database.
    pub fn take_free_slot(
        &mut self,
        place: &str,
        pace: Pace,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, StorageError> {
        let known: Option<(Instant, Instant)> = pacing::table
            .find(place)
            .select((pacing::taken_until, pacing::since))
            .first(self.conn)
            .optional()?;
        let paced = known.map(|(taken_until, since)| Paced {
            taken_until: taken_until.0,
            since: since.0,
        });
        let (slot, _) = pace.next_slot(paced, now);
        if slot > now {
            return Ok(Some(slot));
        }
        let taken = self.take_slot(place, pace, now)?;
        Ok((taken > now).then_some(taken))
    }

    fn insert_place(
        &mut self,
        place: &str,
        paced: Paced,
        now: DateTime<Utc>,
    ) -> Result<usize, StorageError> {
        Ok(diesel::insert_into(pacing::table)
            .values((
                pacing::place.eq(place),
                pacing::taken_until.eq(Instant(paced.taken_until)),
                pacing::since.eq(Instant(paced.since)),
                pacing::letters.eq(0),
                pacing::refused.eq(0),
                pacing::counted_from.eq(Instant(now)),
            ))
            .execute(self.conn)?)
    }

    /// True if nothing goes to the place until a person has looked.
    ///
    /// # Errors
    /// The database.
    pub fn is_paused(&mut self, place: &str) -> Result<bool, StorageError> {
        let found: Option<Option<Instant>> = pacing::table
            .find(place)
            .select(pacing::paused_at)
            .first(self.conn)
            .optional()?;
        Ok(found.flatten().is_some())
    }

    /// Counts a letter that reached its end, and pauses the place if too many of them were refused. True if it is paused by this one.
    ///
    /// # Errors
    /// The database.
    pub fn count_end(
        &mut self,
        place: &str,
        refused: bool,
        now: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        self.count(place, 1, i32::from(refused), now)
    }

    /// Counts a letter that had gone and came back; else as [`Tx::count_end`].
    ///
    /// # Errors
    /// The database.
    pub fn count_return(&mut self, place: &str, now: DateTime<Utc>) -> Result<bool, StorageError> {
        self.count(place, 0, 1, now)
    }

    fn count(
        &mut self,
        place: &str,
        letters: i32,
        refused: i32,
        now: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        let open = pacing::table.find(place);
        diesel::update(open)
            .filter(pacing::counted_from.le(Instant(now - REFUSAL_WINDOW)))
            .set((
                pacing::letters.eq(0),
                pacing::refused.eq(0),
                pacing::counted_from.eq(Instant(now)),
            ))
            .execute(self.conn)?;
        diesel::update(open)
            .set((
                pacing::letters.eq(pacing::letters + letters),
                pacing::refused.eq(pacing::refused + refused),
            ))
            .execute(self.conn)?;
        let counted: Option<(i32, i32)> = open
            .select((pacing::letters, pacing::refused))
            .first(self.conn)
            .optional()?;
        if refused == 0 || !counted.is_some_and(|(letters, refused)| must_pause(letters, refused)) {
            return Ok(false);
        }
        let changed = diesel::update(open)
            .filter(pacing::paused_at.is_null())
            .set(pacing::paused_at.eq(Some(Instant(now))))
            .execute(self.conn)?;
        Ok(changed == 1)
    }

    /// The places that are paused, the newest first.
    ///
    /// # Errors
    /// The database.
    pub fn paused_places(&mut self) -> Result<Vec<PausedPlace>, StorageError> {
        let rows: Vec<(String, i32, i32, Option<Instant>)> = pacing::table
            .filter(pacing::paused_at.is_not_null())
            .order(pacing::paused_at.desc())
            .select((
                pacing::place,
                pacing::letters,
                pacing::refused,
                pacing::paused_at,
            ))
            .load(self.conn)?;
        let place = |(place, letters, refused, paused_at): (_, _, _, Option<Instant>)| {
            Some(PausedPlace {
                place,
                letters,
                refused,
                paused_at: paused_at?.0,
            })
        };
        Ok(rows.into_iter().filter_map(place).collect())
    }

    /// Lets letters go to a place again; its counts begin anew.
    ///
    /// # Errors
    /// The database.
    pub fn resume_place(&mut self, place: &str, now: DateTime<Utc>) -> Result<(), StorageError> {
        diesel::update(pacing::table.find(place))
            .set((
                pacing::paused_at.eq(None::<Instant>),
                pacing::letters.eq(0),
                pacing::refused.eq(0),
                pacing::counted_from.eq(Instant(now)),
            ))
            .execute(self.conn)?;
        Ok(())
    }
}
