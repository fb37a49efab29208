//! The plan of a letter: which law, which rights, whom it addresses, in which language, and when the answer is due. Decides everything but the words.

use chrono::NaiveDate;

use super::facts::{CaseFacts, FieldError, GivenController, HistoryEntry};
use super::names::{Channel, IdentifierKind, LetterKind, ReplyKind, Right};
use crate::domain::deadline::{Derivation, Receipt};
use crate::domain::law::{
    Checked, Controller, Entity, Exists, Grounds, Jurisdiction, LawBook, NotFound, Page, Regime,
    Regulator, RightRecord, Sector, UnknownRegulator, language_fallback,
};
use crate::domain::place::PlaceCode;

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
    let (due, extended) = due(book, facts, regime, &rights, &controller).unzip();
    let extended = extended.unwrap_or(false);
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

fn addressed<'a>(book: &'a LawBook, facts: &CaseFacts) -> Result<Addressed<'a>, Refusal> {
    match &facts.controller {
        GivenController::Listed(id) => {
            let controller = book.controller(id)?;
            let entity = book
                .entity(controller, &facts.jurisdiction)
                .ok_or_else(|| NotFound {
                    what: "legal entity for this place of",
                    given: controller.id.clone(),
                    near: Vec::new(),
                })?;
            Ok(listed(controller, entity))
        }
        GivenController::Described {
            name,
            address,
            email,
        } => Ok(Addressed {
            brand: name.clone(),
            name: name.clone(),
            address: address.clone(),
            country: None,
            email: email.clone(),
            controller: None,
            entity: None,
            // Demur itself mails only addresses of the directory or approved by the operator.
            channel: if email.is_some() {
                Channel::OwnMailbox
            } else {
                Channel::Post
            },
        }),
    }
}

fn listed<'a>(controller: &'a Controller, entity: &'a Entity) -> Addressed<'a> {
    let email = (!entity.email.is_empty()).then(|| entity.email.clone());
    let channel = match (&email, entity.form.is_empty()) {
        (Some(_), _) => Channel::Email,
        (None, false) => Channel::WebForm,
        (None, true) => Channel::Post,
    };
    Addressed {
        brand: controller.name.clone(),
        name: entity.name.clone(),
        address: entity.address.clone(),
        country: Some(entity.country.clone()),
        email,
        controller: Some(controller),
        entity: Some(entity),
        channel,
    }
}

/// The law of the residence, and the law of the controller's seat where that binds everyone established there (GDPR Art. 3(1)).
/// The one that gives all that is asked comes first; where both do, the law of the residence.
fn choose_regimes<'a>(
    book: &'a LawBook,
    facts: &CaseFacts,
    controller: &Addressed<'a>,
    asked: &[Right],
) -> Result<(&'a Regime, Option<&'a Regime>), Refusal> {
    let mut candidates = regimes_of(book, &facts.jurisdiction, facts.written_on);
    let seat = controller
        .entity
        .and_then(|entity| PlaceCode::parse(entity.seat()).ok());
    for regime in seat
        .iter()
        .flat_map(|seat| regimes_of(book, seat, facts.written_on))
    {
        if regime.binds_established && !candidates.iter().any(|known| known.id == regime.id) {
            candidates.push(regime);
        }
    }
    // A stable sort: the residence keeps its place among equals.
    candidates.sort_by_key(|regime| asked.iter().filter(|right| !regime.has(**right)).count());
    let mut candidates = candidates.into_iter();
    let first = candidates
        .next()
        .ok_or_else(|| no_right(book, facts, &[]))?;
    Ok((first, candidates.next()))
}

fn regimes_of<'a>(book: &'a LawBook, place: &PlaceCode, on: NaiveDate) -> Vec<&'a Regime> {
    let ids = book
        .jurisdiction(place)
        .map(|jurisdiction| jurisdiction.regimes.as_slice())
        .unwrap_or_default();
    ids.iter()
        .filter_map(|id| book.regimes.get(id))
        .filter(|regime| regime.in_force_on(on))
        .collect()
}

