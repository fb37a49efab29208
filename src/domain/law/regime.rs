//! A regime: a body of law with its rights, its clock, its letters and its ladder. One file of `config/regimes/`.

use chrono::{Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};

use super::date::{civil_date, optional_civil_date};
use super::{Checked, Localized};
use crate::domain::deadline::Unit;
use crate::domain::letter::{LetterKind, Right, Scenario};

/// A body of law.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regime {
    /// Version of the file's shape.
    pub schema: u32,
    /// Stable name: `gdpr`.
    pub id: String,
    /// Name of the group of its places, for `regions` of a controller's entity: `EEA`; empty = none.
    #[serde(default)]
    pub territory: String,
    /// Languages that have letters.
    pub languages: Vec<String>,
    /// Name, by language.
    pub name: Localized,
    /// Short name, by language.
    pub short: Localized,
    /// Full citation as a letter prints it once, by language.
    pub statute: Localized,
    /// It also binds controllers established in its places, wherever the person lives (GDPR Art. 3(1)).
    pub binds_established: bool,
    /// The article that says so, empty = none.
    #[serde(default)]
    pub binds_citation: String,
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
    /// Remarks for the user.
    #[serde(default)]
    pub note: Localized,
    /// How its time runs.
    pub clock: LawClock,
    /// Its rights.
    #[serde(rename = "right")]
    pub rights: Vec<RightRecord>,
    /// Its letters.
    #[serde(rename = "letter")]
    pub letters: Vec<LetterEntry>,
    /// Its ladder, in order.
    #[serde(rename = "rung")]
    pub rungs: Vec<Rung>,
}

/// How the time of a regime runs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LawClock {
    /// The usual response period.
    pub rule: String,
    /// Period of the acknowledgement, empty = none.
    #[serde(default)]
    pub acknowledge_rule: String,
    /// What starts the period.
    pub starts: Starts,
    /// When an extension counts.
    pub extension: Extension,
    /// Whether the clock may stop.
    pub pauses: Pauses,
}

/// What starts a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Starts {
    /// The controller has the letter.
    Receipt,
    /// The controller has what it needs to know who asks.
    IdentityConfirmed,
}

/// When an extension counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extension {
    /// Only if the person was told within the first period.
    OnlyIfNotifiedInTime,
    /// Never.
    None,
}

/// Whether the clock may stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pauses {
    /// Not by itself; an operator may record a stop with its days.
    OperatorMayRecord,
    /// Never.
    None,
}

/// Whether a law has a right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exists {
    /// It has it.
    Yes,
    /// Another duty is used: the article is quoted, not the name of the right.
    Partial,
    /// It does not.
    No,
}

/// Whether a person must give grounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grounds {
    /// Without them the request is refused (GDPR Art. 21(1)).
    Required,
    /// None are needed.
    None,
}

/// Where a period comes from. Only a statute's number is called a deadline in a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The law sets it.
    #[default]
    Statute,
    /// A regulation under the law sets it.
    Regulation,
    /// Taken from a like case; our demand, not a legal deadline.
    Analogy,
}

/// One right of a regime.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RightRecord {
    /// Which right.
    pub kind: Right,
    /// Whether it exists.
    pub exists: Exists,
    /// Citation id of its article, empty = none.
    #[serde(default)]
    pub citation: String,
    /// Whether grounds are needed.
    #[serde(default = "no_grounds")]
    pub grounds: Grounds,
    /// Scenarios that need no grounds (direct marketing).
    #[serde(default)]
    pub no_grounds_scenarios: Vec<Scenario>,
    /// Its response period, empty = no fixed period.
    #[serde(default)]
    pub rule: String,
    /// Where the period comes from.
    #[serde(default)]
    pub basis: Basis,
    /// Rights asked in its place where it does not exist.
    #[serde(default)]
    pub instead: Vec<Right>,
    /// Told to the user when it matters.
    #[serde(default)]
    pub note: Localized,
}

fn no_grounds() -> Grounds {
    Grounds::None
}

/// A letter kind of a regime and the languages it exists in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LetterEntry {
    /// Which letter.
    pub kind: LetterKind,
    /// Languages with a template.
    pub languages: Vec<String>,
}

/// Who gets the letter of a rung.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Addressee {
    /// The company.
    Controller,
    /// The authority.
    Regulator,
}

/// What a rung waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum After {
    /// The strict date.
    StrictDue,
    /// The latest of expected and safe date and every other reading.
    SafeDue,
    /// The day on which the letter of the rung before was received.
    LastLetter,
}

/// A length of time to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wait {
    /// How many.
    pub n: u32,
    /// Of what.
    pub unit: Unit,
}

impl Wait {
    /// The day so long after another; working days count as days, because the calendar of the place is not asked here.
    #[must_use]
    pub fn after(&self, day: NaiveDate) -> Option<NaiveDate> {
        let n = self.n;
        match self.unit {
            Unit::Months => day.checked_add_months(Months::new(n)),
            Unit::Years => day.checked_add_months(Months::new(n.checked_mul(12)?)),
            Unit::Weeks => day.checked_add_days(Days::new(u64::from(n) * 7)),
            Unit::Hours => day.checked_add_days(Days::new(u64::from(n).div_ceil(24))),
            Unit::CalendarDays | Unit::WorkingDays => day.checked_add_days(Days::new(u64::from(n))),
        }
    }
}

/// One rung of the ladder: the next letter, when it is offered, and who must approve it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    /// The letter.
    pub kind: LetterKind,
    /// Who gets it.
    pub addresses: Addressee,
    /// What it waits for.
    pub after: After,
    /// How long after that.
    pub wait: Wait,
    /// Who approves: `person`.
    pub approval: String,
    /// Told to the user.
    #[serde(default)]
    pub note: Localized,
}

impl Regime {
    /// The record of a right. `None`: the law is silent on it.
    #[must_use]
    pub fn right(&self, right: Right) -> Option<&RightRecord> {
        self.rights.iter().find(|record| record.kind == right)
    }

    /// True if the law has the right, at least in part.
    #[must_use]
    pub fn has(&self, right: Right) -> bool {
        self.right(right)
            .is_some_and(|record| record.exists != Exists::No)
    }

    /// The languages a letter kind exists in. Empty: this law has no such letter.
    #[must_use]
    pub fn letter_languages(&self, kind: LetterKind) -> &[String] {
        self.letters
            .iter()
            .find(|entry| entry.kind == kind)
            .map(|entry| entry.languages.as_slice())
            .unwrap_or_default()
    }

    /// True on a day on which the regime is in force.
    #[must_use]
    pub fn in_force_on(&self, day: NaiveDate) -> bool {
        self.valid_from.is_none_or(|first| first <= day)
            && self.valid_to.is_none_or(|last| day <= last)
    }
}

/// The short description of a regime as a letter and `meta.json` need it.
#[derive(Debug, Clone, Serialize)]
pub struct RegimeWords {
    /// Stable name.
    pub id: String,
    /// Short name.
    pub short: String,
    /// Name.
    pub name: String,
    /// Full citation.
    pub statute: String,
}

impl Regime {
    /// Its words in a language; where the language is missing, in English (the second law of a case may lack it).
    #[must_use]
    pub fn words(&self, language: &str) -> RegimeWords {
        RegimeWords {
            id: self.id.clone(),
            short: self.short.for_screen(language).to_owned(),
            name: self.name.for_screen(language).to_owned(),
            statute: self.statute.for_screen(language).to_owned(),
        }
    }
}
