//! The derivation in English words, as the command line and a lawyer's file print it. Screens have words of their own for the same steps.

use chrono::NaiveDate;

use super::{DayOff, DerivationStep, Unit};

/// All steps in one line.
pub(super) fn english(steps: &[DerivationStep]) -> String {
    let words: Vec<String> = steps.iter().flat_map(sentences).collect();
    words.join("; ")
}

fn sentences(step: &DerivationStep) -> Vec<String> {
    match step {
        DerivationStep::Received { on, at: None } => vec![format!("received {}", long(*on))],
        DerivationStep::Received {
            on,
            at: Some((instant, zone)),
        } => {
            let local = instant.with_timezone(zone).format("%H:%M");
            let there = format!(
                "{} is {} {local} in {zone}",
                instant.format("%Y-%m-%dT%H:%M:%SZ"),
                long(*on)
            );
            vec![there, format!("received {}", long(*on))]
        }
        DerivationStep::Period {
            unit,
            n,
            end,
            clamped,
            not_counted,
        } => period(*unit, *n, *end, *clamped, not_counted),
        DerivationStep::Paused { days: 1, end } => vec![format!(
            "+ 1 day on which the clock stood, to {}",
            long(*end)
        )],
        DerivationStep::Paused { days, end } => {
            vec![format!(
                "+ {days} days on which the clock stood, first and last included, to {}",
                long(*end)
            )]
        }
        DerivationStep::Rolled { over, end } => {
            vec![
                format!("not a working day: {}", list(over)),
                format!("so it moves to {}", long(*end)),
            ]
        }
        DerivationStep::Unreached(reason) => vec![format!("{reason}: the end cannot be told")],
        DerivationStep::NoDate(reason) => vec![reason.clone()],
    }
}

fn period(
    unit: Unit,
    n: u32,
    end: NaiveDate,
    clamped: bool,
    not_counted: &[DayOff],
) -> Vec<String> {
    let name = match unit {
        Unit::Hours => "hour",
        Unit::CalendarDays => "calendar day",
        Unit::WorkingDays => "working day",
        Unit::Weeks => "week",
        Unit::Months => "month",
        Unit::Years => "year",
    };
    let (plural, verb) = if n == 1 { ("", "ends") } else { ("s", "end") };
    let clamp = if clamped {
        " (last day of the month)"
    } else {
        ""
    };
    let mut words = vec![format!(
        "{n} {name}{plural} after it {verb} {}{clamp}",
        long(end)
    )];
    if !not_counted.is_empty() {
        words.push(format!(
            "not counted besides weekends: {}",
            list(not_counted)
        ));
    }
    words
}

fn list(days: &[DayOff]) -> String {
    let one = |off: &DayOff| match off.name.as_str() {
        "" => off.day.format("%a %m-%d").to_string(),
        name => format!("{} {name}", off.day.format("%a %m-%d")),
    };
    // A long run (New Zealand's summer) would bury the reader: first, last and count say it.
    match days {
        [first, .., last] if days.len() > 8 => {
            format!("{} to {} ({} days)", one(first), one(last), days.len())
        }
        _ => days.iter().map(one).collect::<Vec<_>>().join(", "),
    }
}

fn long(day: NaiveDate) -> String {
    day.format("%a %Y-%m-%d").to_string()
}
