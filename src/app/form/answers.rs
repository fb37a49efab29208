//! Taking the answers of one step: each fault is named at its field by a word of the screens, and nothing typed is lost.

use chrono::NaiveDate;

use super::problems::{Problem, identifier_problem, name_problem, text_problem};
use super::state::{FormState, Step};
use crate::domain::law::{LawBook, RegulatorBy};
use crate::domain::letter::{GroundKind, IdentifierKind, LetterKind, Right, Scenario};
use crate::domain::party::{email_address, one_line};
use crate::domain::place::PlaceCode;

/// The fields of a form as they came in.
#[derive(Debug, Clone, Default)]
pub struct Fields(pub Vec<(String, String)>);

impl Fields {
    /// The first value of a field, empty if it did not come.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value.trim())
    }

    /// Every value of a field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    fn lines(&self, name: &str) -> Vec<String> {
        self.get(name)
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect()
    }
}

/// Takes the answers of a step into the state and returns what is wrong with them.
pub fn apply(
    step: Step,
    fields: &Fields,
    state: &mut FormState,
    book: &LawBook,
    today: NaiveDate,
) -> Vec<Problem> {
    match step {
        Step::Who => who(fields, state),
        Step::Person => person(fields, state),
        Step::Where => place(fields, state, book),
        Step::Company => company(fields, state, book),
        Step::Doing => doing(fields, state),
        Step::Want => want(fields, state, book, today),
        Step::Grounds => grounds(fields, state, book, today),
        Step::Sensitive => sensitive(fields, state),
        Step::Find => find(fields, state),
        Step::You => you(fields, state),
        Step::Check => check(state),
    }
}

fn who(fields: &Fields, state: &mut FormState) -> Vec<Problem> {
    let given = fields.get("who");
    if !matches!(given, "self" | "child" | "other") {
        return vec![Problem::new("who", "problem.who")];
    }
    if state.who != given {
        (state.person_name, state.relation, state.mandate) = (String::new(), String::new(), false);
    }
    given.clone_into(&mut state.who);
    Vec::new()
}

fn person(fields: &Fields, state: &mut FormState) -> Vec<Problem> {
    let mut problems = Vec::new();
    let child = state.who == "child";
    fields.get("person_name").clone_into(&mut state.person_name);
    fields.get("relation").clone_into(&mut state.relation);
    state.mandate = fields.get("mandate") == "yes";
    problems.extend(name_problem(
        "person_name",
        "problem.person_name",
        &state.person_name,
    ));
    let relations: &[&str] = if child {
        &["parent", "guardian"]
    } else {
        &["attorney", "agent", "organisation"]
    };
    if !relations.contains(&state.relation.as_str()) {
        problems.push(Problem::new("relation", "problem.relation"));
    }
    if !child && !state.mandate {
        problems.push(Problem::new("mandate", "problem.mandate"));
    }
    if !problems.is_empty() {
        state.person_name.clear();
    }
    problems
}

fn place(fields: &Fields, state: &mut FormState, book: &LawBook) -> Vec<Problem> {
    let (country, region) = (fields.get("country"), fields.get("region"));
    let Some(jurisdiction) = book.jurisdictions.get(country) else {
        return vec![Problem::new("country", "problem.where")];
    };
    country.clone_into(&mut state.country);
    state.region.clear();
    if jurisdiction.subdivisions.iter().any(|part| part == region)
        && PlaceCode::parse(region).is_ok()
    {
        region.clone_into(&mut state.region);
    } else if jurisdiction.regulator_by == RegulatorBy::Subdivision {
        return vec![Problem::new("region", "problem.region")];
    }
    Vec::new()
}

fn company(fields: &Fields, state: &mut FormState, book: &LawBook) -> Vec<Problem> {
    let given = fields.get("company");
    if given == "new" {
        let mut problems = Vec::new();
        fields
            .get("company_name")
            .clone_into(&mut state.company_name);
        state.company_address = fields.lines("company_address");
        fields
            .get("company_email")
            .clone_into(&mut state.company_email);
        problems.extend(name_problem(
            "company_name",
            "problem.company_name",
            &state.company_name,
        ));
        let bad_line = state
            .company_address
            .iter()
            .any(|line| one_line(line).is_err());
        if state.company_address.is_empty() || bad_line {
            problems.push(Problem::new("company_address", "problem.company_address"));
        }
        if !state.company_email.is_empty() && email_address(&state.company_email).is_err() {
            problems.push(Problem::new("company_email", "problem.email_form"));
        }
        state.company = if problems.is_empty() {
            "new".to_owned()
        } else {
            String::new()
        };
        return problems;
    }
    let known = book.controllers.get(given).zip(state.home());
    match known.filter(|(controller, home)| book.entity(controller, home).is_some()) {
        Some((controller, _)) => {
            controller.id.clone_into(&mut state.company);
            Vec::new()
        }
        None => vec![Problem::new("company", "problem.company")],
    }
}

