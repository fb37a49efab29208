//! Which law a letter names: that of the residence, that of the controller's seat, and the rights they give.

use chrono::NaiveDate;

use super::{Addressed, Refusal};
use crate::domain::law::{Exists, LawBook, Regime, RightRecord};
use crate::domain::letter::{CaseFacts, LetterKind, Right};
use crate::domain::place::PlaceCode;

/// The law of the residence, and the law of the controller's seat where that binds everyone established there (GDPR Art. 3(1)).
/// The one that gives all that is asked comes first; where both do, the law of the residence.
pub(super) fn choose_regimes<'a>(
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

/// The law a letter to this controller would name first, before it is known what is asked. `controller`: an id of the directory, or `None`.
#[must_use]
pub fn regime_of<'a>(
    book: &'a LawBook,
    home: &PlaceCode,
    controller: Option<&str>,
    on: NaiveDate,
) -> Option<&'a Regime> {
    let entity = controller
        .and_then(|id| book.controller(id).ok())
        .and_then(|controller| book.entity(controller, home));
    let seat = entity.and_then(|entity| PlaceCode::parse(entity.seat()).ok());
    let by_seat = seat
        .iter()
        .flat_map(|seat| regimes_of(book, seat, on))
        .filter(|regime| regime.binds_established);
    regimes_of(book, home, on).into_iter().chain(by_seat).next()
}

pub(super) fn regimes_of<'a>(
    book: &'a LawBook,
    place: &PlaceCode,
    on: NaiveDate,
) -> Vec<&'a Regime> {
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
pub(super) fn rights_under(
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

pub(super) fn note_of(record: &RightRecord, language: &str) -> Option<String> {
    let note = record.note.for_screen(language);
    (!note.is_empty()).then(|| note.to_owned())
}

pub(super) fn missing_right(regime: &Regime, right: Right, instead: &[Right]) -> String {
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
pub(super) fn kind_under(
    regime: &Regime,
    asked: LetterKind,
    rights: &[Right],
) -> Result<LetterKind, Refusal> {
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

pub(super) fn no_right(book: &LawBook, facts: &CaseFacts, notes: &[String]) -> Refusal {
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
