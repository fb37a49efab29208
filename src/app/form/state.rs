//! The answers of a person and what follows from them: the next step, the rights the law offers, the case.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::law::{Grounds, LawBook, Regime};
use crate::domain::letter::{
    GroundKind, LetterKind, RawCase, RawController, RawOnBehalf, RawPair, RawSubject, Right,
    Scenario, regime_of,
};
use crate::domain::names::names;
use crate::domain::place::PlaceCode;

names! {
    /// One page of the form.
    Step, "step of the form":
    Who = "who", Person = "person", Where = "where", Company = "company", Doing = "doing", Want = "want", Grounds = "grounds",
    Sensitive = "sensitive", Find = "find", You = "you", Check = "check",
}

/// Everything answered so far. Kept sealed under a cookie until the letter is sent.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the fields are those of the form")]
pub struct FormState {
    pub who: String,
    pub person_name: String,
    pub relation: String,
    pub mandate: bool,
    pub country: String,
    pub region: String,
    pub company: String,
    pub company_name: String,
    pub company_address: Vec<String>,
    pub company_email: String,
    pub scenario: String,
    pub rights: Vec<String>,
    pub grounds: BTreeMap<String, String>,
    pub grounds_none: bool,
    /// `yes` or `without`; empty = not asked, or the words changed since.
    pub sensitive: String,
    pub identifiers: Vec<(String, String)>,
    pub identifiers_done: bool,
    pub name: String,
    pub email: String,
    pub address: Vec<String>,
    pub own_paragraph: String,
    pub letter_language: String,
    pub screen_language: String,
    /// The case that was opened from these answers; the rest is then thrown away.
    pub sent_case: String,
}

impl FormState {
    /// Where the person lives.
    #[must_use]
    pub fn home(&self) -> Option<PlaceCode> {
        let code = if self.region.is_empty() {
            &self.country
        } else {
            &self.region
        };
        PlaceCode::parse(code).ok()
    }

