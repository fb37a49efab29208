//! When the answer to a letter is due.

use chrono::NaiveDate;

use super::{Addressed, LetterPlan};
use crate::domain::deadline::{Derivation, Receipt, Rule};
use crate::domain::law::{Entity, LawBook, Regime};
use crate::domain::letter::{CaseFacts, HistoryEntry, LetterKind, ReplyKind, Right};
use crate::domain::place::PlaceCode;

/// What the newest announcement of more time is worth, by the law and the calendar.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExtensionFacts {
    /// The day that the controller names, if it names one.
    pub until: Option<NaiveDate>,
    /// The announcement came after the end of the first period. With `in_time` false too, nobody knows.
    pub late: bool,
    /// It came within the first period.
    pub in_time: bool,
    /// The day that is named lies after the last one that the law allows.
    pub beyond: bool,
    /// The last day that the law allows with an extension, if it has one.
    pub longest_on: Option<NaiveDate>,
}

/// When the answer is due, and what an extension did to it.
pub(super) struct Due {
    /// Rule id and derivation, once it is known when the first letter was received.
    pub(super) due: Option<(String, Derivation)>,
    pub(super) extended: bool,
    pub(super) extension: Option<ExtensionFacts>,
}

/// The due date, once it is known when the first letter was received. An extension counts only if the person was told within the first period.
pub(super) fn due(
    book: &LawBook,
    facts: &CaseFacts,
    regime: &Regime,
    rights: &[Right],
    controller: &Addressed<'_>,
) -> Due {
    let mut notices = facts.history.iter();
    let notice = notices.rfind(|entry| entry.reply == Some(ReplyKind::ExtensionNotice));
    let mut found = Due {
        due: None,
        extended: false,
        extension: notice.map(|entry| ExtensionFacts {
            until: entry.extension_until,
            ..ExtensionFacts::default()
        }),
    };
    let Some(received_on) = received_on(facts) else {
        return found;
    };
    let place = place_of(book, regime, controller, &facts.jurisdiction);
    let Some(rule) = rule_of(book, regime, rights, &place, received_on) else {
        return found;
    };
    let derive = |extended| {
        book.question(rule, &place, Receipt::On(received_on), extended)
            .derive()
    };
    let plain = derive(false);
    // An extension without a length in the law moves no date: the person decides whether to wait for the day that the company names.
    let longest = rule.ext_n.is_some().then(|| derive(true));
    if let (Some(extension), Some(told)) = (
        &mut found.extension,
        notice.and_then(|notice| notice.received_on),
    ) {
        extension.late = plain.latest_reading.is_some_and(|due| told > due);
        extension.in_time = plain.expected_due.is_some_and(|due| told <= due);
        extension.longest_on = longest.as_ref().and_then(|longest| longest.latest_reading);
        extension.beyond = extension.until > extension.longest_on && extension.longest_on.is_some();
    }
    let in_time = |entry: &HistoryEntry| {
        let told = entry.received_on.zip(plain.expected_due);
        entry.reply == Some(ReplyKind::ExtensionNotice)
            && told.is_some_and(|(told, due)| told <= due)
    };
    found.extended = longest.is_some() && facts.history.iter().any(in_time);
    let derivation = longest.filter(|_| found.extended).unwrap_or(plain);
    found.due = Some((rule.id.clone(), derivation));
    found
}

fn received_on(facts: &CaseFacts) -> Option<NaiveDate> {
    let mut letters = facts.history.iter();
    let first = letters.find(|entry| entry.letter.is_some_and(LetterKind::opens_a_case));
    first
        .and_then(|entry| entry.received_on)
        .or(facts.received_on)
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