/// The rights the law has, with those it gives in place of one it lacks. A right that is not there is never named in the letter.
fn rights_under(
    regime: &Regime,
    asked: &[Right],
    language: &str,
    notes: &mut Vec<String>,
) -> Vec<Right> {
    let mut found: Vec<Right> = Vec::new();
    let mut add = |right: Right| {
        if !found.contains(&right) {
            found.push(right);
        }
    };
    for right in asked {
        let record = regime.right(*right);
        match record.map(|record| record.exists) {
            Some(Exists::Yes) => add(*right),
            Some(Exists::Partial) => {
                add(*right);
                notes.push(format!(
                    "{}: `{}` is reached through another duty",
                    regime.short.for_screen("en"),
                    right.as_str()
                ));
            }
            Some(Exists::No) | None => {
                let instead: &[Right] = record
                    .map(|record| record.instead.as_slice())
                    .unwrap_or_default();
                instead
                    .iter()
                    .copied()
                    .filter(|right| regime.has(*right))
                    .for_each(&mut add);
                notes.push(missing_right(regime, *right, instead));
            }
        }
        notes.extend(record.and_then(|record| note_of(record, language)));
    }
    found
}

fn note_of(record: &RightRecord, language: &str) -> Option<String> {
    let note = record.note.for_screen(language);
    (!note.is_empty()).then(|| note.to_owned())
}

fn missing_right(regime: &Regime, right: Right, instead: &[Right]) -> String {
    let law = regime.short.for_screen("en");
    let words: Vec<&str> = instead.iter().map(|right| right.as_str()).collect();
    match words.is_empty() {
        true => format!(
            "{law} has no right of `{}`; the letter does not ask for it",
            right.as_str()
        ),
        false => format!(
            "{law} has no right of `{}`; the letter asks for {} instead",
            right.as_str(),
            words.join(", ")
        ),
    }
}

/// The letter asked for; where the law does not know it, the letter for the first right it has in its place.
fn kind_under(regime: &Regime, asked: LetterKind, rights: &[Right]) -> Result<LetterKind, Refusal> {
    let exists = |kind: &LetterKind| !regime.letter_languages(*kind).is_empty();
    let names_a_missing_right = Right::parse(asked.as_str()).is_ok_and(|right| !regime.has(right));
    let wanted = if names_a_missing_right {
        rights
            .iter()
            .filter_map(|right| LetterKind::for_right(*right))
            .find(exists)
    } else {
        Some(asked)
    };
    wanted.filter(exists).ok_or_else(|| Refusal::NoLetter {
        kind: asked.as_str(),
        regime: regime.short.for_screen("en").to_owned(),
        available: regime
            .letters
            .iter()
            .map(|entry| entry.kind.as_str().to_owned())
            .collect(),
    })
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

fn no_right(book: &LawBook, facts: &CaseFacts, notes: &[String]) -> Refusal {
    let mut instead = notes.to_vec();
    if book.jurisdiction(&facts.jurisdiction).is_none() {
        instead.push(format!(
            "Demur holds no law for {}; the controller's own settings and forms remain",
            facts.jurisdiction
        ));
    }
    Refusal::NoRight {
        place: facts.jurisdiction.to_string(),
        instead,
    }
}

/// The regulator of the residence where the letter's law is that of the residence, else the one at the controller's seat.
fn competent<'a>(
    book: &'a LawBook,
    facts: &CaseFacts,
    regime: &Regime,
    controller: &Addressed<'_>,
) -> Result<&'a Regulator, Refusal> {
    let at_home = book
        .jurisdiction(&facts.jurisdiction)
        .is_some_and(|place| place.regimes.contains(&regime.id));
    let seat = controller
        .entity
        .and_then(|entity| PlaceCode::parse(entity.seat()).ok());
    let place = if at_home {
        &facts.jurisdiction
    } else {
        seat.as_ref().unwrap_or(&facts.jurisdiction)
    };
    let found = book.competent_regulators(place, Sector::Private)?;
    found
        .first()
        .map(|(regulator, _)| *regulator)
        .ok_or_else(|| no_right(book, facts, &[]))
}

