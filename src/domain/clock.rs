//! Time as an argument. Owns the trait and the clock that tests move by hand; the one reader of the real clock is `config::SystemClock`.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

/// Where "now" comes from.
pub trait Clock: Send + Sync {
    /// The present instant, UTC, cut to whole microseconds (both databases keep six digits).
    fn now(&self) -> DateTime<Utc>;

    /// The civil date in a time zone at this instant.
    fn today(&self, zone: Tz) -> NaiveDate {
        self.now().with_timezone(&zone).date_naive()
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct FixedClock(Mutex<DateTime<Utc>>);

impl FixedClock {
    /// A clock that stands at `now`.
    #[must_use]
    pub fn at(now: DateTime<Utc>) -> FixedClock {
        FixedClock(Mutex::new(now))
    }

    /// Moves the clock to another instant, forward or back.
    pub fn set(&self, now: DateTime<Utc>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }
}

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Another clock, moved forward: the clock of the demo and of rehearsals.
pub struct ShiftedClock {
    base: Arc<dyn Clock>,
    ahead: Mutex<TimeDelta>,
}

impl ShiftedClock {
    /// A clock that shows what `base` shows until it is moved.
    #[must_use]
    pub fn over(base: Arc<dyn Clock>) -> ShiftedClock {
        ShiftedClock {
            base,
            ahead: Mutex::new(TimeDelta::zero()),
        }
    }

    /// Moves it forward.
    pub fn forward(&self, by: TimeDelta) {
        *self.ahead.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }
}

impl Clock for ShiftedClock {
    fn now(&self) -> DateTime<Utc> {
        self.base.now() + *self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
