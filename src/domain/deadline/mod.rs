//! The deadline engine: from the day of receipt, a rule and a calendar to three dates and the words that derive them.
//!
//! GDPR periods follow Regulation (EEC, Euratom) No 1182/71 Art. 3: the day of receipt is not counted (1); a month ends on the day with the same
//! number, or on the last day of that month (2)(c); a last day that is a holiday, Sunday or Saturday moves to the next working day (4).

mod count;
mod words;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

use super::calendar::{Calendar, Unknown};
use count::{later, roll};

/// Unit of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Hours from the instant of receipt, weekends and holidays included.
    Hours,
    /// Days, weekends and holidays included.
    CalendarDays,
    /// Days that are not off in the calendar.
    WorkingDays,
    /// Seven calendar days each.
    Weeks,
    /// The same day number n months on, or the last day of that month.
    Months,
    /// Twelve months each.
    Years,
}

/// What happens when the last day is off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Roll {
    /// It stays.
    None,
    /// It moves to the next day that is not off in the rule's calendar.
    NextWorkingDay,
}

/// A response period: one record of `config/deadlines.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Stable name, as `deadline --rule` takes it.
    pub id: String,
    /// Length; `None`: the law sets no fixed period.
    #[serde(default)]
    pub n: Option<u32>,
    /// Unit of the length.
    pub unit: Unit,
    /// What happens when the last day is off.
    pub roll: Roll,
    /// Length of one extension in the same unit; `None`: none, or no fixed length.
    #[serde(default)]
    pub ext_n: Option<u32>,
    /// First day of receipt the rule applies to.
    #[serde(default, deserialize_with = "crate::domain::law::optional_civil_date")]
    pub in_force: Option<NaiveDate>,
    /// Fixed calendar id, empty = that of the place.
    #[serde(default)]
    pub calendar: String,
    /// True where a safe date over the wide calendar is given.
    #[serde(default)]
    pub wide: bool,
    /// True where the law stops the clock (UK GDPR Art. 12A): paused days are added to the bare end.
    #[serde(default)]
    pub pauses: bool,
    /// Statute and public source, with its flags.
    pub source: String,
    /// Numbers of the open questions whose reading was chosen.
    #[serde(default)]
    pub ambiguity: Vec<String>,
    /// Flag of the data.
    pub checked: String,
    /// Day of the check.
    #[serde(deserialize_with = "crate::domain::law::civil_date")]
    pub checked_on: NaiveDate,
}

/// The day the controller got the letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receipt {
    /// A civil date at the controller's place.
    On(NaiveDate),
    /// An instant, and the zone whose date counts.
    At(DateTime<Utc>, Tz),
}

impl Receipt {
    /// The civil date that starts the clock, in the controller's zone.
    #[must_use]
    pub fn on(&self) -> NaiveDate {
        match self {
            Receipt::On(day) => *day,
            Receipt::At(instant, zone) => instant.with_timezone(zone).date_naive(),
        }
    }
}

/// Everything one computation needs.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// Its calendar, or why there is none.
    pub calendar: Result<&'a Calendar, Unknown>,
    /// The calendar of every holiday of any kind and part of the country; `None` where the rule has no safe date.
    pub wide: Option<Result<&'a Calendar, Unknown>>,
    /// When the letter was received.
    pub receipt: Receipt,
    /// A valid extension notice came in time.
    pub extended: bool,
    /// Stopped clock: first and last day of each pause, both included.
    pub pauses: &'a [(NaiveDate, NaiveDate)],
}

/// A day off that was stepped over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayOff {
    /// The day.
    pub day: NaiveDate,
    /// Name of the holiday, empty for a weekend day.
    pub name: String,
}

