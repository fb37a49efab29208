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
    let place = place_of(book, regime, controller, &facts.jurisdiction);
    let rule = rule_of(book, regime, rights, &place, received_on)?;
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
    // An extension without a length in the law moves no date: the person decides whether to wait for the day that the company names.
    let extended = rule.ext_n.is_some() && facts.history.iter().any(in_time);
    Some((
        (rule.id.clone(), if extended { derive(true) } else { plain }),
        extended,
    ))
}

/// The response period that ends last among those of the rights asked: nobody is reminded of one right while another may still be answered in time.
fn rule_of<'a>(
    book: &'a LawBook,
    regime: &Regime,
    rights: &[Right],
    place: &PlaceCode,
    received_on: NaiveDate,
) -> Option<&'a Rule> {
    let of_rights =
        rights
            .iter()
            .filter_map(|right| regime.right(*right))
            .map(|record| match record.rule.as_str() {
                "" => regime.clock.rule.as_str(),
                own => own,
            });
    let mut rules: Vec<&Rule> = of_rights.filter_map(|id| book.rules.get(id)).collect();
    // A stable order: among equals the rule of the right that was named first.
    rules.sort_by_key(|rule| {
        let due = book
            .question(rule, place, Receipt::On(received_on), false)
            .derive();
        std::cmp::Reverse(due.strict_due)
    });
    rules
        .first()
        .copied()
        .or_else(|| book.rules.get(&regime.clock.rule))
}

/// Where the clock runs: the controller's seat. Where the seat is not known or lies outside the law that the letter names (a company overseas), the person's place.
fn place_of(
    book: &LawBook,
    regime: &Regime,
    controller: &Addressed<'_>,
    home: &PlaceCode,
) -> PlaceCode {
    let seat = controller
        .entity
        .map(Entity::seat)
        .and_then(|seat| PlaceCode::parse(seat).ok());
    let under_the_law = |seat: &PlaceCode| {
        book.jurisdiction(seat)
            .is_some_and(|place| place.regimes.contains(&regime.id))
    };
    seat.filter(under_the_law).unwrap_or_else(|| home.clone())
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
        let place = place_of(book, self.regime, &self.controller, home);
        let rule = rule_of(book, self.regime, &self.rights, &place, received_on)?;
        let question = book.question(rule, &place, Receipt::On(received_on), false);
        Some((rule.id.clone(), question.derive()))
    }
}
