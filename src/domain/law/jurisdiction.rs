//! A jurisdiction: a place where a person lives, with its regimes, languages and the way to its regulator.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::date::{civil_date, optional_civil_date};
use super::regime::Wait;
use super::{Checked, Localized};

/// Paper of the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Page {
    /// 210 × 297 mm.
    A4,
    /// 8.5 × 11 inch.
    Letter,
}

/// Which code decides on the regulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegulatorBy {
    /// The country.
    Country,
    /// Its part: a private controller's regulator is that of the person's Land.
    Subdivision,
}

/// One record of `config/jurisdictions/`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jurisdiction {
    /// ISO 3166-1 code, or 3166-2 where a part has a law of its own.
    pub code: String,
    /// Name, by language.
    pub name: Localized,
    /// Ids of the bodies of law that protect the people there.
    pub regimes: Vec<String>,
    /// Languages of its people, best first.
    pub languages: Vec<String>,
    /// Which code decides on the regulator.
    pub regulator_by: RegulatorBy,
    /// Parts that matter for regulator or calendar.
    #[serde(default)]
    pub subdivisions: Vec<String>,
    /// Paper.
    pub page: Page,
    /// Our own margin for a letter without proof of receipt, in calendar days; not law.
    pub posting_margin_days: u32,
    /// Where it was read.
    pub source: String,
    /// Whether it was read there.
    pub checked: Checked,
    /// What `checked` leaves open.
    #[serde(default)]
    pub checked_note: String,
    /// Day of the check.
    #[serde(deserialize_with = "civil_date")]
    pub checked_on: NaiveDate,
    /// First day it holds.
    #[serde(default, deserialize_with = "optional_civil_date")]
    pub valid_from: Option<NaiveDate>,
    /// Last day it holds.
    #[serde(default, deserialize_with = "optional_civil_date")]
    pub valid_to: Option<NaiveDate>,
    /// What complaining there asks of the person.
    #[serde(default)]
    pub complaint: Option<ComplaintRules>,
}

/// What complaining in a place asks of the person.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComplaintRules {
    /// Whether the company must be asked first.
    pub ask_first: AskFirst,
    /// The same in words.
    #[serde(default)]
    pub prerequisite_note: String,
    /// Limit for the complaint, if one is known.
    #[serde(default)]
    pub time_limit: Option<TimeLimit>,
    /// The limit in words.
    #[serde(default)]
    pub time_limit_note: String,
    /// Flag of the limit.
    #[serde(default)]
    pub time_limit_checked: Option<Checked>,
    /// Where the limit was read.
    #[serde(default)]
    pub time_limit_source: String,
    /// Where the rest was read.
    pub source: String,
    /// Flag of the rest.
    pub checked: Checked,
    /// What `checked` leaves open.
    #[serde(default)]
    pub checked_note: String,
    /// Day of the check.
    #[serde(deserialize_with = "civil_date")]
    pub checked_on: NaiveDate,
}

/// Whether the company must be asked before a complaint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskFirst {
    /// The law demands it.
    Required,
    /// The authority expects it.
    Expected,
    /// It is wise.
    Recommended,
    /// Nobody asks for it.
    NotRequired,
    /// Not known.
    Unknown,
}

/// A limit for the person: so long after `from`.
#[derive(Debug, Clone, Deserialize)]
pub struct TimeLimit {
    /// Length.
    #[serde(flatten)]
    pub length: Wait,
    /// What starts it: `knowledge`, `event`, `last_contact`, `reply`, `application`.
    pub from: String,
}

impl TimeLimit {
    /// The last day for the complaint. `first_letter`: the person knew of the matter at least then; `last_contact`: the newest letter or answer.
    /// Of two readings the earlier day is told.
    #[must_use]
    pub fn ends_on(&self, first_letter: NaiveDate, last_contact: NaiveDate) -> Option<NaiveDate> {
        let from = match self.from.as_str() {
            "last_contact" | "reply" => last_contact,
            _ => first_letter,
        };
        self.length.after(from)
    }
}