/// One step of a derivation, for whoever puts it in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DerivationStep {
    /// The letter was received.
    Received {
        /// The civil date at the controller's place.
        on: NaiveDate,
        /// The instant and the zone it was read in, if the instant is known.
        at: Option<(DateTime<Utc>, Tz)>,
    },
    /// The bare period.
    Period {
        /// Unit.
        unit: Unit,
        /// Length.
        n: u32,
        /// Its last day.
        end: NaiveDate,
        /// The month has no such day, so its last day counts.
        clamped: bool,
        /// Holidays that working days do not count.
        not_counted: Vec<DayOff>,
    },
    /// Days on which the clock stood are added.
    Paused {
        /// How many.
        days: u64,
        /// The last day then.
        end: NaiveDate,
    },
    /// The last day is off and moves.
    Rolled {
        /// The days it moves over.
        over: Vec<DayOff>,
        /// The last day then.
        end: NaiveDate,
    },
    /// The holiday data does not reach.
    Unreached(String),
    /// The law gives no date.
    NoDate(String),
}

/// Three dates and their derivation. All dates are civil dates at the controller's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Derivation {
    /// The day of receipt.
    pub received_on: NaiveDate,
    /// End of the bare period, without any roll: the earliest reading.
    pub strict_due: Option<NaiveDate>,
    /// The better-founded reading, rolled: the legal date.
    pub expected_due: Option<NaiveDate>,
    /// Rolled over every holiday of any kind and part of the country: the latest reading.
    pub safe_due: Option<NaiveDate>,
    /// The latest date that any reading gives; the gate for a complaint stands on it.
    pub latest_reading: Option<NaiveDate>,
    /// The derivation, step by step.
    pub steps: Vec<DerivationStep>,
    /// The derivation in English words.
    pub why: String,
    /// Set where the holiday data does not reach.
    pub unknown: Option<String>,
}

impl Question<'_> {
    /// Computes the dates. A law without a fixed period, an open extension and a rule not yet in force give no dates and say why.
    #[must_use]
    pub fn derive(&self) -> Derivation {
        let received_on = self.receipt.on();
        let none = |why: String| dated(received_on, None, vec![DerivationStep::NoDate(why)], None);
        let Some(n) = self.rule.n else {
            return none("the law sets no fixed period".into());
        };
        if let Some(first) = self.rule.in_force.filter(|first| received_on < *first) {
            return none(format!("rule not in force before {first}"));
        }
        let total = match (self.extended, self.rule.ext_n) {
            (false, _) => n,
            (true, Some(more)) => n.saturating_add(more),
            (true, None) => return none("the law gives no fixed length of an extension".into()),
        };
        match self.dates(received_on, total) {
            Some(derivation) => derivation,
            None => none("the period ends beyond the calendar".into()),
        }
    }

    fn dates(&self, received_on: NaiveDate, total: u32) -> Option<Derivation> {
        let at = match self.receipt {
            Receipt::On(_) => None,
            Receipt::At(instant, zone) => Some((instant, zone)),
        };
        let mut steps = vec![DerivationStep::Received {
            on: received_on,
            at,
        }];
        let (bare, not_counted) = match self.bare_end(received_on, total) {
            Ok(end) => end?,
            Err(unknown) => return Some(unreached(received_on, None, steps, &unknown)),
        };
        let unit = self.rule.unit;
        let clamped = matches!(unit, Unit::Months | Unit::Years) && bare.day() < received_on.day();
        steps.push(DerivationStep::Period {
            unit,
            n: total,
            end: bare,
            clamped,
            not_counted,
        });
        let paused = self.paused_days();
        let strict = bare.checked_add_days(chrono::Days::new(paused))?;
        if paused > 0 {
            steps.push(DerivationStep::Paused {
                days: paused,
                end: strict,
            });
        }
        let expected = match self.rolled(strict, &self.calendar) {
            Ok(rolled) => rolled,
            Err(unknown) => return Some(unreached(received_on, Some(strict), steps, &unknown)),
        };
        if !expected.over.is_empty() {
            steps.push(DerivationStep::Rolled {
                over: expected.over,
                end: expected.end,
            });
        }
        let safe = self.wide.as_ref().map(|wide| self.rolled(strict, wide));
        let unknown = safe
            .as_ref()
            .and_then(|safe| safe.as_ref().err())
            .map(ToString::to_string);
        let safe_due = safe.and_then(Result::ok).map(|rolled| rolled.end);
        let latest = [
            Some(expected.end),
            safe_due,
            self.second_reading(received_on),
        ]
        .into_iter()
        .flatten()
        .max();
        Some(Derivation {
            expected_due: Some(expected.end),
            safe_due,
            latest_reading: latest,
            ..dated(received_on, Some(strict), steps, unknown)
        })
    }

    /// The end of the period before any pause or roll, and the days off that were stepped over (working days only).
    fn bare_end(
        &self,
        from: NaiveDate,
        n: u32,
    ) -> Result<Option<(NaiveDate, Vec<DayOff>)>, Unknown> {
        if self.rule.unit == Unit::WorkingDays {
            let calendar = self.calendar.clone()?;
            return count::working_days(calendar, from, n).map(Some);
        }
        let end = match (self.rule.unit, self.receipt) {
            (Unit::Hours, Receipt::At(instant, zone)) => instant
                .checked_add_signed(chrono::TimeDelta::hours(i64::from(n)))
                .map(|end| end.with_timezone(&zone).date_naive()),
            (unit, _) => later(from, n, unit),
        };
        Ok(end.map(|end| (end, Vec::new())))
    }

    fn rolled(
        &self,
        end: NaiveDate,
        calendar: &Result<&Calendar, Unknown>,
    ) -> Result<count::Rolled, Unknown> {
        match self.rule.roll {
            Roll::None => Ok(count::Rolled {
                end,
                over: Vec::new(),
            }),
            Roll::NextWorkingDay => roll(calendar.clone()?, end),
        }
    }

    /// "Extended by two further months", counted from the end of the first period instead of from receipt. Where the two differ, a complaint waits for the later.
    fn second_reading(&self, received_on: NaiveDate) -> Option<NaiveDate> {
        let (n, more) = (self.rule.n?, self.rule.ext_n?);
        if !self.extended || self.rule.unit == Unit::WorkingDays {
            return None;
        }
        let first = self
            .rolled(later(received_on, n, self.rule.unit)?, &self.calendar)
            .ok()?;
        self.rolled(later(first.end, more, self.rule.unit)?, &self.calendar)
            .ok()
            .map(|rolled| rolled.end)
    }

    fn paused_days(&self) -> u64 {
        if !self.rule.pauses {
            return 0;
        }
        let days = |(from, to): &(NaiveDate, NaiveDate)| {
            u64::try_from((*to - *from).num_days() + 1).unwrap_or(0)
        };
        self.pauses.iter().map(days).sum()
    }
}

