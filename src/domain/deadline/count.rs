//! Counting days: the arithmetic of periods and rolls, without words.

use chrono::{Days, Months, NaiveDate};

use super::{DayOff, Unit};
use crate::domain::calendar::{Calendar, Unknown};

/// An end after rolling, and the days it rolled over.
#[derive(Debug, Clone)]
pub(super) struct Rolled {
    pub(super) end: NaiveDate,
    pub(super) over: Vec<DayOff>,
}

/// The civil date `n` units after `from`, for every unit but working days. `None` beyond the calendar of the computer.
/// Hours without a time of day count to the end of the last day they touch.
pub(super) fn later(from: NaiveDate, n: u32, unit: Unit) -> Option<NaiveDate> {
    match unit {
        Unit::Months => from.checked_add_months(Months::new(n)),
        Unit::Years => from.checked_add_months(Months::new(n.checked_mul(12)?)),
        Unit::Weeks => from.checked_add_days(Days::new(u64::from(n) * 7)),
        Unit::Hours => from.checked_add_days(Days::new(u64::from(n).div_ceil(24))),
        Unit::CalendarDays | Unit::WorkingDays => from.checked_add_days(Days::new(u64::from(n))),
    }
}

/// The `n`th day after `from` that is not off, and the days off on the way that are not weekend days.
pub(super) fn working_days(
    calendar: &Calendar,
    from: NaiveDate,
    n: u32,
) -> Result<(NaiveDate, Vec<DayOff>), Unknown> {
    let (mut day, mut left, mut skipped) = (from, n, Vec::new());
    while left > 0 {
        day = next(day)?;
        match calendar.off(day)? {
            None => left -= 1,
            Some("") => {}
            Some(name) => skipped.push(DayOff {
                day,
                name: name.to_owned(),
            }),
        }
    }
    Ok((day, skipped))
}

/// Moves an end that is off to the next day that is not.
pub(super) fn roll(calendar: &Calendar, mut end: NaiveDate) -> Result<Rolled, Unknown> {
    let mut over = Vec::new();
    while let Some(name) = calendar.off(end)? {
        over.push(DayOff {
            day: end,
            name: name.to_owned(),
        });
        end = next(end)?;
    }
    Ok(Rolled { end, over })
}

fn next(day: NaiveDate) -> Result<NaiveDate, Unknown> {
    day.succ_opt().ok_or(Unknown::Ends(day))
}
