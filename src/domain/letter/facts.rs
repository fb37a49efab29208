//! The facts of a case as a person gives them (`CASE.json`), and their check: each fault is named at its field.

use chrono::NaiveDate;
use serde::Serialize;

use super::names::{
    GroundKind, IdentifierKind, LetterKind, Reasons, RefusalGround, Relation, ReplyKind, Right,
    Scenario,
};
use super::raw::{RawCase, RawController, RawHistory, RawOnBehalf, RawPair, RawSubject};
use crate::domain::party::{email_address, one_line, paragraphs};
use crate::domain::place::PlaceCode;

/// A fault at one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// Path of the field: `subject.name`.
    pub field: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// Checked facts.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are those of CASE.json, checked")]
pub struct CaseFacts {
    pub kind: LetterKind,
    pub rights: Vec<Right>,
    pub scenario: Scenario,
    pub jurisdiction: PlaceCode,
    pub language: String,
    pub controller: GivenController,
    pub subject: Person,
    pub on_behalf_of: Option<OnBehalf>,
    pub grounds: Vec<Ground>,
    pub own_paragraph: Vec<String>,
    pub signature: Option<Signature>,
    pub written_on: NaiveDate,
    pub received_on: Option<NaiveDate>,
    pub history: Vec<HistoryEntry>,
}

/// Who is addressed.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are those of CASE.json, checked")]
pub enum GivenController {
    Listed(String),
    Described {
        name: String,
        address: Vec<String>,
        email: Option<String>,
    },
}

/// Who writes.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are those of CASE.json, checked")]
pub struct Person {
    pub name: String,
    pub email: Option<String>,
    pub address: Vec<String>,
    pub identifiers: Vec<Identifier>,
}

/// For whom, where not for oneself.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are those of CASE.json, checked")]
pub struct OnBehalf {
    pub relation: Relation,
    pub name: String,
    pub born_on: Option<NaiveDate>,
    pub identifiers: Vec<Identifier>,
}

/// How the controller finds the data.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are those of CASE.json, checked")]
pub struct Identifier {
    pub kind: IdentifierKind,
    pub value: String,
}

/// A ground in the person's own words, in paragraphs.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are those of CASE.json, checked")]
pub struct Ground {
    pub kind: GroundKind,
    pub text: Vec<String>,
}

/// How the letter is signed.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are those of CASE.json, checked")]
pub enum Signature {
    Typed(String),
    Drawn(String),
}

/// What happened before: a letter of ours (`letter`) or an answer (`reply`).
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are those of CASE.json, checked")]
pub struct HistoryEntry {
    pub letter: Option<LetterKind>,
    pub reply: Option<ReplyKind>,
    pub sent_on: Option<NaiveDate>,
    pub received_on: Option<NaiveDate>,
    pub channel: Option<String>,
    pub reference: Option<String>,
    pub text: Vec<String>,
    pub refusal_ground: Option<RefusalGround>,
    pub extension_until: Option<NaiveDate>,
    pub reasons: Option<Reasons>,
}

impl CaseFacts {
    /// The person whose data it is.
    #[must_use]
    pub fn person_name(&self) -> &str {
        self.on_behalf_of
            .as_ref()
            .map_or(&self.subject.name, |other| &other.name)
    }

    /// How the controller finds the data of the person concerned: those given for them, else those of the writer.
    #[must_use]
    pub fn identifiers(&self) -> &[Identifier] {
        match &self.on_behalf_of {
            Some(other) if !other.identifiers.is_empty() => &other.identifiers,
            _ => &self.subject.identifiers,
        }
    }

