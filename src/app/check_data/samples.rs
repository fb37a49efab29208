//! Sample cases that reach every template: for each law, letter and language a full case, a minimal one, and one for each scenario, relation and answer.
//! The people and companies in them do not exist.

use chrono::NaiveDate;

use crate::domain::law::{LawBook, Regime};
use crate::domain::letter::{
    CaseFacts, GivenController, Ground, GroundKind, HistoryEntry, Identifier, IdentifierKind,
    LetterKind, OnBehalf, Person, Reasons, RefusalGround, Relation, ReplyKind, Right, Scenario,
};
use crate::domain::place::PlaceCode;

/// A case with a name that says which template it reaches.
#[derive(Debug, Clone)]
pub struct Sample {
    /// `gdpr/de/objection/full`.
    pub name: String,
    /// The case.
    pub facts: CaseFacts,
}

/// Every sample, in a fixed order.
#[must_use]
pub fn samples(book: &LawBook) -> Vec<Sample> {
    let mut found = Vec::new();
    for regime in book.regimes.values() {
        let Some(home) = home_of(book, regime) else {
            continue;
        };
        for entry in &regime.letters {
            for language in &entry.languages {
                let base = Base {
                    regime,
                    kind: entry.kind,
                    language,
                    home: &home,
                };
                found.extend(base.all());
            }
        }
    }
    found
}

/// A place whose people a law protects, with the part of the country where the regulator needs it.
fn home_of(book: &LawBook, regime: &Regime) -> Option<PlaceCode> {
    let place = book
        .jurisdictions
        .values()
        .find(|place| place.regimes.first() == Some(&regime.id))?;
    let code = place.subdivisions.first().unwrap_or(&place.code);
    PlaceCode::parse(code).ok()
}

struct Base<'a> {
    regime: &'a Regime,
    kind: LetterKind,
    language: &'a str,
    home: &'a PlaceCode,
}

