//! The law as data: what the records of `config/` mean, and how one is found. Reading the files is the business of `config`.

mod citation;
mod clock;
mod controller;
mod date;
mod jurisdiction;
mod localized;
mod regime;
mod regulator;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use citation::{Citation, CitationKind};
pub use controller::{AiTraining, Claim, Controller, Entity};
pub(crate) use date::{civil_date, optional_civil_date};
pub use jurisdiction::{Jurisdiction, Page, RegulatorBy};
pub use localized::{Localized, language_fallback};
pub use regime::{
    Addressee, After, Basis, Exists, Extension, Grounds, LawClock, LetterEntry, Pauses, Regime,
    RegimeWords, RightRecord, Rung, Starts, Wait,
};
pub use regulator::{Regulator, Sector, UnknownRegulator};

use super::calendar::HolidayBook;
use super::deadline::Rule;
use super::nearest::nearest;
use super::place::{Place, PlaceCode};

/// Whether a record was read in the source it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Checked {
    /// Read in the source named; it can have changed since.
    Verified,
    /// Not confirmed: the user sees the mark.
    Unverified,
    /// See the note beside it.
    PartlyVerified,
    /// Some parts verified, some not; the source says which.
    Mixed,
}

/// Everything that `config/` holds about the law, checked for cross references by `demur check`.
#[derive(Debug, Clone)]
pub struct LawBook {
    /// Bodies of law by id.
    pub regimes: BTreeMap<String, Regime>,
    /// Articles that a letter may cite, by id.
    pub citations: BTreeMap<String, Citation>,
    /// Response periods by id.
    pub rules: BTreeMap<String, Rule>,
    /// Time zones and calendars by ISO code.
    pub places: BTreeMap<String, Place>,
    /// Places where people live, by ISO code.
    pub jurisdictions: BTreeMap<String, Jurisdiction>,
    /// Authorities, in file order.
    pub regulators: Vec<Regulator>,
    /// Companies by id.
    pub controllers: BTreeMap<String, Controller>,
    /// Public holidays.
    pub holidays: HolidayBook,
    /// Hash of all files, so that a letter can say which version of the law it was written under.
    pub version: String,
}

/// A name that is not in the data, and the nearest ones that are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no {what} `{given}`; nearest: {}", near.join(", "))]
pub struct NotFound {
    /// What kind of thing was looked for.
    pub what: &'static str,
    /// The name given.
    pub given: String,
    /// Names that exist.
    pub near: Vec<String>,
}

impl NotFound {
    fn new<'a>(
        what: &'static str,
        given: &str,
        valid: impl IntoIterator<Item = &'a str>,
    ) -> NotFound {
        NotFound {
            what,
            given: given.to_owned(),
            near: nearest(given, valid),
        }
    }
}

impl LawBook {
    /// The response period with this id.
    ///
    /// # Errors
    /// [`NotFound`] with the nearest ids.
    pub fn rule(&self, id: &str) -> Result<&Rule, NotFound> {
        self.rules
            .get(id)
            .ok_or_else(|| NotFound::new("rule", id, self.rules.keys().map(String::as_str)))
    }

    /// The company with this id; an alias or a domain of it is also taken.
    ///
    /// # Errors
    /// [`NotFound`] with the nearest ids.
    pub fn controller(&self, id: &str) -> Result<&Controller, NotFound> {
        let wanted = id.trim().to_lowercase();
        let direct = self.controllers.get(&wanted);
        direct
            .or_else(|| {
                self.controllers
                    .values()
                    .find(|controller| controller.answers_to(&wanted))
            })
            .ok_or_else(|| {
                NotFound::new(
                    "controller",
                    id,
                    self.controllers.keys().map(String::as_str),
                )
            })
    }

    /// Where a person lives: the record of the code, or of its country. `None`: a place whose law Demur does not hold.
    #[must_use]
    pub fn jurisdiction(&self, code: &PlaceCode) -> Option<&Jurisdiction> {
        code.with_fallback()
            .find_map(|code| self.jurisdictions.get(code))
    }

    /// Zone and calendar of a place: the record of the code, or of its country.
    #[must_use]
    pub fn place(&self, code: &PlaceCode) -> Option<&Place> {
        code.with_fallback().find_map(|code| self.places.get(code))
    }

    /// True if a place belongs to a group of regions: its own code, its country, `EEA` by the territory of its regimes, or `*`.
    #[must_use]
    pub fn in_region(&self, code: &PlaceCode, region: &str) -> bool {
        let by_territory = || {
            let regimes = self
                .jurisdiction(code)
                .map(|jurisdiction| jurisdiction.regimes.as_slice())
                .unwrap_or_default();
            regimes
                .iter()
                .filter_map(|id| self.regimes.get(id))
                .any(|regime| regime.territory == region)
        };
        code.with_fallback().any(|code| code == region) || by_territory()
    }

    /// The legal entity that answers to people of a place. The entity for everywhere else (`*`) comes last.
    #[must_use]
    pub fn entity<'a>(&self, controller: &'a Controller, home: &PlaceCode) -> Option<&'a Entity> {
        let holds = |entity: &&Entity| {
            entity
                .regions
                .iter()
                .any(|region| self.in_region(home, region))
        };
        let elsewhere = |entity: &&Entity| entity.regions.iter().any(|region| region == "*");
        controller
            .entities
            .iter()
            .find(holds)
            .or_else(|| controller.entities.iter().find(elsewhere))
    }
}
