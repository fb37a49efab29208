//! The contexts of the form's pages: what was answered so far, in the words of the page.

use serde_json::{Value, json};

use super::House;
use super::frame::Visit;
use crate::app::form::{Fields, FormState, Step};
use crate::domain::law::{Controller, Exists, LawBook, RegulatorBy};
use crate::domain::letter::{GroundKind, IdentifierKind, Right, Scenario};
use crate::domain::nearest::nearest;
use crate::domain::place::PlaceCode;

/// The template of a step.
pub(super) fn template(step: Step) -> &'static str {
    match step {
        Step::Who => "request/who",
        Step::Person => "request/person",
        Step::Where => "request/where",
        Step::Company => "request/company",
        Step::Doing => "request/doing",
        Step::Want => "request/want",
        Step::Grounds => "request/grounds",
        Step::Sensitive => "request/sensitive",
        Step::Find => "request/find",
        Step::You => "request/you",
        Step::Check => "request/check",
    }
}

/// The context of a step. `fields`: what was just typed, where it was refused.
pub(super) fn context(
    step: Step,
    state: &FormState,
    visit: &Visit,
    house: &House,
    fields: Option<&Fields>,
) -> Value {
    let mut context = match step {
        Step::Who => json!({ "values": { "who": state.who } }),
        Step::Person => person(state, fields),
        Step::Where => places(state, visit, house, fields),
        Step::Company => company(state, visit, house, fields),
        Step::Doing => doing(state),
        Step::Want => want(state, visit, house),
        Step::Grounds => grounds(state, house),
        Step::Sensitive => sensitive(state, house),
        Step::Find => find(state, visit, house, fields),
        Step::You => you(state, house),
        Step::Check => super::request_check::check(state, visit, house),
    };
    let back = state.step_before(step).map_or_else(
        || "/".to_owned(),
        |before| format!("/request/{}", before.as_str()),
    );
    if let Some(map) = context.as_object_mut() {
        map.insert("back".to_owned(), json!(back));
    }
    context
}

/// The company as a person's own pages call it.
pub(super) fn company_name(state: &FormState, book: &LawBook) -> String {
    book.controllers.get(&state.company).map_or_else(
        || state.company_name.clone(),
        |controller| controller.name.clone(),
    )
}

pub(super) fn place_name(state: &FormState, visit: &Visit, book: &LawBook) -> String {
    book.jurisdictions
        .get(&state.country)
        .map(|place| place.name.for_screen(&visit.language).to_owned())
        .unwrap_or_default()
}

/// The name of a part of a country, as ISO 3166-2 has it.
pub(super) fn part_name(code: &str) -> String {
    rust_iso3166::iso3166_2::from_code(code)
        .map_or_else(|| code.to_owned(), |part| part.name.to_owned())
}

fn person(state: &FormState, fields: Option<&Fields>) -> Value {
    let name = fields.map_or(state.person_name.as_str(), |fields| {
        fields.get("person_name")
    });
    json!({
        "is_child": state.who == "child",
        "values": {
            "person_name": name, "relation": state.relation, "mandate": if state.mandate { "yes" } else { "" },
        },
    })
}

fn places(state: &FormState, visit: &Visit, house: &House, fields: Option<&Fields>) -> Value {
    let book = &house.app.book;
    let country = fields.map_or(state.country.as_str(), |fields| fields.get("country"));
    let mut countries: Vec<(&str, &str)> = book
        .jurisdictions
        .values()
        .map(|place| (place.name.for_screen(&visit.language), place.code.as_str()))
        .collect();
    countries.sort_by_key(|(name, _)| sort_key(name));
    let parted = book
        .jurisdictions
        .get(country)
        .filter(|place| place.regulator_by == RegulatorBy::Subdivision);
    let mut regions: Vec<(String, &str)> = parted
        .map(|place| {
            place
                .subdivisions
                .iter()
                .map(|code| (part_name(code), code.as_str()))
                .collect()
        })
        .unwrap_or_default();
    regions.sort_by_key(|(name, _)| sort_key(name));
    json!({
        "countries": countries.iter().map(|(name, code)| json!({ "code": code, "name": name, "selected": *code == country })).collect::<Vec<_>>(),
        "regions": regions.iter().map(|(name, code)| json!({ "code": code, "name": name, "selected": **code == state.region })).collect::<Vec<_>>(),
    })
}

