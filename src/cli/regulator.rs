//! `demur regulator`: who hears the complaint, and how it may be lodged.

use chrono::NaiveDate;
use clap::Args;
use serde_json::{Value, json};

use super::{Failure, law, print_json};
use crate::domain::law::{Regulator, Sector, UnknownRegulator};
use crate::domain::place::PlaceCode;

/// What `regulator` takes.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Where the person lives, for example DE-BE
    #[arg(long, value_name = "CC[-SUB]")]
    jurisdiction: String,
    /// Whether the controller is a company or a public body
    #[arg(long, default_value = "private", value_parser = ["private", "public"])]
    sector: String,
    /// The day for which the answer holds
    #[arg(long, value_name = "DATE")]
    on: Option<NaiveDate>,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let book = law()?;
    let place = PlaceCode::parse(&arguments.jurisdiction)
        .map_err(|error| Failure::Refused(error.to_string()))?;
    let sector = if arguments.sector == "public" {
        Sector::Public
    } else {
        Sector::Private
    };
    let known_from = book.jurisdiction(&place).and_then(|place| place.valid_from);
    if let (Some(on), Some(from)) = (arguments.on, known_from)
        && on < from
    {
        return Err(Failure::Refused(format!(
            "Demur knows the law of {place} from {from} on; {on} lies before it"
        )));
    }
    match book.competent_regulators(&place, sector) {
        Ok(found) => found
            .into_iter()
            .try_for_each(|(regulator, why)| print_json(&line(regulator, &why))),
        Err(error) => {
            if let UnknownRegulator::PartNeeded { country, .. } = &error {
                for regulator in book.regulators_of_country(country, sector) {
                    print_json(&line(
                        regulator,
                        &format!(
                            "hears complaints from people who live in {}",
                            regulator.jurisdiction
                        ),
                    ))?;
                }
            }
            Err(Failure::Refused(error.to_string()))
        }
    }
}

fn line(regulator: &Regulator, why: &str) -> Value {
    let mut value = serde_json::to_value(regulator).unwrap_or(Value::Null);
    if let Some(map) = value.as_object_mut() {
        map.insert("why".to_owned(), json!(why));
    }
    value
}
