//! Holiday calendars: which days are off in a place, and up to when that is known. Beyond the data the answer is "unknown", never "no holiday".

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use serde::Deserialize;

/// The days off of one place.
#[derive(Debug, Clone)]
pub struct Calendar {
    id: String,
    holidays: BTreeMap<NaiveDate, String>,
    makeup: BTreeSet<NaiveDate>,
    weekend_mon0: Vec<u32>,
    valid: Option<(NaiveDate, NaiveDate)>,
}

/// The holiday data does not reach this day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unknown {
    /// The day lies after the last day of the data.
    #[error("holidays end {0}")]
    Ends(NaiveDate),
    /// The day lies before the first day of the data.
    #[error("holidays begin {0}")]
    Begins(NaiveDate),
    /// There is no calendar for the place.
    #[error("no holiday data for {0}")]
    NoData(String),
}

impl Calendar {
    /// A calendar from its parts; `weekend_mon0` counts from Monday = 0. `valid` is the first and last day it knows, `None` = all days
    /// (a calendar without holidays has no end).
    #[must_use]
    pub fn new(
        id: impl Into<String>,
        holidays: BTreeMap<NaiveDate, String>,
        makeup: BTreeSet<NaiveDate>,
        weekend_mon0: Vec<u32>,
        valid: Option<(NaiveDate, NaiveDate)>,
    ) -> Calendar {
        Calendar {
            id: id.into(),
            holidays,
            makeup,
            weekend_mon0,
            valid,
        }
    }

    /// Its id, for example `IE` or `US-CA-CCP135`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Why a day is off: `Some("Good Friday")`, `Some("")` for a weekend day, `None` for a working day. A make-up day is a working day.
    ///
    /// # Errors
    /// [`Unknown`] when the data does not reach the day.
    pub fn off(&self, day: NaiveDate) -> Result<Option<&str>, Unknown> {
        if let Some((first, last)) = self.valid {
            if day > last {
                return Err(Unknown::Ends(last));
            }
            if day < first {
                return Err(Unknown::Begins(first));
            }
        }
        if self.makeup.contains(&day) {
            return Ok(None);
        }
        if let Some(name) = self.holidays.get(&day) {
            return Ok(Some(name));
        }
        Ok(self
            .weekend_mon0
            .contains(&day.weekday().num_days_from_monday())
            .then_some(""))
    }
}

/// All calendars that Demur carries, with the version of the data.
#[derive(Debug, Clone, Default)]
pub struct HolidayBook {
    calendars: BTreeMap<String, Calendar>,
    /// Day on which the data was made, and by which version of its source.
    pub version: String,
    /// The last day that the data knows.
    pub last_day: Option<NaiveDate>,
}

/// A line of the holiday file that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct BadLine {
    /// Number of the line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: String,
}

/// A correction by hand, laid over the generated data.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// The calendar it changes.
    pub calendar: String,
    /// Days that are holidays.
    #[serde(default)]
    pub add: Vec<NaiveDate>,
    /// Days that are none.
    #[serde(default)]
    pub remove: Vec<NaiveDate>,
    /// Name of the holiday.
    #[serde(default)]
    pub name: String,
    /// Where it was read.
    pub source: String,
    /// Flag of the data: `verified`, `unverified`.
    pub checked: String,
    /// Day of the check.
    #[serde(deserialize_with = "crate::domain::law::civil_date")]
    pub checked_on: NaiveDate,
    /// Remark for whoever reads the file.
    #[serde(default)]
    pub note: String,
}

impl HolidayBook {
    /// Reads the generated table (its format is told in its first lines) and lays the corrections over it. A calendar that stands on another gets
    /// the other's corrections too.
    ///
    /// # Errors
    /// [`BadLine`] with number and reason.
    pub fn parse(table: &str, overrides: &[Override]) -> Result<HolidayBook, BadLine> {
        let mut reader = TableReader::default();
        for (index, line) in table.lines().enumerate() {
            reader.take(line).map_err(|why| BadLine {
                line: index + 1,
                why,
            })?;
        }
        overrides
            .iter()
            .try_for_each(|one| reader.lay_over(one))
            .map_err(|why| BadLine { line: 0, why })?;
        reader.finish()
    }

    /// The calendar with this id.
    ///
    /// # Errors
    /// [`Unknown::NoData`].
    pub fn get(&self, id: &str) -> Result<&Calendar, Unknown> {
        self.calendars
            .get(id)
            .ok_or_else(|| Unknown::NoData(id.to_owned()))
    }

    /// Ids of all calendars.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.calendars.keys().map(String::as_str)
    }
}

/// State while the table is read: a calendar is put together from several lines.
#[derive(Default)]
struct TableReader {
    notes: BTreeMap<String, String>,
    parts: BTreeMap<String, Parts>,
}

#[derive(Default, Clone)]
struct Parts {
    base: Option<String>,
    holidays: BTreeMap<NaiveDate, String>,
    makeup: BTreeSet<NaiveDate>,
    weekend: Vec<u32>,
}