/// Umlauts and accents sort with their base letter.
fn sort_key(name: &str) -> String {
    let base = |c: char| match c {
        'ä' | 'Ä' => 'a',
        'ö' | 'Ö' => 'o',
        'ü' | 'Ü' => 'u',
        'É' | 'é' => 'e',
        'Î' => 'i',
        other => other.to_ascii_lowercase(),
    };
    name.chars().map(base).collect()
}

fn company(state: &FormState, visit: &Visit, house: &House, fields: Option<&Fields>) -> Value {
    let book = &house.app.book;
    let query = fields.map_or_else(|| visit.query.get("q"), |fields| fields.get("q"));
    let found = search(book, query);
    let home = state.home();
    let results: Vec<Value> = found
        .iter()
        .filter_map(|controller| company_row(controller, book, home.as_ref(), state))
        .collect();
    let typed =
        |name: &str, kept: String| fields.map_or(kept, |fields| fields.get(name).to_owned());
    json!({
        "query": query,
        "results_count": results.len(),
        "list_key": if query.is_empty() { "company.often" } else { "company.choose" },
        "place": place_name(state, visit, book),
        "results": results,
        "values": {
            "company": typed("company", state.company.clone()),
            "company_name": typed("company_name", state.company_name.clone()),
            "company_address": typed("company_address", state.company_address.join("\n")),
            "company_email": typed("company_email", state.company_email.clone()),
        },
    })
}

fn company_row(
    controller: &Controller,
    book: &LawBook,
    home: Option<&PlaceCode>,
    state: &FormState,
) -> Option<Value> {
    let entity = book.entity(controller, home?)?;
    let seat = entity
        .address
        .iter()
        .rev()
        .nth(1)
        .or(entity.address.last())
        .cloned()
        .unwrap_or_default();
    Some(json!({
        "id": controller.id, "name": controller.name, "entity": entity.name, "seat": seat, "also": controller.aliases.join(", "),
        "checked": state.company == controller.id, "unverified": !entity.unconfirmed().is_empty(),
    }))
}

/// Companies whose name, alias or domain holds what was typed; with nothing typed all of them; with no hit those that look most like it.
fn search<'a>(book: &'a LawBook, query: &str) -> Vec<&'a Controller> {
    let wanted = query.trim().to_lowercase();
    let names = |controller: &'a Controller| {
        controller
            .aliases
            .iter()
            .chain(&controller.domains)
            .chain([&controller.name, &controller.id])
    };
    let hits: Vec<&Controller> = book
        .controllers
        .values()
        .filter(|controller| names(controller).any(|name| name.to_lowercase().contains(&wanted)))
        .collect();
    if !hits.is_empty() {
        return hits;
    }
    let all: Vec<&str> = book
        .controllers
        .values()
        .flat_map(names)
        .map(String::as_str)
        .collect();
    let near = nearest(&wanted, all);
    let close = |name: &String| strsim::jaro_winkler(&name.to_lowercase(), &wanted) > 0.85;
    let near: Vec<&String> = near.iter().filter(|name| close(name)).collect();
    book.controllers
        .values()
        .filter(|controller| names(controller).any(|name| near.contains(&name)))
        .collect()
}

fn doing(state: &FormState) -> Value {
    let row = |scenario: &Scenario| {
        let name = scenario.as_str();
        json!({ "value": name, "label_key": format!("scenario.{name}"), "hint_key": format!("scenario.{name}_hint"), "checked": state.scenario == name })
    };
    json!({ "scenarios": Scenario::ALL.iter().map(row).collect::<Vec<_>>() })
}

