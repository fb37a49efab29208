//! When the answer to a letter is due.

use chrono::NaiveDate;

use super::{Addressed, LetterPlan};
use crate::domain::deadline::{Derivation, Receipt, Rule};
use crate::domain::law::{Entity, LawBook, Regime};
use crate::domain::letter::{CaseFacts, HistoryEntry, LetterKind, ReplyKind, Right};
use crate::domain::place::PlaceCode;

/// The due date, once it is known when the first letter was received. An extension counts only if the person was told within the first period.
pub(super) fn due(
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
    let rule = rule_of(book, regime, rights)?;
    let place = place_of(controller, &facts.jurisdiction);
    let derive = |extended| {
        book.question(rule, &place, Receipt::On(received_on), extended)
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

/// The response period of the first right that has one, else that of the law.
fn rule_of<'a>(book: &'a LawBook, regime: &Regime, rights: &[Right]) -> Option<&'a Rule> {
    let of_right = rights
        .iter()
        .filter_map(|right| regime.right(*right))
        .map(|record| record.rule.as_str());
    let rule = of_right
        .into_iter()
        .find(|rule| !rule.is_empty())
        .unwrap_or(&regime.clock.rule);
    book.rules.get(rule)
}

/// Where the clock runs: the controller's seat; where that is not known, the person's place.
fn place_of(controller: &Addressed<'_>, home: &PlaceCode) -> PlaceCode {
    let seat = controller
        .entity
        .map(Entity::seat)
        .and_then(|seat| PlaceCode::parse(seat).ok());
    seat.unwrap_or_else(|| home.clone())
}

impl LetterPlan<'_> {
    /// The due date for a receipt that is only expected (a letter in the post).
    #[must_use]
    pub fn due_after(
        &self,
        book: &LawBook,
        home: &PlaceCode,
        received_on: NaiveDate,
    ) -> Option<(String, Derivation)> {
        let rule = rule_of(book, self.regime, &self.rights)?;
        let question = book.question(
            rule,
            &place_of(&self.controller, home),
            Receipt::On(received_on),
            false,
        );
        Some((rule.id.clone(), question.derive()))
    }
}