    /// The law that the letter would name first, once place and company are known.
    #[must_use]
    pub fn regime<'a>(&self, book: &'a LawBook, today: NaiveDate) -> Option<&'a Regime> {
        let controller = (self.company != "new")
            .then_some(self.company.as_str())
            .filter(|id| !id.is_empty());
        regime_of(book, &self.home()?, controller, today)
    }

    /// The rights a person can ask for here: those the law has and a letter exists for, then those that go with them.
    #[must_use]
    pub fn offered_rights(regime: &Regime) -> Vec<Right> {
        let with_letter = |right: &Right| {
            LetterKind::for_right(*right)
                .is_some_and(|kind| !regime.letter_languages(kind).is_empty())
        };
        let first = Right::ALL
            .iter()
            .copied()
            .filter(|right| regime.has(*right) && with_letter(right));
        let besides = [Right::Access, Right::LimitSensitive]
            .into_iter()
            .filter(|right| regime.has(*right) && !with_letter(right));
        first.chain(besides).collect()
    }

    /// True if the law asks for grounds of the person's own.
    #[must_use]
    pub fn grounds_required(&self, regime: &Regime) -> bool {
        let scenario = Scenario::parse(&self.scenario).unwrap_or(Scenario::General);
        let asked = self
            .rights
            .iter()
            .filter_map(|right| Right::parse(right).ok())
            .filter_map(|right| regime.right(right));
        asked.into_iter().any(|record| {
            record.grounds == Grounds::Required && !record.no_grounds_scenarios.contains(&scenario)
        })
    }

    /// Kinds of grounds given that may reveal health, belief, origin or politics.
    #[must_use]
    pub fn special_grounds(&self) -> Vec<GroundKind> {
        self.grounds
            .keys()
            .filter_map(|kind| GroundKind::parse(kind).ok())
            .filter(|kind| kind.is_special())
            .collect()
    }

    /// The first step that is not answered; `Check` when all are.
    #[must_use]
    pub fn next_step(&self) -> Step {
        let open = [
            (Step::Who, self.who.is_empty()),
            (
                Step::Person,
                self.who != "self" && self.person_name.is_empty(),
            ),
            (Step::Where, self.country.is_empty()),
            (Step::Company, self.company.is_empty()),
            (Step::Doing, self.scenario.is_empty()),
            (Step::Want, self.rights.is_empty()),
            (Step::Grounds, self.grounds.is_empty() && !self.grounds_none),
            (
                Step::Sensitive,
                !self.special_grounds().is_empty() && self.sensitive.is_empty(),
            ),
            (Step::Find, !self.identifiers_done),
            (Step::You, self.name.is_empty() || self.email.is_empty()),
        ];
        open.into_iter()
            .find(|(_, open)| *open)
            .map_or(Step::Check, |(step, _)| step)
    }

    /// The step before this one.
    #[must_use]
    pub fn step_before(&self, step: Step) -> Option<Step> {
        let shown = |step: &Step| match step {
            Step::Person => self.who != "self",
            Step::Sensitive => !self.special_grounds().is_empty(),
            _ => true,
        };
        Step::ALL
            .iter()
            .copied()
            .filter(shown)
            .take_while(|one| *one != step)
            .last()
    }

    /// The letter that opens the case: the first right asked that has one.
    #[must_use]
    pub fn kind(&self, regime: &Regime) -> Option<LetterKind> {
        let rights = self
            .rights
            .iter()
            .filter_map(|right| Right::parse(right).ok());
        rights
            .filter_map(LetterKind::for_right)
            .find(|kind| !regime.letter_languages(*kind).is_empty())
    }

    /// The language of the letter: the one chosen, else the first that people of the place speak and the law has, else that of the screen.
    #[must_use]
    pub fn language(&self, book: &LawBook, regime: &Regime) -> String {
        let available = self
            .kind(regime)
            .map(|kind| regime.letter_languages(kind))
            .unwrap_or_default();
        let spoken = self
            .home()
            .and_then(|home| book.jurisdiction(&home))
            .map(|place| place.languages.clone())
            .unwrap_or_default();
        let wished = std::iter::once(self.letter_language.clone())
            .chain(spoken)
            .chain(std::iter::once(self.screen_language.clone()));
        wished
            .into_iter()
            .find(|language| available.contains(language))
            .or_else(|| available.first().cloned())
            .unwrap_or_default()
    }

    /// The case as `CASE.json` has it.
    #[must_use]
    pub fn to_case(&self, book: &LawBook, today: NaiveDate) -> Option<RawCase> {
        let regime = self.regime(book, today)?;
        let pair = |(kind, value): (&String, &String)| RawPair {
            kind: kind.clone(),
            value: value.clone(),
        };
        let left_out = |kind: &str| {
            self.sensitive == "without" && GroundKind::parse(kind).is_ok_and(GroundKind::is_special)
        };
        Some(RawCase {
            kind: self.kind(regime)?.as_str().to_owned(),
            rights: self.rights.clone(),
            scenario: self.scenario.clone(),
            jurisdiction: self.home()?.to_string(),
            language: self.language(book, regime),
            controller: self.controller(),
            subject: RawSubject {
                name: self.name.clone(),
                email: Some(self.email.clone()).filter(|email| !email.is_empty()),
                address: self.address.clone(),
                identifiers: self
                    .identifiers
                    .iter()
                    .map(|(kind, value)| RawPair {
                        kind: kind.clone(),
                        value: value.clone(),
                    })
                    .collect(),
            },
            on_behalf_of: self.on_behalf_of(),
            grounds: self
                .grounds
                .iter()
                .filter(|(kind, _)| !left_out(kind))
                .map(pair)
                .collect(),
            own_paragraph: self.own_paragraph.clone(),
            signature: None,
            written_on: Some(today.to_string()),
            received_on: None,
            history: Vec::new(),
        })
    }

    fn controller(&self) -> RawController {
        if self.company != "new" {
            return RawController::Id(self.company.clone());
        }
        RawController::Described {
            name: self.company_name.clone(),
            address: self.company_address.clone(),
            email: Some(self.company_email.clone()).filter(|email| !email.is_empty()),
        }
    }

    fn on_behalf_of(&self) -> Option<RawOnBehalf> {
        (self.who != "self").then(|| RawOnBehalf {
            relation: self.relation.clone(),
            name: self.person_name.clone(),
            born_on: None,
            identifiers: Vec::new(),
        })
    }
}
