//! What a letter template may use: the table of `templates/README.md` as types. Every key is always there.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::words::Words;
use crate::domain::deadline::Derivation;
use crate::domain::law::{Claim, LawBook, Regime, RegimeWords, Regulator};
use crate::domain::letter::{
    Addressed, CaseFacts, ExtensionFacts, GroundKind, HistoryEntry, IdentifierKind, LetterKind,
    LetterPlan, Reasons, RefusalGround, Relation, ReplyKind, Right, Scenario,
};
use crate::domain::place::PlaceCode;

/// The values of a letter.
#[derive(Debug, Clone, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields are explained in templates/README.md"
)]
pub struct LetterContext {
    pub writer: Writer,
    pub person: PersonConcerned,
    pub representing: BTreeMap<&'static str, bool>,
    pub identifiers: Vec<LabelledValue>,
    pub mailbox_is_account: bool,
    pub grounds: Vec<LabelledText>,
    pub ground: BTreeMap<&'static str, bool>,
    pub own_words: Vec<String>,
    pub special_grounds: bool,
    pub scenario: BTreeMap<&'static str, bool>,
    pub right: BTreeMap<&'static str, bool>,
    pub controller: ControllerNames,
    pub platform: Platform,
    pub regime: RegimeWords,
    pub second_regime: Option<RegimeWords>,
    pub reference: Option<String>,
    pub written_on: NaiveDate,
    pub first: Option<SentLetter>,
    pub reminder: Option<SentLetter>,
    pub controller_complaint: Option<SentLetter>,
    pub answer: Option<Answer>,
    pub answered: BTreeMap<&'static str, bool>,
    pub refusal: BTreeMap<&'static str, bool>,
    pub extension: Option<Extension>,
    pub due: Option<Due>,
    pub regulator: Option<RegulatorNames>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Writer {
    pub name: String,
    pub email: Option<String>,
    pub address: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct PersonConcerned {
    pub name: String,
    pub born_on: Option<NaiveDate>,
    pub is_writer: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct LabelledValue {
    pub kind: &'static str,
    pub label: String,
    pub value: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct LabelledText {
    pub kind: &'static str,
    pub label: String,
    pub text: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct ControllerNames {
    pub name: String,
    pub entity: String,
    pub country: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize)]
pub struct Platform {
    pub switch: Option<String>,
    pub claims_legitimate_interests: bool,
    pub claims_consent: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct SentLetter {
    pub kind: &'static str,
    pub sent_on: Option<NaiveDate>,
    pub received_on: Option<NaiveDate>,
    pub channel: Option<String>,
    pub reference: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    pub kind: &'static str,
    pub received_on: Option<NaiveDate>,
    pub reference: Option<String>,
    pub text: Vec<String>,
    pub with_reasons: bool,
    pub without_reasons: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct Extension {
    pub until: Option<NaiveDate>,
    pub late: bool,
    pub in_time: bool,
    pub beyond: bool,
    pub longest_on: Option<NaiveDate>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Due {
    pub strict_on: Option<NaiveDate>,
    pub expected_on: Option<NaiveDate>,
    pub safe_on: Option<NaiveDate>,
    pub extended: bool,
    pub passed: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct RegulatorNames {
    pub name: String,
    pub native_name: String,
}

/// Puts the values together from the facts and the plan, in the words of the letter's language.
#[must_use]
pub fn letter_context(
    book: &LawBook,
    facts: &CaseFacts,
    plan: &LetterPlan<'_>,
    words: &Words,
) -> LetterContext {
    let given = |kind: GroundKind| facts.grounds.iter().any(|ground| ground.kind == kind);
    let answer = newest_answer(facts, plan.kind);
    let words_of = |regime: &Regime| regime.words(&plan.language);
    LetterContext {
        writer: Writer {
            name: facts.subject.name.clone(),
            email: facts.subject.email.clone(),
            address: facts.subject.address.clone(),
        },
        person: PersonConcerned {
            name: facts.person_name().to_owned(),
            born_on: facts.on_behalf_of.as_ref().and_then(|other| other.born_on),
            is_writer: facts.on_behalf_of.is_none(),
        },
        representing: representing(facts),
        identifiers: identifiers(facts, words),
        mailbox_is_account: mailbox_is_account(facts),
        grounds: grounds(facts, words),
        ground: flags(GroundKind::ALL, GroundKind::as_str, given),
        own_words: facts.own_paragraph.clone(),
        special_grounds: facts.grounds.iter().any(|ground| ground.kind.is_special()),
        scenario: flags(Scenario::ALL, Scenario::as_str, |scenario| {
            scenario == facts.scenario
        }),
        right: flags(Right::ALL, Right::as_str, |right| {
            plan.rights.contains(&right)
        }),
        controller: controller_names(book, &plan.controller, &plan.language),
        platform: platform(&plan.controller),
        regime: words_of(plan.regime),
        second_regime: plan.second_regime.map(words_of),
        reference: facts
            .history
            .iter()
            .filter(|entry| entry.letter.is_some())
            .find_map(|entry| entry.reference.clone()),
        written_on: facts.written_on,
        first: sent(facts, LetterKind::opens_a_case),
        reminder: sent(facts, |kind| kind == LetterKind::Reminder),
        controller_complaint: sent(facts, |kind| kind == LetterKind::ControllerComplaint),
        answered: answered(answer),
        refusal: refusal(answer),
        extension: plan.extension.as_ref().map(extension),
        answer: answer.map(answer_words),
        due: plan
            .due
            .as_ref()
            .map(|(_, derivation)| due(facts, plan, derivation)),
        regulator: plan.regulator.map(|regulator: &Regulator| RegulatorNames {
            name: regulator.name.clone(),
            native_name: regulator.native_name.clone(),
        }),
    }
}

fn flags<T: Copy>(
    all: &[T],
    name: impl Fn(T) -> &'static str,
    is_set: impl Fn(T) -> bool,
) -> BTreeMap<&'static str, bool> {
    all.iter().map(|one| (name(*one), is_set(*one))).collect()
}

fn representing(facts: &CaseFacts) -> BTreeMap<&'static str, bool> {
    let relation = facts.on_behalf_of.as_ref().map(|other| other.relation);
    let mut found = flags(Relation::ALL, Relation::as_str, |one| relation == Some(one));
    found.insert("any", relation.is_some());
    found
}

fn identifiers(facts: &CaseFacts, words: &Words) -> Vec<LabelledValue> {
    let labelled = |kind: IdentifierKind| words.identifier(kind.as_str()).to_owned();
    let given = facts.identifiers().iter();
    given
        .map(|one| LabelledValue {
            kind: one.kind.as_str(),
            label: labelled(one.kind),
            value: one.value.clone(),
        })
        .collect()
}

fn grounds(facts: &CaseFacts, words: &Words) -> Vec<LabelledText> {
    let labelled = |kind: GroundKind| words.ground(kind.as_str()).to_owned();
    facts
        .grounds
        .iter()
        .map(|one| LabelledText {
            kind: one.kind.as_str(),
            label: labelled(one.kind),
            text: one.text.clone(),
        })
        .collect()
}

/// A copy of the data is asked for only where it would go to the account's own mailbox.
fn mailbox_is_account(facts: &CaseFacts) -> bool {
    let account = |address: &String| {
        let emails = facts
            .identifiers()
            .iter()
            .filter(|one| one.kind == IdentifierKind::AccountEmail);
        emails
            .into_iter()
            .any(|one| one.value.eq_ignore_ascii_case(address))
    };
    facts.on_behalf_of.is_none() && facts.subject.email.as_ref().is_some_and(account)
}

fn controller_names(book: &LawBook, controller: &Addressed<'_>, language: &str) -> ControllerNames {
    let code = controller
        .country
        .as_deref()
        .and_then(|country| PlaceCode::parse(country).ok());
    let country = code
        .and_then(|code| book.jurisdiction(&code))
        .and_then(|place| place.name.get(language))
        .map(str::to_owned);
    ControllerNames {
        name: controller.brand.clone(),
        entity: controller.name.clone(),
        country,
    }
}

fn platform(controller: &Addressed<'_>) -> Platform {
    let Some(training) = controller
        .controller
        .and_then(|controller| controller.ai_training.as_ref())
    else {
        return Platform::default();
    };
    Platform {
        switch: (!training.switch.is_empty()).then(|| training.switch.clone()),
        claims_legitimate_interests: training.claims.contains(&Claim::LegitimateInterests),
        claims_consent: training.claims.contains(&Claim::Consent),
    }
}

fn sent(facts: &CaseFacts, wanted: impl Fn(LetterKind) -> bool) -> Option<SentLetter> {
    let (kind, entry) = facts.history.iter().find_map(|entry| {
        entry
            .letter
            .filter(|kind| wanted(*kind))
            .map(|kind| (kind, entry))
    })?;
    Some(SentLetter {
        kind: kind.as_str(),
        sent_on: entry.sent_on,
        received_on: entry.received_on,
        channel: entry.channel.clone(),
        reference: entry.reference.clone(),
    })
}

/// The newest answer of substance; for the reply to an answer of one kind the newest of that kind.
fn newest_answer(facts: &CaseFacts, kind: LetterKind) -> Option<&HistoryEntry> {
    let substance = |entry: &&HistoryEntry| match entry.reply {
        None
        | Some(
            ReplyKind::AutoReply
            | ReplyKind::Acknowledgement
            | ReplyKind::Bounce
            | ReplyKind::Unrelated,
        ) => false,
        Some(reply) => kind.replies_to().is_none_or(|wanted| reply == wanted),
    };
    facts.history.iter().rfind(substance)
}

fn answered(answer: Option<&HistoryEntry>) -> BTreeMap<&'static str, bool> {
    let kind = answer.and_then(|entry| entry.reply);
    let mut found = flags(ReplyKind::ALL, ReplyKind::as_str, |one| kind == Some(one));
    found.insert("none", kind.is_none());
    found
}

fn answer_words(entry: &HistoryEntry) -> Answer {
    Answer {
        kind: entry.reply.map_or("", ReplyKind::as_str),
        received_on: entry.received_on,
        reference: entry.reference.clone(),
        text: entry.text.clone(),
        with_reasons: entry.reasons == Some(Reasons::Given),
        without_reasons: entry.reasons == Some(Reasons::Missing),
    }
}

fn refusal(answer: Option<&HistoryEntry>) -> BTreeMap<&'static str, bool> {
    let ground = answer.and_then(|entry| entry.refusal_ground);
    let mut found = flags(RefusalGround::ALL, RefusalGround::as_str, |one| {
        ground == Some(one)
    });
    found.insert("none", ground.is_none());
    found
}

fn extension(facts: &ExtensionFacts) -> Extension {
    Extension {
        until: facts.until,
        late: facts.late,
        in_time: facts.in_time,
        beyond: facts.beyond,
        longest_on: facts.longest_on,
    }
}

fn due(facts: &CaseFacts, plan: &LetterPlan<'_>, derivation: &Derivation) -> Due {
    Due {
        strict_on: derivation.strict_due,
        expected_on: derivation.expected_due,
        safe_on: derivation.safe_due,
        extended: plan.extended,
        passed: derivation
            .latest_reading
            .is_some_and(|day| day < facts.written_on),
    }
}
