//! The derivation in words, as a screen or a letter prints it and a lawyer checks it by hand.

use chrono::{Datelike, NaiveDate};

use super::count::{Rolled, Step};
use super::{Receipt, Unit};

pub(super) fn receipt(receipt: &Receipt) -> String {
    let on = receipt.on();
    let received = format!("received {}", long(on));
    match receipt {
        Receipt::On(_) => received,
        Receipt::At(instant, zone) => {
            let local = instant.with_timezone(zone);
            format!(
                "{} is {} {} in {zone}; {received}",
                instant.format("%Y-%m-%dT%H:%M:%SZ"),
                long(on),
                local.format("%H:%M")
            )
        }
    }
}

pub(super) fn period(
    unit: Unit,
    n: u32,
    from: NaiveDate,
    end: NaiveDate,
    skipped: &[Step],
) -> String {
    let name = match unit {
        Unit::Hours => "hour",
        Unit::CalendarDays => "calendar day",
        Unit::WorkingDays => "working day",
        Unit::Weeks => "week",
        Unit::Months => "month",
        Unit::Years => "year",
    };
    let plural = if n == 1 { "" } else { "s" };
    let mut words = format!(
        "; {n} {name}{plural} after it end{} {}",
        if n == 1 { "s" } else { "" },
        long(end)
    );
    if matches!(unit, Unit::Months | Unit::Years) && end.day() < from.day() {
        words.push_str(" (last day of the month)");
    }
    if !skipped.is_empty() {
        words.push_str("; not counted besides weekends: ");
        words.push_str(&list(skipped));
    }
    words
}

pub(super) fn pause(days: u64, end: NaiveDate) -> String {
    match days {
        0 => String::new(),
        1 => format!("; + 1 day on which the clock stood, to {}", long(end)),
        _ => format!(
            "; + {days} days on which the clock stood, first and last included, to {}",
            long(end)
        ),
    }
}

pub(super) fn rolled(rolled: &Rolled) -> String {
    if rolled.over.is_empty() {
        return String::new();
    }
    format!(
        "; not a working day: {}; so it moves to {}",
        list(&rolled.over),
        long(rolled.end)
    )
}

fn list(steps: &[Step]) -> String {
    let one = |step: &Step| match step.name.as_str() {
        "" => step.day.format("%a %m-%d").to_string(),
        name => format!("{} {name}", step.day.format("%a %m-%d")),
    };
    // A long run (New Zealand's summer) would bury the reader: first, last and count say it.
    match steps {
        [first, .., last] if steps.len() > 8 => {
            format!("{} to {} ({} days)", one(first), one(last), steps.len())
        }
        _ => steps.iter().map(one).collect::<Vec<_>>().join(", "),
    }
}

fn long(day: NaiveDate) -> String {
    day.format("%a %Y-%m-%d").to_string()
}
