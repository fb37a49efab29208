//! Days and dates in digits.

use chrono::{Datelike, NaiveDate};

/// "17", "17th", "1er", "17-es": the day of a month.
pub(super) fn day_number(word: &str) -> Option<u32> {
    let digits = word.trim_end_matches(|c: char| !c.is_ascii_digit());
    let rest = word.get(digits.len()..).unwrap_or_default();
    let day: u32 = digits.parse().ok()?;
    ((1..=31).contains(&day) && rest.chars().count() <= 4).then_some(day)
}

/// A day of the given year, or of the next such day.
pub(super) fn dated(
    year: Option<i32>,
    month: u32,
    day: u32,
    sent_on: NaiveDate,
) -> Option<NaiveDate> {
    if let Some(year) = year {
        return NaiveDate::from_ymd_opt(year, month, day);
    }
    let this_year = NaiveDate::from_ymd_opt(sent_on.year(), month, day)?;
    // "20 January" in a mail of December is the next one.
    if sent_on.signed_duration_since(this_year).num_days() > 150 {
        return NaiveDate::from_ymd_opt(sent_on.year() + 1, month, day);
    }
    Some(this_year)
}

/// `2026-12-04`, `4.12.2026`, `25/11/26`, `4.12`: day before month unless the year comes first.
pub(super) fn numeric(text: &str, sent_on: NaiveDate) -> Option<NaiveDate> {
    // Hungarian and Finnish endings: "2026.04.17-ig", "17.4.2026:een".
    let bare = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let text = if bare.len() >= 8 { bare } else { text };
    let separator = text.chars().find(|c| matches!(c, '.' | '/' | '-'))?;
    let parts: Vec<&str> = text
        .split(separator)
        .filter(|part| !part.is_empty())
        .collect();
    let number = |part: &&str| part.parse::<u32>().ok();
    let numbers: Vec<u32> = parts.iter().map(number).collect::<Option<_>>()?;
    match numbers.as_slice() {
        [year, month, day] if *year > 1900 => {
            NaiveDate::from_ymd_opt(i32::try_from(*year).ok()?, *month, *day)
        }
        [day, month, year] => {
            let year = if *year < 100 { year + 2000 } else { *year };
            let year = i32::try_from(year)
                .ok()
                .filter(|year| (2000..2100).contains(year))?;
            NaiveDate::from_ymd_opt(year, *month, *day)
        }
        [day, month] if separator != '-' && parts.iter().all(|part| part.len() <= 2) => {
            dated(None, *month, *day, sent_on)
        }
        _ => None,
    }
}
