//! Cross references of the law data: every id that a record names exists, every code and zone is one, and nothing promises what the data does not hold.

use chrono::NaiveDate;

use super::CheckReport;
use crate::domain::calendar::Unknown;
use crate::domain::law::{Citation, LawBook, Regime, Sector};
use crate::domain::letter::LetterKind;
use crate::domain::party::email_address;
use crate::domain::place::PlaceCode;

/// Checks every reference.
pub(super) fn check(book: &LawBook, report: &mut CheckReport) {
    for regime in book.regimes.values() {
        check_regime(book, regime, report);
    }
    check_places(book, report);
    check_jurisdictions(book, report);
    check_regulators(book, report);
    check_controllers(book, report);
}

/// Remarks on what was checked more than twelve months ago.
pub(super) fn check_age(book: &LawBook, today: NaiveDate, report: &mut CheckReport) {
    let regimes = book
        .regimes
        .values()
        .map(|one| (one.id.as_str(), one.checked_on));
    let regulators = book
        .regulators
        .iter()
        .map(|one| (one.id.as_str(), one.checked_on));
    let entities = book.controllers.values().flat_map(|one| {
        one.entities
            .iter()
            .map(|entity| (one.id.as_str(), entity.checked_on))
    });
    let citations = book
        .citations
        .values()
        .map(|one: &Citation| (one.id.as_str(), one.checked_on));
    for (id, checked_on) in regimes.chain(regulators).chain(entities).chain(citations) {
        if (today - checked_on).num_days() > 366 {
            report.remarks.push(format!(
                "`{id}` was last checked on {checked_on}, more than twelve months ago"
            ));
        }
    }
}

fn check_regime(book: &LawBook, regime: &Regime, report: &mut CheckReport) {
    let file = format!("config/regimes/{}.toml", regime.id);
    let mut fault = |message: String| report.faults.push(format!("{file}: {message}"));
    let rules = regime
        .rights
        .iter()
        .map(|right| &right.rule)
        .chain([&regime.clock.rule, &regime.clock.acknowledge_rule]);
    for rule in rules.filter(|rule| !rule.is_empty() && !book.rules.contains_key(*rule)) {
        fault(format!(
            "names the rule `{rule}`, which config/deadlines.toml does not have"
        ));
    }
    let citations = regime
        .rights
        .iter()
        .map(|right| &right.citation)
        .chain([&regime.binds_citation]);
    for citation in
        citations.filter(|citation| !citation.is_empty() && !book.citations.contains_key(*citation))
    {
        fault(format!(
            "names the citation `{citation}`, which config/citations does not have"
        ));
    }
    for right in &regime.rights {
        for instead in right
            .instead
            .iter()
            .filter(|instead| !regime.has(**instead))
        {
            fault(format!(
                "offers `{}` in place of `{}`, but has no such right",
                instead.as_str(),
                right.kind.as_str()
            ));
        }
    }
    for entry in &regime.letters {
        for language in entry
            .languages
            .iter()
            .filter(|language| !regime.languages.contains(language))
        {
            fault(format!(
                "lists `{}` in `{language}`, which is not among its languages",
                entry.kind.as_str()
            ));
        }
    }
    for rung in &regime.rungs {
        if regime.letter_languages(rung.kind).is_empty() {
            fault(format!(
                "has a rung `{}` without a letter",
                rung.kind.as_str()
            ));
        }
    }
    if regime.letter_languages(LetterKind::Complaint).is_empty() {
        fault("has no complaint".to_owned());
    }
}

fn check_places(book: &LawBook, report: &mut CheckReport) {
    for place in book.places.values() {
        let mut fault = |message: String| {
            report
                .faults
                .push(format!("config/places.toml: `{}`: {message}", place.code))
        };
        if PlaceCode::parse(&place.code).is_err() {
            fault("is no ISO 3166 code".to_owned());
        }
        if place.zone().is_none() {
            fault(format!("`{}` is no time zone", place.zone));
        }
        for calendar in [&place.calendar, &place.wide]
            .into_iter()
            .filter(|id| !id.is_empty())
        {
            if let Err(Unknown::NoData(id)) = book.holidays.get(calendar) {
                fault(format!(
                    "names the calendar `{id}`, which the holiday data does not have"
                ));
            }
        }
    }
    for rule in book
        .rules
        .values()
        .filter(|rule| !rule.calendar.is_empty() && book.holidays.get(&rule.calendar).is_err())
    {
        report.faults.push(format!("config/deadlines.toml: `{}` names the calendar `{}`, which the holiday data does not have", rule.id, rule.calendar));
    }
}

