//! What the pages of the controller's door show, and how their forms become what was declared.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::House;
use super::case_reports::any_day;
use super::confirm::about;
use super::frame::{PageError, Visit};
use super::letter_view::letter_view;
use crate::app::case::{CODE_MINUTES, Door, PastEntry, door_mailbox};
use crate::app::form::{Fields, Problem};
use crate::domain::door::{Declared, DoorFault, RightAnswer, RightDeclared};
use crate::domain::letter::{ExtensionFacts, LetterPlan, RawPair, RefusalGround, Right};

/// The context of every page of a door. `fields`: what was typed.
pub(super) fn context(
    door: &Door,
    plan: &LetterPlan<'_>,
    visit: &Visit,
    house: &House,
    fields: &Fields,
) -> Value {
    let url = format!("/door/{}", visit.part(2));
    let right = |right: &Right| right_row(*right, plan, visit, house, fields);
    let rights: Vec<Value> = if door.is_open() {
        plan.rights.iter().map(right).collect()
    } else {
        Vec::new()
    };
    let due = plan.due.as_ref().and_then(|(_, due)| due.expected_due);
    let past: Vec<Value> = door.past().iter().map(|one| past_row(one, &url)).collect();
    json!({
        "door": {
            "url": url, "reference": door.file.row.reference, "company": plan.controller.brand, "open": door.is_open(), "proven": door.proven,
            "law": plan.regime.name.for_screen(&visit.language), "due": due.filter(|_| door.is_open()), "mailbox": door_mailbox(plan), "minutes": CODE_MINUTES,
        },
        "rights": rights,
        "past": past,
        "person": person(door, visit, house),
        "letter": door.letter().map(|letter| letter_view(&letter.document, &letter.meta, &visit.language, house)),
        "grounds": RefusalGround::ALL.iter().map(|ground| json!({ "value": ground.as_str(), "label_key": format!("door.ground_{}", ground.as_str()) })).collect::<Vec<_>>(),
        "max_chars": "20,000",
        "example_day": door.today(&house.app).format("%-d %-m %Y").to_string(),
        "values": {
            "text": fields.get("text"), "until_day": fields.get("until_day"), "until_month": fields.get("until_month"), "until_year": fields.get("until_year"),
        },
    })
}

fn right_row(
    right: Right,
    plan: &LetterPlan<'_>,
    visit: &Visit,
    house: &House,
    fields: &Fields,
) -> Value {
    let book = &house.app.book;
    let word = right.as_str();
    let citation = plan
        .regime
        .right(right)
        .and_then(|record| book.citations.get(&record.citation));
    let (answer, ground) = (format!("answer_{word}"), format!("ground_{word}"));
    json!({
        "name": about(&[word.to_owned()], visit, house),
        "law": citation.map(|one| one.text.for_screen(&visit.language)),
        "answer": fields.get(&answer), "ground": fields.get(&ground), "answer_field": answer, "ground_field": ground,
    })
}

fn past_row(entry: &PastEntry, url: &str) -> Value {
    json!({
        "what_key": format!("door.what_{}", entry.what), "at": in_words(entry.at), "proven": entry.proven, "href": format!("{url}/receipt/{}", entry.entry),
    })
}

