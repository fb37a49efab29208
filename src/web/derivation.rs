//! The derivation of a due date in the words of the screens, step by step.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::House;
use crate::domain::deadline::{DayOff, Derivation, DerivationStep, Unit};

/// The steps for a page. `receipt`: the word for who says when it was received; `source`: the law of the period.
pub(super) fn derivation(
    due: &Derivation,
    receipt: &str,
    source: Option<String>,
    company: &str,
    language: &str,
    house: &House,
) -> Vec<Value> {
    let words = Words { language, house };
    let mut rows = Vec::new();
    for step in &due.steps {
        let from = match step {
            DerivationStep::Received { .. } => Some(words.say(receipt, &[])),
            DerivationStep::Period { .. } => source.clone(),
            _ => None,
        };
        rows.push(json!({ "text": words.step(step, company), "source": from }));
    }
    rows
}

struct Words<'a> {
    language: &'a str,
    house: &'a House,
}

impl Words<'_> {
    fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.house.app.pages.word(self.language, key, values)
    }

    fn date(&self, day: NaiveDate) -> String {
        self.house.app.pages.long_date(self.language, day)
    }

    fn step(&self, step: &DerivationStep, company: &str) -> String {
        match step {
            DerivationStep::Received { on, .. } => self.say(
                "why.received",
                &[("company", company), ("date", &self.date(*on))],
            ),
            DerivationStep::Period {
                unit,
                n,
                end,
                clamped,
                not_counted,
            } => {
                let mut text = self.say(
                    "why.period",
                    &[
                        ("period", &self.period(*unit, *n)),
                        ("date", &self.date(*end)),
                    ],
                );
                if *clamped {
                    text = format!("{text} {}", self.say("why.clamped", &[]));
                }
                if not_counted.is_empty() {
                    return text;
                }
                format!(
                    "{text} {}",
                    self.say("why.not_counted", &[("days", &self.days(not_counted))])
                )
            }
            DerivationStep::Paused { days, end } => self.say(
                "why.paused",
                &[("n", &days.to_string()), ("date", &self.date(*end))],
            ),
            DerivationStep::Rolled { over, end } => self.say(
                "why.rolled",
                &[("days", &self.days(over)), ("date", &self.date(*end))],
            ),
            DerivationStep::Unreached(reason) => self.say("why.unreached", &[("reason", reason)]),
            DerivationStep::NoDate(_) => self.say("due.no_period", &[]),
        }
    }

    fn period(&self, unit: Unit, n: u32) -> String {
        let name = match unit {
            Unit::Hours => "hours",
            Unit::CalendarDays => "calendar_days",
            Unit::WorkingDays => "working_days",
            Unit::Weeks => "weeks",
            Unit::Months => "months",
            Unit::Years => "years",
        };
        let key = if n == 1 {
            format!("unit.{name}_one")
        } else {
            format!("unit.{name}")
        };
        self.say(&key, &[("n", &n.to_string())])
    }

    fn days(&self, days: &[DayOff]) -> String {
        let one = |off: &DayOff| match off.name.as_str() {
            "" => self.date(off.day),
            name => format!("{} ({name})", self.date(off.day)),
        };
        days.iter().map(one).collect::<Vec<_>>().join(", ")
    }
}