fn check_jurisdictions(book: &LawBook, report: &mut CheckReport) {
    for place in book.jurisdictions.values() {
        let mut fault = |message: String| {
            report
                .faults
                .push(format!("config/jurisdictions: `{}`: {message}", place.code))
        };
        for code in place.subdivisions.iter().chain([&place.code]) {
            let Ok(code) = PlaceCode::parse(code) else {
                fault(format!("`{code}` is no ISO 3166 code"));
                continue;
            };
            let part_needed = place.subdivisions.len() > 1 && code.as_str() == place.code;
            if !part_needed && book.competent_regulators(&code, Sector::Private).is_err() {
                fault(format!(
                    "nobody hears complaints about companies from {code}"
                ));
            }
            if book.place(&code).is_none() {
                fault(format!("config/places.toml has no `{code}`"));
            }
        }
        for regime in place
            .regimes
            .iter()
            .filter(|regime| !book.regimes.contains_key(*regime))
        {
            fault(format!("names the regime `{regime}`, which does not exist"));
        }
    }
}

fn check_regulators(book: &LawBook, report: &mut CheckReport) {
    for regulator in &book.regulators {
        let mut fault = |message: &str| {
            report
                .faults
                .push(format!("config/regulators: `{}`: {message}", regulator.id))
        };
        let outside_iso = matches!(regulator.jurisdiction.as_str(), "EU");
        if !outside_iso && PlaceCode::parse(&regulator.jurisdiction).is_err() {
            fault("its jurisdiction is no ISO 3166 code");
        }
        if regulator.auto_send_ok
            && !matches!(
                regulator.email_complaint.as_str(),
                "accepted" | "form_preferred"
            )
        {
            fault("`auto_send_ok` although it takes no plain e-mail");
        }
        if regulator.languages.is_empty() || regulator.lodging.is_empty() {
            fault("has no language or no way to lodge a complaint");
        }
    }
}

fn check_controllers(book: &LawBook, report: &mut CheckReport) {
    for controller in book.controllers.values() {
        for entity in &controller.entities {
            let mut fault = |message: String| {
                report.faults.push(format!(
                    "config/controllers/{}.toml: {}: {message}",
                    controller.id, entity.name
                ))
            };
            if PlaceCode::parse(entity.seat()).is_err() {
                fault(format!("`{}` is no ISO 3166 code", entity.seat()));
            }
            if entity.zone.parse::<chrono_tz::Tz>().is_err() {
                fault(format!("`{}` is no time zone", entity.zone));
            }
            if !entity.lead_authority.is_empty() && book.regulator(&entity.lead_authority).is_none()
            {
                fault(format!(
                    "names the regulator `{}`, which does not exist",
                    entity.lead_authority
                ));
            }
            for region in entity
                .regions
                .iter()
                .filter(|region| !is_region(book, region))
            {
                fault(format!(
                    "`{region}` is no ISO code, no territory of a regime and not `*`"
                ));
            }
            for flag in entity
                .flags
                .keys()
                .filter(|flag| !flag.ends_with("_checked"))
            {
                fault(format!("has a field `{flag}` that nobody reads"));
            }
            if !entity.email.is_empty() && email_address(&entity.email).is_err() {
                fault(format!("`{}` is no e-mail address", entity.email));
            }
        }
    }
}

fn is_region(book: &LawBook, region: &str) -> bool {
    region == "*"
        || PlaceCode::parse(region).is_ok()
        || book
            .regimes
            .values()
            .any(|regime| regime.territory == region)
}
