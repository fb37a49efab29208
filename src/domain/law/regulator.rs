//! Regulators: who hears a complaint, and how it may be lodged.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::date::civil_date;
use super::{Checked, LawBook, RegulatorBy};
use crate::domain::nearest::nearest;
use crate::domain::place::PlaceCode;

/// Private company or public body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sector {
    /// A company, an association, a person.
    Private,
    /// A public body.
    Public,
}

/// One record of `config/regulators/`; the fields are explained in `config/README.md`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "the fields are the columns of the data file, explained there"
)]
pub struct Regulator {
    pub id: String,
    pub jurisdiction: String,
    pub sectors: Vec<Sector>,
    pub special: bool,
    pub scope: Option<String>,
    pub name: String,
    pub native_name: String,
    pub email: String,
    pub email_checked: Option<Checked>,
    pub email_checked_note: Option<String>,
    pub certified_email: Option<String>,
    pub public_enquiries: Option<String>,
    pub data_box: Option<String>,
    pub website: String,
    pub complaint_form: String,
    pub complaint_form_checked: Option<Checked>,
    pub address: Vec<String>,
    pub address_checked: Option<Checked>,
    pub visit_address: Option<Vec<String>>,
    pub visit_address_checked: Option<Checked>,
    pub languages: Vec<String>,
    pub languages_note: Option<String>,
    pub english: Option<String>,
    pub lodging: Vec<String>,
    pub lodging_detail: Option<Vec<String>>,
    pub lodging_note: Option<String>,
    pub lodging_checked: Option<Checked>,
    pub lodging_checked_note: Option<String>,
    pub email_complaint: String,
    pub email_complaint_note: Option<String>,
    pub auto_send_ok: bool,
    pub prerequisite: Option<String>,
    pub prerequisite_checked: Option<Checked>,
    pub prerequisite_checked_note: Option<String>,
    pub time_limit: Option<String>,
    pub time_limits: Option<Vec<RegulatorLimit>>,
    pub time_limit_checked: Option<Checked>,
    pub time_limit_checked_note: Option<String>,
    pub tribunal: Option<String>,
    pub warning: Option<String>,
    pub notes: Option<Vec<String>>,
    pub source: String,
    pub checked: Checked,
    #[serde(deserialize_with = "civil_date")]
    pub checked_on: NaiveDate,
    pub checked_covers: String,
}

/// A limit for the complainant, as the data file words it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegulatorLimit {
    pub n: u32,
    pub unit: String,
    pub from: String,
    pub approx_days: Option<u32>,
}

impl Regulator {
    /// True if Demur may e-mail a complaint there: plain mail is accepted without a condition, and the mailbox was read in a source.
    #[must_use]
    pub fn takes_email(&self) -> bool {
        let mailbox_read = self.checked == Checked::Verified
            && self
                .email_checked
                .is_none_or(|flag| flag == Checked::Verified);
        self.auto_send_ok
            && mailbox_read
            && !self.email.is_empty()
            && matches!(self.email_complaint.as_str(), "accepted" | "form_preferred")
            && self.lodging.iter().any(|way| way == "email")
    }

    /// True if it takes complaints in a language.
    #[must_use]
    pub fn takes_language(&self, language: &str) -> bool {
        super::language_fallback(language)
            .any(|language| self.languages.iter().any(|taken| taken == language))
    }

    fn hears(&self, code: &str, sector: Sector) -> bool {
        self.jurisdiction == code && !self.special && self.sectors.contains(&sector)
    }
}

/// Why no regulator can be named.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnknownRegulator {
    /// The country's law routes by its parts, and none was given.
    #[error("in {country} the regulator is that of the person's part of the country: give one of {}", parts.join(", "))]
    PartNeeded {
        /// The country.
        country: String,
        /// Its parts.
        parts: Vec<String>,
    },
    /// The data holds none.
    #[error("Demur holds no regulator for {code}; nearest with one: {}", near.join(", "))]
    NoData {
        /// The place asked for.
        code: String,
        /// Places that have one.
        near: Vec<String>,
    },
}

impl LawBook {
    /// The regulator with this id.
    #[must_use]
    pub fn regulator(&self, id: &str) -> Option<&Regulator> {
        self.regulators.iter().find(|regulator| regulator.id == id)
    }

    /// Who hears a complaint of a person who lives in `home`, the competent one first, each with the reason.
    /// A regulator of a part of the country is taken only if its scope covers the sector.
    ///
    /// # Errors
    /// [`UnknownRegulator`] where the part of the country is needed or the data holds none.
    pub fn competent_regulators(
        &self,
        home: &PlaceCode,
        sector: Sector,
    ) -> Result<Vec<(&Regulator, String)>, UnknownRegulator> {
        let by_part = self
            .jurisdiction(home)
            .is_some_and(|jurisdiction| jurisdiction.regulator_by == RegulatorBy::Subdivision);
        if by_part && home.subdivision().is_none() {
            return Err(self.part_needed(home));
        }
        let word = match sector {
            Sector::Private => "private companies",
            Sector::Public => "public bodies",
        };
        let mut found = Vec::new();
        for code in home.with_fallback() {
            // Where the law routes by part, the authority of the whole country hears only its own public bodies.
            if by_part && code == home.country() && sector == Sector::Private {
                continue;
            }
            for regulator in self
                .regulators
                .iter()
                .filter(|regulator| regulator.hears(code, sector))
            {
                found.push((
                    regulator,
                    format!("hears complaints about {word} from people who live in {code}"),
                ));
            }
        }
        if found.is_empty() {
            Err(self.no_regulator(home))
        } else {
            Ok(found)
        }
    }

    /// Every regulator of a country and its parts that hears the sector: what is shown when the part is not known.
    #[must_use]
    pub fn regulators_of_country(&self, country: &str, sector: Sector) -> Vec<&Regulator> {
        let within = |regulator: &&Regulator| {
            regulator.jurisdiction.split('-').next() == Some(country)
                && regulator.jurisdiction != country
        };
        self.regulators
            .iter()
            .filter(within)
            .filter(|regulator| regulator.hears(&regulator.jurisdiction, sector))
            .collect()
    }

    fn part_needed(&self, home: &PlaceCode) -> UnknownRegulator {
        let parts = self
            .jurisdiction(home)
            .map(|jurisdiction| jurisdiction.subdivisions.clone())
            .unwrap_or_default();
        UnknownRegulator::PartNeeded {
            country: home.country().to_owned(),
            parts,
        }
    }

    fn no_regulator(&self, home: &PlaceCode) -> UnknownRegulator {
        let places = self
            .regulators
            .iter()
            .map(|regulator| regulator.jurisdiction.as_str());
        let mut unique: Vec<&str> = places.collect();
        unique.sort_unstable();
        unique.dedup();
        UnknownRegulator::NoData {
            code: home.to_string(),
            near: nearest(home.as_str(), unique),
        }
    }
}