impl TableReader {
    fn take(&mut self, line: &str) -> Result<(), String> {
        if let Some(note) = line.strip_prefix('#') {
            if let Some((key, value)) = note.trim().split_once([' ', '\t']) {
                self.notes.insert(
                    key.trim_end_matches(':').to_owned(),
                    value.trim().to_owned(),
                );
            }
            return Ok(());
        }
        if line.is_empty() {
            return Ok(());
        }
        let cells: Vec<&str> = line.split('\t').collect();
        match cells.as_slice() {
            ["weekend", id, days] => {
                self.part(id).weekend = days.split(',').filter(|day| !day.is_empty()).map(number).collect::<Result<_, _>>()?;
            }
            ["base", id, base] => self.part(id).base = Some((*base).to_owned()),
            ["makeup", id, year, days] => {
                for day in days.split(',') {
                    let date = month_day(year, day)?;
                    self.part(id).makeup.insert(date);
                }
            }
            ["day", id, year, days] => {
                for day in days.split(';') {
                    let (month_and_day, name) = day.split_once('=').unwrap_or((day, "holiday"));
                    let date = month_day(year, month_and_day)?;
                    self.part(id).holidays.insert(date, name.to_owned());
                }
            }
            // Kept for readers of the file: from this year on the dates are estimates.
            ["estimated", _, _] => {}
            _ => return Err("expected `weekend`, `base`, `makeup`, `estimated` or `day` with tab-separated cells".to_owned()),
        }
        Ok(())
    }

    fn lay_over(&mut self, one: &Override) -> Result<(), String> {
        let part = self.parts.get_mut(&one.calendar).ok_or_else(|| {
            format!(
                "an override names the calendar `{}`, which does not exist",
                one.calendar
            )
        })?;
        for day in &one.remove {
            part.holidays.remove(day);
        }
        part.holidays
            .extend(one.add.iter().map(|day| (*day, one.name.clone())));
        Ok(())
    }

    fn part(&mut self, id: &str) -> &mut Parts {
        self.parts.entry(id.to_owned()).or_default()
    }

    fn note(&self, key: &str) -> Result<&str, BadLine> {
        self.notes
            .get(key)
            .map(String::as_str)
            .ok_or_else(|| BadLine {
                line: 1,
                why: format!("the head does not give `{key}`"),
            })
    }

    fn finish(self) -> Result<HolidayBook, BadLine> {
        let date = |text: &str| {
            text.parse::<NaiveDate>().map_err(|error| BadLine {
                line: 1,
                why: format!("`{text}`: {error}"),
            })
        };
        let valid = (
            date(self.note("valid_from")?)?,
            date(self.note("valid_to")?)?,
        );
        let version = format!(
            "{} (generated {})",
            self.note("source")?,
            self.note("generated_on")?
        );
        let last_day = valid.1;
        let mut calendars = BTreeMap::new();
        for (id, part) in &self.parts {
            let mut holidays = match &part.base {
                None => BTreeMap::new(),
                Some(base) => {
                    let base = self.parts.get(base).ok_or_else(|| BadLine {
                        line: 1,
                        why: format!("`{id}` stands on `{base}`, which does not exist"),
                    })?;
                    base.holidays.clone()
                }
            };
            holidays.extend(part.holidays.clone());
            let valid = if holidays.is_empty() {
                None
            } else {
                Some(valid)
            };
            calendars.insert(
                id.clone(),
                Calendar::new(
                    id.clone(),
                    holidays,
                    part.makeup.clone(),
                    part.weekend.clone(),
                    valid,
                ),
            );
        }
        Ok(HolidayBook {
            calendars,
            version,
            last_day: Some(last_day),
        })
    }
}

fn number(text: &str) -> Result<u32, String> {
    text.parse()
        .map_err(|_ignored| format!("`{text}` is no number"))
}

fn month_day(year: &str, text: &str) -> Result<NaiveDate, String> {
    let year: i32 = year
        .parse()
        .map_err(|_ignored| format!("`{year}` is no year"))?;
    let (month, day) = text
        .split_at_checked(2)
        .ok_or_else(|| format!("`{text}` is no month and day"))?;
    NaiveDate::from_ymd_opt(year, number(month)?, number(day)?)
        .ok_or_else(|| format!("{year}-{text} is no date"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "# generated_on: 2026-11-23\n# source: holidays 0.109\n# valid_from: 2017-01-01\n# valid_to: 2036-12-31\n\
                         weekend\tIE\t5,6\nday\tIE\t2026\t1225=Christmas Day;1226=St Stephen's Day\nweekend\tnone\t\n";

    #[test]
    fn beyond_the_data_is_unknown_and_never_no_holiday() {
        let book = HolidayBook::parse(TABLE, &[]).unwrap();
        let ie = book.get("IE").unwrap();
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
        assert_eq!(ie.off(day(2026, 12, 25)), Ok(Some("Christmas Day")));
        assert_eq!(ie.off(day(2026, 12, 24)), Ok(None));
        assert_eq!(
            ie.off(day(2037, 1, 1)),
            Err(Unknown::Ends(day(2036, 12, 31)))
        );
        assert_eq!(book.get("none").unwrap().off(day(2090, 1, 1)), Ok(None));
        assert!(book.get("QQ").is_err());
    }

    #[test]
    fn a_bad_line_is_named() {
        assert_eq!(
            HolidayBook::parse("day\tIE\t2026\t1332=x", &[])
                .unwrap_err()
                .line,
            1
        );
        assert!(HolidayBook::parse("nonsense", &[]).is_err());
    }
}