    /// Checks what came in. `today` is the date where `written_on` is not given.
    ///
    /// # Errors
    /// Every fault, each at its field.
    pub fn check(raw: RawCase, today: NaiveDate) -> Result<CaseFacts, Vec<FieldError>> {
        let mut faults = Faults::default();
        let kind = faults.take("kind", LetterKind::parse(&raw.kind));
        let mut rights: Vec<Right> = Vec::new();
        for (index, right) in raw.rights.iter().enumerate() {
            rights.extend(faults.take(&format!("rights.{index}"), Right::parse(right)));
        }
        if let (true, Some(right)) = (
            rights.is_empty(),
            kind.and_then(|kind| Right::parse(kind.as_str()).ok()),
        ) {
            rights.push(right);
        }
        if let Some(kind) = kind.filter(|kind| kind.opens_a_case()) {
            faults.kind_is_asked(kind, &rights);
        }
        let written_on = faults
            .date("written_on", raw.written_on.as_deref())
            .unwrap_or(today);
        let facts = CaseFacts {
            scenario: faults
                .take("scenario", Scenario::parse(&raw.scenario))
                .unwrap_or(Scenario::General),
            jurisdiction: match faults.take("jurisdiction", PlaceCode::parse(&raw.jurisdiction)) {
                Some(code) => code,
                None => return Err(faults.0),
            },
            language: faults.language(&raw.language),
            controller: faults.controller(raw.controller),
            subject: faults.subject(raw.subject),
            on_behalf_of: raw
                .on_behalf_of
                .and_then(|other| faults.on_behalf(other, written_on)),
            grounds: faults.grounds(raw.grounds),
            own_paragraph: paragraphs(&raw.own_paragraph),
            signature: raw
                .signature
                .and_then(|signature| faults.signature(signature)),
            received_on: faults.past("received_on", raw.received_on.as_deref(), written_on),
            history: faults.history(raw.history, written_on),
            kind: kind.unwrap_or(LetterKind::Objection),
            rights,
            written_on,
        };
        if faults.0.is_empty() {
            Ok(facts)
        } else {
            Err(faults.0)
        }
    }
}

#[derive(Default)]
struct Faults(Vec<FieldError>);