/// A moment as everybody reads it, whatever their zone.
pub(super) fn in_words(at: chrono::DateTime<chrono::Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

/// Whose request it is, for somebody who typed in a code.
fn person(door: &Door, visit: &Visit, house: &House) -> Option<Value> {
    if !door.proven {
        return None;
    }
    let words = house.app.letters.words(&visit.language);
    let raw = &door.file.raw;
    let behalf = raw.on_behalf_of.as_ref();
    let others = behalf.map(|one| one.identifiers.as_slice());
    let identifiers = raw.subject.identifiers.iter();
    let identifier = |pair: &RawPair| {
        let label = words.map_or(pair.kind.as_str(), |words| words.identifier(&pair.kind));
        json!({ "label": label, "value": pair.value })
    };
    let ground = |pair: &RawPair| {
        let label = words.map_or(pair.kind.as_str(), |words| words.ground(&pair.kind));
        json!({ "label": label, "value": pair.value })
    };
    Some(json!({
        "name": raw.subject.name,
        "on_behalf_of": behalf.map(|one| one.name.as_str()),
        "identifiers": identifiers.chain(others.unwrap_or_default()).map(identifier).collect::<Vec<_>>(),
        "grounds": raw.grounds.iter().map(ground).collect::<Vec<_>>(),
    }))
}

/// What an announcement of more time is worth, as words of the screens: in time or not, longer than the law allows or not.
pub(super) fn extension_notes(extension: &ExtensionFacts) -> Vec<Value> {
    let when = match (extension.in_time, extension.late) {
        (true, _) => "extension.in_time",
        (false, true) => "extension.late",
        (false, false) => "extension.unclear",
    };
    let note = |key: &str, day: Option<NaiveDate>| json!({ "key": key, "day": day });
    let mut notes = vec![note(when, None)];
    match extension.longest_on {
        Some(day) if extension.beyond => notes.push(note("extension.beyond", Some(day))),
        Some(day) => notes.push(note("extension.within", Some(day))),
        None => {}
    }
    notes
}

/// What was declared, as a list for pages: each right with its answer, or the day that is announced.
pub(super) fn declared_rows(declared: &Declared, visit: &Visit, house: &House) -> Vec<Value> {
    let word = |key: String| house.app.pages.word(&visit.language, &key, &[]);
    let right = |one: &RightDeclared| {
        let name = one.right.as_str();
        let ground = one
            .ground
            .map(|ground| word(format!("door.ground_{}", ground.as_str())));
        let answer = word(format!("door.answer_{}", one.answer.as_str()));
        let text = match ground {
            Some(ground) => format!("{answer}: {ground}"),
            None => answer,
        };
        json!({ "label": about(&[name.to_owned()], visit, house), "text": text })
    };
    match declared {
        Declared::Received => Vec::new(),
        Declared::Extension { until } => {
            let day = house.app.pages.long_date(&visit.language, *until);
            vec![json!({ "label": word("door.until".to_owned()), "text": day })]
        }
        Declared::Answer { rights } => rights.iter().map(right).collect(),
    }
}

/// Reads what a form declares. What is left out is found by the check of the declaration.
pub(super) fn declared(
    what: &str,
    fields: &Fields,
    plan: &LetterPlan<'_>,
) -> Result<Declared, PageOrProblem> {
    match what {
        "extend" => any_day(fields, "until")
            .map(|until| Declared::Extension { until })
            .map_err(PageOrProblem::Problem),
        "answer" => {
            let one = |right: &Right| {
                let word = right.as_str();
                let answer = RightAnswer::parse(fields.get(&format!("answer_{word}"))).ok()?;
                let ground = RefusalGround::parse(fields.get(&format!("ground_{word}"))).ok();
                Some(RightDeclared {
                    right: *right,
                    answer,
                    // A ground beside anything but a refusal was not meant.
                    ground: ground.filter(|_| answer == RightAnswer::Refused),
                })
            };
            Ok(Declared::Answer {
                rights: plan.rights.iter().filter_map(one).collect(),
            })
        }
        _ => Err(PageOrProblem::Page(PageError::NotFound)),
    }
}

/// Why a form declares nothing.
pub(super) enum PageOrProblem {
    Page(PageError),
    Problem(Problem),
}

/// A fault at its field.
pub(super) fn problem(fault: DoorFault) -> Problem {
    match fault {
        DoorFault::RightMissing(right) | DoorFault::RightNotAsked(right) => {
            Problem::new(format!("answer_{}", right.as_str()), "problem.door_right")
        }
        DoorFault::GroundMissing(right) => {
            Problem::new(format!("ground_{}", right.as_str()), "problem.door_ground")
        }
        DoorFault::UntilPast => Problem::new("until", "problem.door_until"),
        DoorFault::ReasonsMissing => Problem::new("text", "problem.door_reasons"),
        DoorFault::TextLong => Problem {
            values: vec![("max", "20,000".to_owned())],
            ..Problem::new("text", "problem.answer_long")
        },
    }
}
