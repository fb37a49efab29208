//! The pace of sending: how letters to one mailbox, one domain and the provider are spread over time, and when a domain is left in peace. No clock and no network here.

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;

/// How many letters go to one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// So many in an hour, evenly spread.
    pub per_hour: i32,
    /// So many may go at once before the spreading begins.
    pub burst: i32,
    /// Days over which a new place is brought to the full pace; 0 = at once.
    pub slow_start_days: i32,
}

/// What is known of one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paced {
    /// The moment up to which slots have been given away.
    pub taken_until: DateTime<Utc>,
    /// When the first letter went there.
    pub since: DateTime<Utc>,
}

/// So many letters of a window, and the refusals among them are looked at.
pub const FEWEST_REFUSALS: i32 = 5;

/// Above this share of letters that were refused or came back, nothing more goes there until a person has looked. Percent.
pub const MOST_REFUSALS: i32 = 10;

/// The time over which letters and refusals are counted.
pub const REFUSAL_WINDOW: TimeDelta = TimeDelta::hours(24);

impl Pace {
    /// Gives the next free slot away: the earliest moment for one more letter, and what is known afterwards. Each letter is given its slot once, so that the work
    /// does not grow with the number of those that wait.
    #[must_use]
    pub fn next_slot(&self, known: Option<Paced>, now: DateTime<Utc>) -> (DateTime<Utc>, Paced) {
        let known = known.unwrap_or(Paced {
            taken_until: now,
            since: now,
        });
        let step = self.step(now - known.since);
        let from = known.taken_until.max(now);
        // As long as the places given away in advance fit into the burst, one more may go now.
        let slot = (from - step * (self.burst.max(1) - 1)).max(now);
        let paced = Paced {
            taken_until: from + step,
            since: known.since,
        };
        (slot, paced)
    }

    /// The time between two letters to a place that has been written to for so long: twice as fast each day, up to the full pace.
    fn step(&self, age: TimeDelta) -> TimeDelta {
        let full = TimeDelta::milliseconds(3_600_000 / i64::from(self.per_hour.max(1)));
        let days_left = i64::from(self.slow_start_days) - age.num_days();
        let doublings = u32::try_from(days_left.clamp(0, 10)).unwrap_or(0);
        full * 2_i32.pow(doublings)
    }
}

/// The hours of the day in which no letter goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    /// The hour at which they begin, 0 to 23.
    pub from: u32,
    /// The hour at which they end, 0 to 23; if it is not after `from`, on the next day.
    pub until: u32,
    /// The zone in which the hours are meant.
    pub zone: Tz,
}

impl QuietHours {
    /// The moment itself, or the end of the quiet hours in which it lies. The minutes stay, so that what was spread over an hour stays spread.
    #[must_use]
    pub fn after(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        let hour = at.with_timezone(&self.zone).hour();
        let is_quiet = if self.from < self.until {
            (self.from..self.until).contains(&hour)
        } else {
            hour >= self.from || hour < self.until
        };
        if !is_quiet {
            return at;
        }
        let hours = (self.until + 24 - hour) % 24;
        at + TimeDelta::hours(i64::from(hours))
    }
}

/// How letters are spread over time. Notices to the people who use the service go at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SendingPace {
    /// To one mailbox.
    pub mailbox: Pace,
    /// To one domain.
    pub domain: Pace,
    /// In all: what the relay's provider takes.
    pub provider: Pace,
    /// The hours in which no letter goes.
    pub quiet: Option<QuietHours>,
}

/// True if so many of these letters were refused that the place is left in peace until a person has looked.
#[must_use]
pub fn must_pause(letters: i32, refused: i32) -> bool {
    refused >= FEWEST_REFUSALS
        && refused.saturating_mul(100) > letters.saturating_mul(MOST_REFUSALS)
}

/// The places of a mail address: itself and its domain, in lower case.
#[must_use]
pub fn places_of(address: &str) -> (String, String) {
    let mailbox = address.trim().to_lowercase();
    let domain = mailbox.rsplit('@').next().unwrap_or_default().to_owned();
    (mailbox, domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace {
        per_hour: 60,
        burst: 3,
        slow_start_days: 0,
    };

    fn slots(pace: Pace, now: DateTime<Utc>, count: usize) -> Vec<i64> {
        let mut known = None;
        let mut found = Vec::new();
        for _ in 0..count {
            let (slot, paced) = pace.next_slot(known, now);
            known = Some(paced);
            found.push((slot - now).num_seconds());
        }
        found
    }

    #[test]
    fn a_burst_goes_at_once_and_the_rest_is_spread_evenly() {
        assert_eq!(
            slots(PACE, DateTime::UNIX_EPOCH, 6),
            [0, 0, 0, 60, 120, 180]
        );
    }

    #[test]
    fn a_place_that_rested_has_its_burst_again() {
        let (_, paced) = PACE.next_slot(None, DateTime::UNIX_EPOCH);
        let later = DateTime::UNIX_EPOCH + TimeDelta::hours(1);
        let (slot, _) = PACE.next_slot(Some(paced), later);
        assert_eq!(slot, later);
    }

    #[test]
    fn a_new_place_gets_twice_as_many_each_day() {
        let slow = Pace {
            slow_start_days: 2,
            burst: 1,
            ..PACE
        };
        let gap = |days: i64| {
            let now = DateTime::UNIX_EPOCH + TimeDelta::days(days);
            let known = Paced {
                taken_until: DateTime::UNIX_EPOCH,
                since: DateTime::UNIX_EPOCH,
            };
            let (first, paced) = slow.next_slot(Some(known), now);
            let (second, _) = slow.next_slot(Some(paced), now);
            (second - first).num_seconds()
        };
        assert_eq!([gap(0), gap(1), gap(2), gap(9)], [240, 120, 60, 60]);
    }

    #[test]
    fn what_falls_into_the_quiet_hours_goes_after_them() {
        let quiet = QuietHours {
            from: 20,
            until: 7,
            zone: chrono_tz::Europe::Berlin,
        };
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let cases = [
            ("2026-11-24T18:59:00Z", "2026-11-24T18:59:00Z"),
            ("2026-11-24T19:05:00Z", "2026-11-25T06:05:00Z"),
            ("2026-11-25T05:59:00Z", "2026-11-25T06:59:00Z"),
            ("2026-11-25T06:00:00Z", "2026-11-25T06:00:00Z"),
        ];
        for (given, goes) in cases {
            assert_eq!(quiet.after(at(given)), at(goes), "{given}");
        }
    }

    #[test]
    fn a_few_refusals_pause_nothing_and_many_do() {
        assert!(!must_pause(4, 4));
        assert!(!must_pause(100, 10));
        assert!(must_pause(100, 11));
        assert!(must_pause(5, 5));
    }
}
