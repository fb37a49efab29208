//! The check page: every answer in one list, each with the way back to its step.

use serde_json::{Value, json};

use super::House;
use super::frame::Visit;
use super::request_pages::{company_name, part_name, place_name};
use crate::app::form::{FormState, Step};

/// The context of the check page.
pub(super) fn check(state: &FormState, visit: &Visit, house: &House) -> Value {
    let today = house.app.clock.today(chrono_tz::UTC);
    let required = state
        .regime(&house.app.book, today)
        .is_some_and(|regime| state.grounds_required(regime));
    let rows: Vec<Value> = answers(state, visit, house)
        .into_iter()
        .filter(|(step, lines)| match step {
            Step::Person => state.who != "self",
            Step::Sensitive => !lines.is_empty(),
            _ => true,
        })
        .map(|(step, lines)| json!({ "step": step.as_str(), "label_key": format!("check.{}", step.as_str()), "lines": lines }))
        .collect();
    json!({ "weak": required && state.grounds.is_empty(), "rows": rows })
}

/// What was answered at each step, in the words of the page.
fn answers(state: &FormState, visit: &Visit, house: &House) -> Vec<(Step, Vec<String>)> {
    let word = |key: String| house.app.pages.word(&visit.language, &key, &[]);
    let mut place = vec![place_name(state, visit, &house.app.book)];
    if !state.region.is_empty() {
        place.insert(0, part_name(&state.region));
    }
    let grounds = if state.grounds_none {
        vec![word("check.grounds_none".into())]
    } else {
        state.grounds.values().cloned().collect()
    };
    let mut you = vec![state.name.clone(), state.email.clone()];
    you.extend(state.address.iter().cloned());
    let sensitive = match state.sensitive.as_str() {
        "yes" => vec![word("check.sensitive_yes".into())],
        "without" => vec![word("check.sensitive_without".into())],
        _ => Vec::new(),
    };
    vec![
        (Step::Who, vec![word(format!("who.{}", state.who))]),
        (Step::Person, vec![state.person_name.clone()]),
        (Step::Where, place),
        (Step::Company, company(state, house)),
        (
            Step::Doing,
            vec![word(format!("scenario.{}", state.scenario))],
        ),
        (
            Step::Want,
            state
                .rights
                .iter()
                .map(|right| word(format!("right.{right}")))
                .collect(),
        ),
        (Step::Grounds, grounds),
        (Step::Sensitive, sensitive),
        (
            Step::Find,
            state
                .identifiers
                .iter()
                .map(|(_, value)| value.clone())
                .collect(),
        ),
        (Step::You, you),
    ]
}

/// The company and the legal entity that answers to the person's place.
fn company(state: &FormState, house: &House) -> Vec<String> {
    let book = &house.app.book;
    let entity = book
        .controllers
        .get(&state.company)
        .zip(state.home())
        .and_then(|(controller, home)| book.entity(controller, &home));
    match entity {
        Some(entity) => vec![company_name(state, book), entity.name.clone()],
        None => vec![state.company_name.clone()],
    }
}
