//! Controllers: the companies addressed, with the legal entity that answers per region, its channels and its AI-training switch.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;

use super::Checked;
use super::date::civil_date;
use crate::domain::letter::IdentifierKind;

/// One file of `config/controllers/`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Controller {
    /// Version of the file's shape.
    pub schema: u32,
    /// Stable name: `linkedin`.
    pub id: String,
    /// Name as people know it.
    pub name: String,
    /// What it is: "social network".
    pub category: String,
    /// Other names a person may look for: "gmail" finds Google.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Its web domains.
    #[serde(default)]
    pub domains: Vec<String>,
    /// Group it belongs to, empty = none known.
    #[serde(default)]
    pub parent: String,
    /// How it finds a person, best first.
    pub identifier_kinds: Vec<IdentifierKind>,
    /// Where a profile address points; another host is a warning.
    #[serde(default)]
    pub identifier_hosts: Vec<String>,
    /// Its procedure asks for a picture of the face: the person is warned.
    #[serde(default)]
    pub biometric_upload_warning: bool,
    /// Remark for whoever reads the file.
    #[serde(default)]
    pub notes: String,
    /// Legal entities; the first whose regions hold the person's place is taken.
    #[serde(rename = "entity")]
    pub entities: Vec<Entity>,
    /// What is known on AI training and how to object.
    #[serde(default)]
    pub ai_training: Option<AiTraining>,
}

impl Controller {
    /// True if a lower-case name is one of its names, aliases or domains.
    #[must_use]
    pub fn answers_to(&self, name: &str) -> bool {
        let names = self
            .aliases
            .iter()
            .chain(&self.domains)
            .chain(std::iter::once(&self.name));
        names.into_iter().any(|known| known.to_lowercase() == name)
    }
}

/// The legal entity that answers to people of some regions.
#[derive(Debug, Clone, Deserialize)]
#[expect(
    missing_docs,
    reason = "the fields are the columns of the data file, explained there"
)]
pub struct Entity {
    /// ISO codes, `EEA`, or `*` = everywhere else.
    pub regions: Vec<String>,
    /// Legal name.
    pub name: String,
    /// Lines as on an envelope.
    pub address: Vec<String>,
    /// Its seat: binds regimes, and the calendar of the clock.
    pub country: String,
    /// Part of the country, empty = not known or without effect.
    #[serde(default)]
    pub subdivision: String,
    /// IANA zone of the clock.
    pub zone: String,
    /// Mailbox for requests, empty = none known; Demur never guesses one.
    pub email: String,
    /// A mailbox that nobody confirmed; never written to.
    #[serde(default)]
    pub email_unverified: String,
    /// Web form for requests, empty = none known.
    pub form: String,
    /// Mailbox or form of the data protection officer.
    #[serde(default)]
    pub dpo_contact: String,
    /// Authority of its seat; explains the course of a case only.
    #[serde(default)]
    pub lead_authority: String,
    #[serde(default)]
    pub former_name: String,
    #[serde(default)]
    pub eircode: String,
    #[serde(default)]
    pub alt_email: String,
    #[serde(default)]
    pub alt_email_unverified: String,
    #[serde(default)]
    pub alt_form: String,
    /// Remark for whoever reads the file.
    #[serde(default)]
    pub note: String,
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
    /// Flags of single fields, `<field>_checked`: every other key must be one.
    #[serde(flatten)]
    pub flags: BTreeMap<String, Checked>,
}

impl Entity {
    /// What the user must be told is not confirmed, in words of the data file.
    #[must_use]
    pub fn unconfirmed(&self) -> Vec<String> {
        let open = self
            .flags
            .iter()
            .filter(|(_, flag)| **flag != Checked::Verified);
        let mut open: Vec<String> = open
            .map(|(name, _)| name.trim_end_matches("_checked").replace('_', " "))
            .collect();
        if self.checked == Checked::Unverified {
            open.insert(0, "the whole record".to_owned());
        }
        open
    }

    /// ISO code of its seat, with the part of the country where it is known.
    #[must_use]
    pub fn seat(&self) -> &str {
        if self.subdivision.is_empty() {
            &self.country
        } else {
            &self.subdivision
        }
    }
}

/// A legal basis that the controller's own published words claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// Legitimate interests.
    LegitimateInterests,
    /// Consent.
    Consent,
    /// A contract.
    Contract,
}

/// What is known on a controller's AI training.
#[derive(Debug, Clone, Deserialize)]
pub struct AiTraining {
    /// State of the switch when nobody touches it: `on`, `off`, `varies`, `unknown`.
    pub default: String,
    /// Remark on `default`.
    #[serde(default)]
    pub default_note: String,
    /// What its own published words rely on.
    #[serde(default)]
    pub claims: Vec<Claim>,
    /// Remark on `claims`.
    #[serde(default)]
    pub claims_note: String,
    /// When it began.
    #[serde(default)]
    pub start: String,
    /// Name of the setting, empty = none.
    #[serde(default)]
    pub switch: String,
    /// Address of the setting.
    #[serde(default)]
    pub switch_url: String,
    /// What a person clicks, in order.
    #[serde(default)]
    pub steps: Vec<String>,
    /// Its own objection form.
    #[serde(default)]
    pub objection_form: String,
    /// The form for people without an account.
    #[serde(default)]
    pub non_user_form: String,
    /// Regions in which the forms are offered, empty = not known.
    #[serde(default)]
    pub form_regions: Vec<String>,
    /// What it says is used and not used.
    #[serde(default)]
    pub scope: String,
    /// What the switch does not do.
    #[serde(default)]
    pub effect: String,
    /// What authorities did.
    #[serde(default)]
    pub regulators: Vec<String>,
    /// Remark for whoever reads the file.
    #[serde(default)]
    pub note: String,
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
    /// Flags of single fields, `<field>_checked`: every other key must be one.
    #[serde(flatten)]
    pub flags: BTreeMap<String, Checked>,
}