fn doing(fields: &Fields, state: &mut FormState) -> Vec<Problem> {
    match Scenario::parse(fields.get("scenario")) {
        Ok(scenario) => {
            scenario.as_str().clone_into(&mut state.scenario);
            Vec::new()
        }
        Err(_) => vec![Problem::new("scenario", "problem.scenario")],
    }
}

fn want(fields: &Fields, state: &mut FormState, book: &LawBook, today: NaiveDate) -> Vec<Problem> {
    let Some(regime) = state.regime(book, today) else {
        return vec![Problem::new("rights", "problem.rights")];
    };
    let offered = FormState::offered_rights(regime);
    let given: Vec<Right> = fields
        .all("rights")
        .filter_map(|right| Right::parse(right).ok())
        .filter(|right| offered.contains(right))
        .collect();
    let opens = |right: &Right| {
        LetterKind::for_right(*right).is_some_and(|kind| !regime.letter_languages(kind).is_empty())
    };
    if !given.iter().any(opens) {
        return vec![Problem::new("rights", "problem.rights")];
    }
    state.rights = offered
        .into_iter()
        .filter(|right| given.contains(right))
        .map(|right| right.as_str().to_owned())
        .collect();
    Vec::new()
}

fn grounds(
    fields: &Fields,
    state: &mut FormState,
    book: &LawBook,
    today: NaiveDate,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    let before = std::mem::take(&mut state.grounds);
    state.grounds_none = fields.all("grounds").any(|kind| kind == "none");
    if !state.grounds_none {
        for kind in fields
            .all("grounds")
            .filter_map(|kind| GroundKind::parse(kind).ok())
        {
            let field = format!("text_{}", kind.as_str());
            let text = fields.get(&field).to_owned();
            problems.extend(text_problem(&field, &text));
            state.grounds.insert(kind.as_str().to_owned(), text);
        }
    }
    let required = state
        .regime(book, today)
        .is_some_and(|regime| state.grounds_required(regime));
    if state.grounds.is_empty() && (!state.grounds_none || required) {
        problems.push(Problem::new("grounds", "problem.grounds"));
    }
    // A yes covers the words it was given for, no others.
    if state.grounds != before {
        state.sensitive.clear();
    }
    problems
}

fn sensitive(fields: &Fields, state: &mut FormState) -> Vec<Problem> {
    match fields.get("sensitive") {
        given @ ("yes" | "without") => {
            given.clone_into(&mut state.sensitive);
            if given == "without" {
                state
                    .grounds
                    .retain(|kind, _| !GroundKind::parse(kind).is_ok_and(GroundKind::is_special));
                state.grounds_none = state.grounds.is_empty();
            }
            Vec::new()
        }
        _ => vec![Problem::new("sensitive", "problem.sensitive")],
    }
}

fn find(fields: &Fields, state: &mut FormState) -> Vec<Problem> {
    let mut problems = Vec::new();
    state.identifiers.clear();
    for index in 0..10 {
        let value = fields.get(&format!("identifier_value_{index}")).to_owned();
        let kind = fields.get(&format!("identifier_kind_{index}")).to_owned();
        let Ok(parsed) = IdentifierKind::parse(&kind) else {
            continue;
        };
        if value.is_empty() {
            continue;
        }
        problems.extend(
            identifier_problem(parsed, &value)
                .map(|key| Problem::new(format!("identifier_value_{index}"), key)),
        );
        state.identifiers.push((kind, value));
    }
    state.identifiers_done = problems.is_empty()
        && fields.get("action") != "add"
        && (!state.identifiers.is_empty() || !fields.get("none_is_fine").is_empty());
    problems
}

fn you(fields: &Fields, state: &mut FormState) -> Vec<Problem> {
    let mut problems = Vec::new();
    fields.get("name").clone_into(&mut state.name);
    fields.get("email").clone_into(&mut state.email);
    state.address = fields.lines("address");
    problems.extend(name_problem("name", "problem.name", &state.name));
    if state.email.is_empty() {
        problems.push(Problem::new("email", "problem.email"));
    } else if email_address(&state.email).is_err() {
        problems.push(Problem::new("email", "problem.email_form"));
    }
    let needed = state.company == "new" || state.company_email.is_empty();
    if state.address.iter().any(|line| one_line(line).is_err())
        || (needed && state.address.len() > 8)
    {
        problems.push(Problem::new("address", "problem.address"));
    }
    problems
}

fn check(state: &FormState) -> Vec<Problem> {
    match state.next_step() {
        Step::Check => Vec::new(),
        open => vec![Problem::new(open.as_str(), "problem.check")],
    }
}
