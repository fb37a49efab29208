//! The one reader of the real clock.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

use crate::domain::clock::Clock;

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one reader of the clock")]
    fn now(&self) -> DateTime<Utc> {
        let now = Utc::now();
        // Both databases keep six digits; a finer instant would not come back equal.
        now.duration_trunc(TimeDelta::microseconds(1))
            .unwrap_or(now)
    }
}
