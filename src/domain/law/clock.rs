//! Which rule and which calendars a deadline is computed with: the law book's part of the deadline engine.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::LawBook;
use crate::domain::calendar::{Calendar, Unknown};
use crate::domain::deadline::{Question, Receipt, Rule, first_instant};
use crate::domain::place::{Place, PlaceCode};

impl LawBook {
    /// The calendar of a rule at a controller's place: the rule's own, else that of the place.
    ///
    /// # Errors
    /// [`Unknown::NoData`] where the place has none.
    pub fn calendar(&self, rule: &Rule, code: &PlaceCode) -> Result<&Calendar, Unknown> {
        if !rule.calendar.is_empty() {
            return self.holidays.get(&rule.calendar);
        }
        match self.place(code) {
            Some(place) if !place.calendar.is_empty() => self.holidays.get(&place.calendar),
            _ => Err(Unknown::NoData(code.to_string())),
        }
    }

    /// The calendar behind the safe date: every holiday of any kind and part of the controller's country.
    ///
    /// # Errors
    /// [`Unknown::NoData`] where the country has none.
    pub fn wide_calendar(&self, code: &PlaceCode) -> Result<&Calendar, Unknown> {
        let wide = code
            .with_fallback()
            .filter_map(|code| self.places.get(code))
            .map(|place| place.wide.as_str());
        match wide.into_iter().find(|wide| !wide.is_empty()) {
            Some(wide) => self.holidays.get(wide),
            None => Err(Unknown::NoData(format!("{}~wide", code.country()))),
        }
    }

    /// The question a deadline answers, with this book's own calendars.
    #[must_use]
    pub fn question<'a>(
        &'a self,
        rule: &'a Rule,
        code: &PlaceCode,
        receipt: Receipt,
        extended: bool,
    ) -> Question<'a> {
        Question {
            rule,
            calendar: self.calendar(rule, code),
            wide: rule.wide.then(|| self.wide_calendar(code)),
            receipt,
            extended,
            pauses: &[],
        }
    }

    /// The time zone of a place.
    #[must_use]
    pub fn zone(&self, code: &PlaceCode) -> Option<Tz> {
        self.place(code).and_then(Place::zone)
    }

    /// The first instant, UTC, at which an answer is overdue: the beginning of the local day after the due day
    /// (Reg. 1182/71 Art. 3(2): a period ends with the expiry of its last hour).
    #[must_use]
    pub fn overdue_from(&self, due: NaiveDate, zone: Tz) -> Option<DateTime<Utc>> {
        first_instant(due.succ_opt()?, zone)
    }
}

impl Place {
    /// The IANA zone of the record.
    #[must_use]
    pub fn zone(&self) -> Option<Tz> {
        self.zone.parse().ok()
    }
}
