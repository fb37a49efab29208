//! What the user should look at again, and what the letter uses although nobody confirmed it.

use super::Addressed;
use crate::domain::law::{Checked, Controller, Regime, Regulator};
use crate::domain::letter::{CaseFacts, IdentifierKind};

pub(super) fn identifier_warnings(
    facts: &CaseFacts,
    controller: Option<&Controller>,
) -> Vec<String> {
    let Some(controller) = controller.filter(|controller| !controller.identifier_hosts.is_empty())
    else {
        return Vec::new();
    };
    let foreign = |value: &str| {
        let host = host_of(value).to_lowercase();
        !controller
            .identifier_hosts
            .iter()
            .any(|known| host == *known || host.ends_with(&format!(".{known}")))
    };
    let profiles = facts
        .identifiers()
        .iter()
        .filter(|identifier| identifier.kind == IdentifierKind::ProfileUrl);
    profiles
        .filter(|identifier| foreign(&identifier.value))
        .map(|identifier| {
            format!(
                "`{}` does not look like an address at {}",
                identifier.value, controller.name
            )
        })
        .collect()
}

fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    host.rsplit('@')
        .next()
        .unwrap_or(host)
        .split(':')
        .next()
        .unwrap_or(host)
}

pub(super) fn regulator_warning(regulator: &Regulator, language: &str) -> Option<String> {
    let taken = regulator.languages.join(", ");
    (!regulator.takes_language(language)).then(|| {
        format!(
            "{} takes complaints in {taken}; this one is written in {language}",
            regulator.name
        )
    })
}

pub(super) fn unverified(
    controller: &Addressed<'_>,
    regulator: Option<&Regulator>,
    regime: &Regime,
) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    if let Some(entity) = controller.entity {
        found.extend(
            entity
                .unconfirmed()
                .into_iter()
                .map(|what| format!("{}: {what}", entity.name)),
        );
    }
    if let Some(regulator) = regulator {
        if regulator.checked != Checked::Verified {
            found.push(format!("{}: name, address and e-mail", regulator.name));
        }
        if regulator.lodging_checked != Some(Checked::Verified) {
            found.push(format!("{}: how a complaint is lodged", regulator.name));
        }
    }
    if regime.checked != Checked::Verified {
        found.push(format!(
            "{}: {}",
            regime.short.for_screen("en"),
            regime.checked_note
        ));
    }
    found
}