impl Faults {
    fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(FieldError {
            field: field.to_owned(),
            message: message.into(),
        });
    }

    fn take<T, E: std::fmt::Display>(&mut self, field: &str, result: Result<T, E>) -> Option<T> {
        result
            .map_err(|error| self.add(field, error.to_string()))
            .ok()
    }

    fn kind_is_asked(&mut self, kind: LetterKind, rights: &[Right]) {
        if !rights.is_empty() && !rights.iter().any(|right| right.as_str() == kind.as_str()) {
            let message = "the letter asks for `{}`, but `rights` does not hold it; add it or choose another kind";
            self.add("rights", message.replace("{}", kind.as_str()));
        }
    }

    fn line(&mut self, field: &str, value: &str) -> String {
        self.take(field, one_line(value)).unwrap_or_default()
    }

    fn lines(&mut self, field: &str, values: &[String]) -> Vec<String> {
        values
            .iter()
            .enumerate()
            .map(|(index, value)| self.line(&format!("{field}.{index}"), value))
            .collect()
    }

    fn email(&mut self, field: &str, value: Option<String>) -> Option<String> {
        let value = value.filter(|value| !value.trim().is_empty())?;
        self.take(field, email_address(&value))
    }

    fn date(&mut self, field: &str, value: Option<&str>) -> Option<NaiveDate> {
        let value = value?;
        self.take(
            field,
            value
                .parse::<NaiveDate>()
                .map_err(|_ignored| format!("`{value}` is no date; write it as 2026-11-23")),
        )
    }

    /// A day that cannot lie after the letter.
    fn past(
        &mut self,
        field: &str,
        value: Option<&str>,
        written_on: NaiveDate,
    ) -> Option<NaiveDate> {
        let day = self.date(field, value)?;
        if day > written_on {
            self.add(field, format!("{day} lies after the date of the letter, {written_on}; a day that has not come cannot be reported"));
        }
        Some(day)
    }

    fn language(&mut self, value: &str) -> String {
        let part = |part: &str| {
            (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric())
        };
        if !value.split('-').all(part) {
            self.add(
                "language",
                format!("`{value}` is no language code; write it as de or pt-BR"),
            );
        }
        value.to_owned()
    }

    fn controller(&mut self, raw: RawController) -> GivenController {
        match raw {
            RawController::Id(id) => GivenController::Listed(id),
            RawController::Described {
                name,
                address,
                email,
            } => GivenController::Described {
                name: self.line("controller.name", &name),
                address: self.lines("controller.address", &address),
                email: self.email("controller.email", email),
            },
        }
    }

    fn identifiers(&mut self, field: &str, raw: Vec<RawPair>) -> Vec<Identifier> {
        let mut found = Vec::new();
        for (index, pair) in raw.into_iter().enumerate() {
            let at = format!("{field}.{index}");
            let value = self.line(&format!("{at}.value"), &pair.value);
            if let Some(kind) = self.take(&format!("{at}.kind"), IdentifierKind::parse(&pair.kind))
            {
                found.push(Identifier { kind, value });
            }
        }
        found
    }

    fn subject(&mut self, raw: RawSubject) -> Person {
        Person {
            name: self.line("subject.name", &raw.name),
            email: self.email("subject.email", raw.email),
            address: self.lines("subject.address", &raw.address),
            identifiers: self.identifiers("subject.identifiers", raw.identifiers),
        }
    }

    fn on_behalf(&mut self, raw: RawOnBehalf, written_on: NaiveDate) -> Option<OnBehalf> {
        let relation = self.take("on_behalf_of.relation", Relation::parse(&raw.relation));
        let name = self.line("on_behalf_of.name", &raw.name);
        let born_on = self.past("on_behalf_of.born_on", raw.born_on.as_deref(), written_on);
        let identifiers = self.identifiers("on_behalf_of.identifiers", raw.identifiers);
        relation.map(|relation| OnBehalf {
            relation,
            name,
            born_on,
            identifiers,
        })
    }

    fn grounds(&mut self, raw: Vec<RawPair>) -> Vec<Ground> {
        let mut found = Vec::new();
        for (index, pair) in raw.into_iter().enumerate() {
            let text = paragraphs(&pair.value);
            if text.is_empty() {
                self.add(
                    &format!("grounds.{index}.text"),
                    "is empty; say in your own words why this matters in your situation",
                );
            }
            if pair.value.chars().count() > 4000 {
                self.add(
                    &format!("grounds.{index}.text"),
                    "is longer than 4,000 characters",
                );
            }
            if let Some(kind) = self.take(
                &format!("grounds.{index}.kind"),
                GroundKind::parse(&pair.kind),
            ) {
                found.push(Ground { kind, text });
            }
        }
        found
    }

    fn signature(&mut self, raw: RawPair) -> Option<Signature> {
        match raw.kind.as_str() {
            "typed" => Some(Signature::Typed(self.line("signature.value", &raw.value))),
            "drawn" => Some(Signature::Drawn(raw.value)),
            other => {
                self.add(
                    "signature.kind",
                    format!("`{other}` is no kind of signature; it is typed or drawn"),
                );
                None
            }
        }
    }

    fn history(&mut self, raw: Vec<RawHistory>, written_on: NaiveDate) -> Vec<HistoryEntry> {
        raw.into_iter()
            .enumerate()
            .map(|(index, entry)| self.history_entry(index, entry, written_on))
            .collect()
    }

    fn history_entry(
        &mut self,
        index: usize,
        raw: RawHistory,
        written_on: NaiveDate,
    ) -> HistoryEntry {
        let at = |field: &str| format!("history.{index}.{field}");
        let (letter, reply) = (
            LetterKind::parse(&raw.kind).ok(),
            ReplyKind::parse(&raw.kind).ok(),
        );
        if letter.is_none() && reply.is_none() {
            self.add(
                &at("kind"),
                format!("`{}` is neither a letter kind nor a reply kind", raw.kind),
            );
        }
        HistoryEntry {
            letter,
            reply,
            sent_on: self.past(&at("sent_on"), raw.sent_on.as_deref(), written_on),
            received_on: self.past(&at("received_on"), raw.received_on.as_deref(), written_on),
            channel: raw
                .channel
                .filter(|text| !text.trim().is_empty())
                .map(|text| self.line(&at("channel"), &text)),
            reference: raw
                .reference
                .filter(|text| !text.trim().is_empty())
                .map(|text| self.line(&at("reference"), &text)),
            text: raw.text.as_deref().map(paragraphs).unwrap_or_default(),
            refusal_ground: raw
                .refusal_ground
                .and_then(|ground| self.take(&at("refusal_ground"), RefusalGround::parse(&ground))),
            extension_until: self.date(&at("extension_until"), raw.extension_until.as_deref()),
            reasons: raw
                .reasons
                .and_then(|reasons| self.take(&at("reasons"), Reasons::parse(&reasons))),
        }
    }
}
