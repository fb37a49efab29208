//! `demur check`: reads and renders everything that is data.

use serde_json::json;

use super::{Failure, law, print_json};
use crate::app::check_data;
use crate::config::SystemClock;
use crate::domain::clock::Clock;

pub(super) fn run() -> Result<(), Failure> {
    let book = law()?;
    let report = check_data(&book, SystemClock.today(chrono_tz::UTC));
    print_json(&json!({
        "regimes": book.regimes.len(),
        "citations": book.citations.len(),
        "rules": book.rules.len(),
        "places": book.places.len(),
        "jurisdictions": book.jurisdictions.len(),
        "regulators": book.regulators.len(),
        "controllers": book.controllers.len(),
        "calendars": book.holidays.ids().count(),
        "letters_rendered": report.letters,
        "faults": report.faults.len(),
        "remarks": report.remarks,
        "law_version": book.version,
    }))?;
    if report.faults.is_empty() {
        Ok(())
    } else {
        Err(Failure::Refused(report.faults.join("\n")))
    }
}
