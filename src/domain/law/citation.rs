//! Citations: the articles, judgments and guidelines that a letter may name, each with the place where it was read.

use chrono::NaiveDate;
use serde::Deserialize;

use super::date::{civil_date, optional_civil_date};
use super::{Checked, Localized};

/// What is cited. A judgment or guideline that nobody has read is never printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CitationKind {
    /// An article, section or recital.
    Statute,
    /// A decision of a court.
    Judgment,
    /// An opinion or guideline of an authority.
    Guidance,
}

/// One record of `config/citations/`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Citation {
    /// What templates write: `gdpr-21-1`.
    pub id: String,
    /// Statute, judgment or guidance.
    pub kind: CitationKind,
    /// How it is printed, by language.
    pub text: Localized,
    /// What it says, in a line.
    pub says: String,
    /// Official words, only in languages in which they were read.
    #[serde(default)]
    pub quote: Localized,
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
}

impl Citation {
    /// True if a letter may print it: read, or a statute article that carries its mark.
    #[must_use]
    pub fn may_be_printed(&self) -> bool {
        self.kind == CitationKind::Statute || self.checked == Checked::Verified
    }
}