fn unreached(
    received_on: NaiveDate,
    strict_due: Option<NaiveDate>,
    mut steps: Vec<DerivationStep>,
    unknown: &Unknown,
) -> Derivation {
    steps.push(DerivationStep::Unreached(unknown.to_string()));
    dated(received_on, strict_due, steps, Some(unknown.to_string()))
}

/// A derivation without a legal date.
fn dated(
    received_on: NaiveDate,
    strict_due: Option<NaiveDate>,
    steps: Vec<DerivationStep>,
    unknown: Option<String>,
) -> Derivation {
    let why = words::english(&steps);
    Derivation {
        received_on,
        strict_due,
        expected_due: None,
        safe_due: None,
        latest_reading: None,
        steps,
        why,
        unknown,
    }
}

/// The first instant of a civil day in a zone. Where midnight does not exist (Cairo, Santiago) it is the instant of the jump.
#[must_use]
pub fn first_instant(day: NaiveDate, zone: Tz) -> Option<DateTime<Utc>> {
    let midnight = day.and_hms_opt(0, 0, 0)?;
    (0..=180).find_map(|minutes| {
        let local = midnight.checked_add_signed(chrono::TimeDelta::minutes(minutes))?;
        local
            .and_local_timezone(zone)
            .earliest()
            .map(|instant| instant.with_timezone(&Utc))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_the_jump_where_midnight_does_not_exist() {
        let day = NaiveDate::from_ymd_opt(2026, 4, 24).unwrap();
        let start = first_instant(day, chrono_tz::Africa::Cairo).unwrap();
        assert_eq!(start.to_rfc3339(), "2026-04-23T22:00:00+00:00");
    }
}