fn want(state: &FormState, visit: &Visit, house: &House) -> Value {
    let book = &house.app.book;
    let today = house.app.clock.today(chrono_tz::UTC);
    let Some(regime) = state.regime(book, today) else {
        return json!({ "company": "", "place": "", "rights": [], "left_out": [] });
    };
    let row = |right: &Right| {
        let record = regime.right(*right);
        let law = record
            .and_then(|record| book.citations.get(&record.citation))
            .map(|citation| citation.text.for_screen(&visit.language).to_owned());
        let chosen = state.rights.iter().any(|one| one == right.as_str());
        json!({ "value": right.as_str(), "label_key": format!("right.{}", right.as_str()), "law": law.unwrap_or_default(), "checked": chosen })
    };
    let missing = regime
        .rights
        .iter()
        .filter(|record| record.exists == Exists::No && record.kind == Right::Objection);
    let left_out = missing.map(|record| json!({ "label_key": format!("right.{}", record.kind.as_str()), "why": record.note.for_screen(&visit.language) }));
    json!({
        "company": company_name(state, book),
        "place": place_name(state, visit, book),
        "rights": FormState::offered_rights(regime).iter().map(row).collect::<Vec<_>>(),
        "left_out": left_out.collect::<Vec<_>>(),
    })
}

fn grounds(state: &FormState, house: &House) -> Value {
    let today = house.app.clock.today(chrono_tz::UTC);
    let required = state
        .regime(&house.app.book, today)
        .is_some_and(|regime| state.grounds_required(regime));
    let row = |kind: &GroundKind| {
        let name = kind.as_str();
        let text = state.grounds.get(name);
        json!({
            "value": name, "label_key": format!("ground.{name}"), "field": format!("text_{name}"),
            "hint_key": if kind.is_special() { "grounds.hint_sensitive" } else { "grounds.hint_plain" },
            "text": text.cloned().unwrap_or_default(), "checked": text.is_some(),
        })
    };
    json!({
        "required": required,
        "none_checked": state.grounds_none,
        "examples": ["grounds.example_profession", "grounds.example_minor", "grounds.example_abuse"],
        "grounds": GroundKind::ALL.iter().map(row).collect::<Vec<_>>(),
    })
}

fn sensitive(state: &FormState, house: &House) -> Value {
    let row = |kind: &GroundKind| json!({ "label_key": format!("ground.{}", kind.as_str()), "text": state.grounds.get(kind.as_str()).cloned().unwrap_or_default() });
    json!({
        "company": company_name(state, &house.app.book),
        "sensitive": state.special_grounds().iter().map(row).collect::<Vec<_>>(),
        "values": { "sensitive": state.sensitive },
    })
}

fn find(state: &FormState, visit: &Visit, house: &House, fields: Option<&Fields>) -> Value {
    let controller = house.app.book.controllers.get(&state.company);
    let own = controller
        .map(|controller| controller.identifier_kinds.clone())
        .unwrap_or_default();
    let kinds: Vec<IdentifierKind> = own
        .iter()
        .copied()
        .chain(
            IdentifierKind::ALL
                .iter()
                .copied()
                .filter(|kind| !own.contains(kind)),
        )
        .collect();
    let mut rows = state.identifiers.clone();
    let add = !visit.query.get("add").is_empty()
        || fields.is_some_and(|fields| fields.get("action") == "add");
    if rows.is_empty() || (add && rows.len() < 10) {
        rows.push((
            kinds
                .first()
                .map_or("other", |kind| kind.as_str())
                .to_owned(),
            String::new(),
        ));
    }
    let row = |(index, (kind, value)): (usize, &(String, String))| {
        let option = |one: &IdentifierKind| json!({ "value": one.as_str(), "label_key": format!("identifier.{}", one.as_str()), "selected": one.as_str() == kind });
        json!({
            "number": index + 1, "kind_field": format!("identifier_kind_{index}"), "value_field": format!("identifier_value_{index}"), "value": value,
            "warning": null, "kinds": kinds.iter().map(option).collect::<Vec<_>>(),
        })
    };
    json!({
        "company": company_name(state, &house.app.book),
        "none_given": !visit.query.get("none").is_empty() && state.identifiers.is_empty(),
        "can_add": rows.len() < 10,
        "identifiers": rows.iter().enumerate().map(row).collect::<Vec<_>>(),
    })
}

fn you(state: &FormState, house: &House) -> Value {
    json!({
        "company": company_name(state, &house.app.book),
        "suggestion": null,
        "values": {
            "name": state.name, "email": state.email, "address": state.address.join("\n"),
        },
    })
}