impl Base<'_> {
    fn all(&self) -> Vec<Sample> {
        let mut found = vec![
            self.sample("full", self.full()),
            self.sample("minimal", self.minimal()),
        ];
        for scenario in Scenario::ALL {
            found.push(self.sample(
                scenario.as_str(),
                CaseFacts {
                    scenario: *scenario,
                    ..self.full()
                },
            ));
            found.push(self.sample(
                &format!("{}-bare", scenario.as_str()),
                CaseFacts {
                    scenario: *scenario,
                    ..self.bare()
                },
            ));
        }
        for relation in Relation::ALL {
            found.push(self.sample(
                relation.as_str(),
                CaseFacts {
                    on_behalf_of: Some(child(*relation)),
                    ..self.full()
                },
            ));
        }
        if !self.kind.opens_a_case() {
            for reply in ReplyKind::ALL {
                let mut facts = self.full();
                facts.history.push(answer(*reply));
                found.push(self.sample(reply.as_str(), facts));
            }
            let mut silent = self.full();
            silent.history.retain(|entry| entry.reply.is_none());
            found.push(self.sample("silence", silent));
        }
        found.extend(self.answers_in_detail());
        found
    }

    /// What an answer may say in detail, for the letters that reply to it.
    fn answers_in_detail(&self) -> Vec<Sample> {
        let Some(kind) = self.kind.replies_to() else {
            return Vec::new();
        };
        let with = |name: &str, entry: HistoryEntry| {
            let mut facts = self.full();
            facts.history.push(entry);
            self.sample(name, facts)
        };
        let reasons = Reasons::ALL.iter().map(|reasons| {
            let entry = HistoryEntry {
                reasons: Some(*reasons),
                ..answer(kind)
            };
            with(&format!("reasons-{}", reasons.as_str()), entry)
        });
        let grounds = RefusalGround::ALL.iter().map(|ground| {
            let entry = HistoryEntry {
                refusal_ground: Some(*ground),
                ..answer(kind)
            };
            with(&format!("ground-{}", ground.as_str()), entry)
        });
        let told = [
            ("told-early", day(2026, 12, 1), day(2027, 1, 20)),
            ("told-late", day(2027, 2, 14), day(2027, 2, 20)),
            ("told-early-too-long", day(2026, 12, 1), day(2028, 1, 1)),
            ("told-late-too-long", day(2027, 2, 14), day(2028, 1, 1)),
        ];
        let told = told.map(|(name, told, until)| {
            let entry = HistoryEntry {
                received_on: Some(told),
                extension_until: Some(until),
                ..answer(kind)
            };
            with(name, entry)
        });
        match kind {
            ReplyKind::Refused => reasons.chain(grounds).collect(),
            ReplyKind::ExtensionNotice => reasons.chain(told).collect(),
            _ => reasons.collect(),
        }
    }

    fn sample(&self, name: &str, facts: CaseFacts) -> Sample {
        Sample {
            name: format!(
                "{}/{}/{}/{name}",
                self.regime.id,
                self.language,
                self.kind.as_str()
            ),
            facts,
        }
    }

    fn rights(&self) -> Vec<Right> {
        let first = Right::parse(self.kind.as_str()).ok();
        let wanted = [
            first,
            Some(Right::Objection),
            Some(Right::Erasure),
            Some(Right::Access),
            Some(Right::OptOut),
            Some(Right::LimitSensitive),
        ];
        let mut rights = Vec::new();
        for right in wanted
            .into_iter()
            .flatten()
            .filter(|right| self.regime.has(*right))
        {
            if !rights.contains(&right) {
                rights.push(right);
            }
        }
        rights
    }

    /// Everything given.
    fn full(&self) -> CaseFacts {
        CaseFacts {
            kind: self.kind,
            rights: self.rights(),
            scenario: Scenario::AiTraining,
            jurisdiction: self.home.clone(),
            language: self.language.to_owned(),
            controller: GivenController::Listed("linkedin".to_owned()),
            subject: Person {
                name: "Zoë O’Neil-Müller".to_owned(),
                email: Some("zoe@example.org".to_owned()),
                address: vec![
                    "Beispielstraße 12".to_owned(),
                    "12043 Musterstadt".to_owned(),
                ],
                identifiers: vec![
                    Identifier {
                        kind: IdentifierKind::ProfileUrl,
                        value: "https://www.linkedin.com/in/zoe-example".to_owned(),
                    },
                    Identifier {
                        kind: IdentifierKind::AccountEmail,
                        value: "zoe@example.org".to_owned(),
                    },
                ],
            },
            on_behalf_of: None,
            grounds: GroundKind::ALL.iter().map(|kind| ground(*kind)).collect(),
            own_paragraph: Vec::new(),
            signature: None,
            written_on: day(2027, 2, 15),
            received_on: None,
            history: if self.kind.opens_a_case() {
                Vec::new()
            } else {
                self.history()
            },
        }
    }

    /// As full, but only one ground and one right.
    fn bare(&self) -> CaseFacts {
        let full = self.full();
        let rights = full.rights.iter().copied().take(1).collect();
        CaseFacts {
            rights,
            grounds: vec![ground(GroundKind::Profession)],
            ..full
        }
    }

    /// As little as a letter can be written from.
    fn minimal(&self) -> CaseFacts {
        let bare = self.bare();
        let answer = self.kind.replies_to().unwrap_or(ReplyKind::Refused);
        let history = vec![
            HistoryEntry {
                sent_on: None,
                received_on: None,
                channel: None,
                reference: None,
                ..sent(LetterKind::Erasure)
            },
            HistoryEntry {
                received_on: None,
                reference: None,
                text: Vec::new(),
                ..self::answer(answer)
            },
        ];
        CaseFacts {
            scenario: Scenario::DirectMarketing,
            controller: GivenController::Described {
                name: "Beispiel GmbH".to_owned(),
                address: Vec::new(),
                email: None,
            },
            subject: Person {
                name: "Bo Li".to_owned(),
                email: None,
                address: Vec::new(),
                identifiers: Vec::new(),
            },
            grounds: Vec::new(),
            history: if self.kind.needs_history() {
                history
            } else {
                Vec::new()
            },
            ..bare
        }
    }

    fn history(&self) -> Vec<HistoryEntry> {
        let first = self
            .rights()
            .into_iter()
            .find_map(LetterKind::for_right)
            .unwrap_or(LetterKind::Erasure);
        let mut history = vec![HistoryEntry {
            sent_on: Some(day(2026, 11, 23)),
            received_on: Some(day(2026, 11, 23)),
            ..sent(first)
        }];
        if matches!(
            self.kind,
            LetterKind::Complaint | LetterKind::ControllerComplaint
        ) {
            history.push(sent(LetterKind::Reminder));
        }
        if self.kind == LetterKind::Complaint
            && self
                .regime
                .rungs
                .iter()
                .any(|rung| rung.kind == LetterKind::ControllerComplaint)
        {
            history.push(HistoryEntry {
                sent_on: Some(day(2027, 1, 8)),
                received_on: Some(day(2027, 1, 8)),
                ..sent(LetterKind::ControllerComplaint)
            });
        }
        if self.kind.needs_history() {
            history.push(answer(self.kind.replies_to().unwrap_or(ReplyKind::Refused)));
        }
        history
    }
}

fn ground(kind: GroundKind) -> Ground {
    Ground {
        kind,
        text: vec![
            "I keep bees & write about <them>.".to_owned(),
            "*Second* paragraph\nwith a line break.".to_owned(),
        ],
    }
}

fn child(relation: Relation) -> OnBehalf {
    OnBehalf {
        relation,
        name: "Mika Example".to_owned(),
        born_on: Some(day(2014, 5, 1)),
        identifiers: Vec::new(),
    }
}

fn sent(kind: LetterKind) -> HistoryEntry {
    HistoryEntry {
        letter: Some(kind),
        reply: None,
        sent_on: Some(day(2027, 1, 4)),
        received_on: Some(day(2027, 1, 4)),
        channel: Some("web_form".to_owned()),
        reference: Some("DM-7K2P".to_owned()),
        text: Vec::new(),
        refusal_ground: None,
        extension_until: None,
        reasons: None,
    }
}

fn answer(kind: ReplyKind) -> HistoryEntry {
    HistoryEntry {
        letter: None,
        reply: Some(kind),
        sent_on: None,
        received_on: Some(day(2027, 1, 20)),
        channel: None,
        reference: Some("CASE 4711".to_owned()),
        text: vec!["We have considered your request.".to_owned()],
        refusal_ground: None,
        extension_until: None,
        reasons: None,
    }
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}
