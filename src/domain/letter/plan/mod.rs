//! The plan of a letter: which law, which rights, whom it addresses, in which language, and when the answer is due. Decides everything but the words.

mod addressed;
mod choose;
mod due;
mod remarks;

use super::facts::{CaseFacts, FieldError};
use super::names::{Channel, LetterKind, Right};
use crate::domain::deadline::Derivation;
use crate::domain::law::{
    Controller, Entity, Grounds, Jurisdiction, LawBook, NotFound, Page, Regime, Regulator,
    RightRecord, Sector, UnknownRegulator, language_fallback,
};
use crate::domain::place::PlaceCode;
use addressed::addressed;
pub use choose::regime_of;
use choose::{choose_regimes, kind_under, no_right, rights_under};
pub use due::ExtensionFacts;
use due::{Due, due};
use remarks::{identifier_warnings, regulator_warning, unverified};

/// Who stands in the address field.
#[derive(Debug, Clone)]
pub struct Addressed<'a> {
    /// Name as people know it.
    pub brand: String,
    /// Legal name.
    pub name: String,
    /// Lines below the name.
    pub address: Vec<String>,
    /// ISO country of the seat, if known.
    pub country: Option<String>,
    /// Mailbox, if one is known and confirmed.
    pub email: Option<String>,
    /// The record of the directory, if it is one.
    pub controller: Option<&'a Controller>,
    /// The entity of the record.
    pub entity: Option<&'a Entity>,
    /// How the letter can go.
    pub channel: Channel,
}

/// Everything decided before a word is written.
#[derive(Debug, Clone)]
pub struct LetterPlan<'a> {
    /// The letter that is written (not always the one asked for).
    pub kind: LetterKind,
    /// The rights it names.
    pub rights: Vec<Right>,
    /// The law it names first.
    pub regime: &'a Regime,
    /// A second law that also binds the controller.
    pub second_regime: Option<&'a Regime>,
    /// The controller.
    pub controller: Addressed<'a>,
    /// The regulator, for a complaint.
    pub regulator: Option<&'a Regulator>,
    /// The language, as the templates have it.
    pub language: String,
    /// The paper.
    pub page: Page,
    /// When the answer is due, once the day of receipt is known: rule id and derivation.
    pub due: Option<(String, Derivation)>,
    /// An extension notice came in time.
    pub extended: bool,
    /// What the newest extension notice is worth; `None` if there is none.
    pub extension: Option<ExtensionFacts>,
    /// What the user should know.
    pub notes: Vec<String>,
    /// What the user should look at again.
    pub warnings: Vec<String>,
    /// What the letter uses although nobody confirmed it.
    pub unverified: Vec<String>,
}

/// Why no letter can be written.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Refusal {
    /// Fields that must be mended.
    #[error("{} field(s) must be mended", .0.len())]
    Fields(Vec<FieldError>),
    /// The controller is not in the directory.
    #[error(transparent)]
    NotFound(#[from] NotFound),
    /// The law gives nothing to ask with.
    #[error("the law of {place} gives no right that this letter could ask for")]
    NoRight {
        /// Where the person lives.
        place: String,
        /// What can be done instead.
        instead: Vec<String>,
    },
    /// An objection that needs grounds has none.
    #[error(
        "an objection under {citation} needs grounds from the person's own situation; give at least one in `grounds`"
    )]
    GroundsMissing {
        /// Citation id of the article.
        citation: String,
    },
    /// A follow-up without what went before.
    #[error("a {} needs `history`: the letters sent and the answers that came", .0.as_str())]
    HistoryMissing(LetterKind),
    /// The regime has no letters in this language.
    #[error("there is no {kind} under {regime} in `{given}`; it exists in {}", available.join(", "))]
    NoLanguage {
        /// The letter.
        kind: &'static str,
        /// The law.
        regime: String,
        /// The language asked for.
        given: String,
        /// Languages that exist.
        available: Vec<String>,
    },
    /// The regime has no letter of this kind.
    #[error("there is no letter `{kind}` under {regime}; it has {}", available.join(", "))]
    NoLetter {
        /// The letter.
        kind: &'static str,
        /// The law.
        regime: String,
        /// Letters that exist.
        available: Vec<String>,
    },
    /// No regulator can be named.
    #[error(transparent)]
    Regulator(#[from] UnknownRegulator),
}