/// The due date, once it is known when the first letter was received. An extension counts only if the person was told within the first period.
fn due(
    book: &LawBook,
    facts: &CaseFacts,
    regime: &Regime,
    rights: &[Right],
    controller: &Addressed<'_>,
) -> Option<((String, Derivation), bool)> {
    let first = facts
        .history
        .iter()
        .find(|entry| entry.letter.is_some_and(LetterKind::opens_a_case));
    let received_on = first
        .and_then(|entry| entry.received_on)
        .or(facts.received_on)?;
    let of_right = rights
        .iter()
        .filter_map(|right| regime.right(*right))
        .map(|record| record.rule.as_str())
        .find(|rule| !rule.is_empty());
    let rule = book.rules.get(of_right.unwrap_or(&regime.clock.rule))?;
    let seat = controller
        .entity
        .map(Entity::seat)
        .and_then(|seat| PlaceCode::parse(seat).ok());
    let place = seat.as_ref().unwrap_or(&facts.jurisdiction);
    let derive = |extended| {
        book.question(rule, place, Receipt::On(received_on), extended)
            .derive()
    };
    let plain = derive(false);
    let in_time = |entry: &HistoryEntry| {
        let told = entry.received_on.zip(plain.expected_due);
        entry.reply == Some(ReplyKind::ExtensionNotice)
            && told.is_some_and(|(told, due)| told <= due)
    };
    let extended = rule.ext_n.is_some() && facts.history.iter().any(in_time);
    Some((
        (rule.id.clone(), if extended { derive(true) } else { plain }),
        extended,
    ))
}

fn identifier_warnings(facts: &CaseFacts, controller: Option<&Controller>) -> Vec<String> {
    let Some(controller) = controller.filter(|controller| !controller.identifier_hosts.is_empty())
    else {
        return Vec::new();
    };
    let foreign = |value: &str| {
        let host = host_of(value).to_lowercase();
        !controller
            .identifier_hosts
            .iter()
            .any(|known| host == *known || host.ends_with(&format!(".{known}")))
    };
    let profiles = facts
        .identifiers()
        .iter()
        .filter(|identifier| identifier.kind == IdentifierKind::ProfileUrl);
    profiles
        .filter(|identifier| foreign(&identifier.value))
        .map(|identifier| {
            format!(
                "`{}` does not look like an address at {}",
                identifier.value, controller.name
            )
        })
        .collect()
}

fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    host.rsplit('@')
        .next()
        .unwrap_or(host)
        .split(':')
        .next()
        .unwrap_or(host)
}

fn regulator_warning(regulator: &Regulator, language: &str) -> Option<String> {
    let taken = regulator.languages.join(", ");
    (!regulator.takes_language(language)).then(|| {
        format!(
            "{} takes complaints in {taken}; this one is written in {language}",
            regulator.name
        )
    })
}

fn unverified(
    controller: &Addressed<'_>,
    regulator: Option<&Regulator>,
    regime: &Regime,
) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    if let Some(entity) = controller.entity {
        found.extend(
            entity
                .unconfirmed()
                .into_iter()
                .map(|what| format!("{}: {what}", entity.name)),
        );
    }
    if let Some(regulator) = regulator {
        if regulator.checked != Checked::Verified {
            found.push(format!("{}: name, address and e-mail", regulator.name));
        }
        if regulator.lodging_checked != Some(Checked::Verified) {
            found.push(format!("{}: how a complaint is lodged", regulator.name));
        }
    }
    if regime.checked != Checked::Verified {
        found.push(format!(
            "{}: {}",
            regime.short.for_screen("en"),
            regime.checked_note
        ));
    }
    found
}