/// Plans the letter.
///
/// # Errors
/// [`Refusal`]: nothing is written.
pub fn plan<'a>(book: &'a LawBook, facts: &CaseFacts) -> Result<LetterPlan<'a>, Refusal> {
    if facts.kind.needs_history() && facts.history.is_empty() {
        return Err(Refusal::HistoryMissing(facts.kind));
    }
    let controller = addressed(book, facts)?;
    let asked = asked_rights(facts);
    let (regime, second_regime) = choose_regimes(book, facts, &controller, &asked)?;
    let mut notes = Vec::new();
    let rights = rights_under(regime, &asked, &facts.language, &mut notes);
    if rights.is_empty() {
        return Err(no_right(book, facts, &notes));
    }
    let kind = kind_under(regime, facts.kind, &rights)?;
    grounds_given(regime, facts, kind, &rights)?;
    let language = letter_language(regime, kind, &facts.language)?;
    let regulator = if kind.goes_to_the_regulator() {
        Some(competent(book, facts, regime, &controller)?)
    } else {
        None
    };
    let Due {
        due,
        extended,
        extension,
    } = due(book, facts, regime, &rights, &controller);
    let mut warnings = identifier_warnings(facts, controller.controller);
    warnings.extend(regulator.and_then(|regulator| regulator_warning(regulator, &language)));
    let passed = due
        .as_ref()
        .is_none_or(|(_, due)| due.expected_due.is_none_or(|day| day < facts.written_on));
    if kind.goes_to_the_regulator()
        && !passed
        && !facts.history.iter().any(|entry| entry.reply.is_some())
    {
        warnings
            .push("the time for an answer has not run out on the date of this letter".to_owned());
    }
    let unverified = unverified(&controller, regulator, regime);
    let page = book
        .jurisdiction(&facts.jurisdiction)
        .map_or(Page::A4, |jurisdiction: &Jurisdiction| jurisdiction.page);
    Ok(LetterPlan {
        kind,
        rights,
        regime,
        second_regime,
        controller,
        regulator,
        language,
        page,
        due,
        extended,
        extension,
        notes,
        warnings,
        unverified,
    })
}

/// The rights asked: those given, for a follow-up without any those of the first letter.
fn asked_rights(facts: &CaseFacts) -> Vec<Right> {
    if !facts.rights.is_empty() {
        return facts.rights.clone();
    }
    let first = facts
        .history
        .iter()
        .filter_map(|entry| entry.letter)
        .find(|kind| kind.opens_a_case());
    first
        .and_then(|kind| Right::parse(kind.as_str()).ok())
        .map_or_else(|| vec![Right::Objection], |right| vec![right])
}

fn grounds_given(
    regime: &Regime,
    facts: &CaseFacts,
    kind: LetterKind,
    rights: &[Right],
) -> Result<(), Refusal> {
    if !kind.opens_a_case() || !facts.grounds.is_empty() {
        return Ok(());
    }
    let mut records = rights.iter().filter_map(|right| regime.right(*right));
    let needs = |record: &&RightRecord| {
        record.grounds == Grounds::Required
            && !record.no_grounds_scenarios.contains(&facts.scenario)
    };
    match records.find(needs) {
        Some(record) => Err(Refusal::GroundsMissing {
            citation: record.citation.clone(),
        }),
        None => Ok(()),
    }
}

fn letter_language(regime: &Regime, kind: LetterKind, wanted: &str) -> Result<String, Refusal> {
    let available = regime.letter_languages(kind);
    let found = language_fallback(wanted).find_map(|wanted| {
        available
            .iter()
            .find(|language| language.eq_ignore_ascii_case(wanted))
    });
    found.cloned().ok_or_else(|| Refusal::NoLanguage {
        kind: kind.as_str(),
        regime: regime.short.for_screen("en").to_owned(),
        given: wanted.to_owned(),
        available: available.to_vec(),
    })
}

impl LetterPlan<'_> {
    /// The regulator that would hear a complaint about this controller, whichever letter is planned.
    #[must_use]
    pub fn complaint_regulator<'b>(
        &self,
        book: &'b LawBook,
        home: &PlaceCode,
    ) -> Option<&'b Regulator> {
        let found = competent_at(book, home, self.regime, &self.controller).ok()?;
        found.first().map(|(regulator, _)| *regulator)
    }

    /// The zone in which the controller's clock runs.
    #[must_use]
    pub fn zone(&self, book: &LawBook, home: &PlaceCode) -> chrono_tz::Tz {
        let of_entity = self
            .controller
            .entity
            .and_then(|entity| entity.zone.parse().ok());
        of_entity
            .or_else(|| book.zone(home))
            .unwrap_or(chrono_tz::UTC)
    }
}

/// The regulator of the residence where the letter's law is that of the residence, else the one at the controller's seat.
fn competent<'a>(
    book: &'a LawBook,
    facts: &CaseFacts,
    regime: &Regime,
    controller: &Addressed<'_>,
) -> Result<&'a Regulator, Refusal> {
    let found = competent_at(book, &facts.jurisdiction, regime, controller)?;
    found
        .first()
        .map(|(regulator, _)| *regulator)
        .ok_or_else(|| no_right(book, facts, &[]))
}

fn competent_at<'a>(
    book: &'a LawBook,
    home: &PlaceCode,
    regime: &Regime,
    controller: &Addressed<'_>,
) -> Result<Vec<(&'a Regulator, String)>, UnknownRegulator> {
    let at_home = book
        .jurisdiction(home)
        .is_some_and(|place| place.regimes.contains(&regime.id));
    let seat = controller
        .entity
        .and_then(|entity| PlaceCode::parse(entity.seat()).ok());
    let place = if at_home {
        home
    } else {
        seat.as_ref().unwrap_or(home)
    };
    book.competent_regulators(place, Sector::Private)
}
