//! `demur deadline`: one derivation as JSON, or a file of rows.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use clap::Args;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Failure, law, print_json};
use crate::domain::calendar::{Calendar, Unknown};
use crate::domain::deadline::{Derivation, Question, Receipt, Roll, Rule, Unit};
use crate::domain::law::LawBook;
use crate::domain::place::PlaceCode;

/// What `deadline` takes.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The controller's place, for example IE or DE-HH
    #[arg(long, required_unless_present = "batch", value_name = "CC[-SUB]")]
    jurisdiction: Option<String>,
    /// The response period, for example `gdpr_12_3`
    #[arg(long, required_unless_present = "batch", value_name = "ID")]
    rule: Option<String>,
    /// The civil date on which the controller got the letter
    #[arg(long, value_name = "DATE", conflicts_with = "received_at")]
    received_on: Option<String>,
    /// The instant of receipt; the date of the controller's zone counts
    #[arg(long, value_name = "RFC3339")]
    received_at: Option<String>,
    /// A valid extension notice came in time
    #[arg(long)]
    extended: bool,
    /// Reads rows from a file of JSON lines and writes one line for each
    #[arg(long, value_name = "FILE", conflicts_with_all = ["jurisdiction", "rule", "received_on", "received_at", "extended"])]
    batch: Option<PathBuf>,
    /// Calendars for strict and expected dates instead of Demur's own
    #[arg(long, value_name = "FILE", requires = "batch")]
    calendars: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let book = law()?;
    match &arguments.batch {
        Some(file) => batch(&book, file, arguments.calendars.as_deref()),
        None => one(&book, arguments),
    }
}

fn one(book: &LawBook, arguments: &Arguments) -> Result<(), Failure> {
    let refused = |error: &dyn std::fmt::Display| Failure::Refused(error.to_string());
    let given = arguments.jurisdiction.as_deref().unwrap_or_default();
    let place = PlaceCode::parse(given).map_err(|error| refused(&error))?;
    let rule = book
        .rule(arguments.rule.as_deref().unwrap_or_default())
        .map_err(|error| refused(&error))?;
    let zone = book
        .zone(&place)
        .ok_or_else(|| Failure::Refused(format!("no time zone is known for {place}")))?;
    let receipt = receipt(
        arguments.received_on.as_deref(),
        arguments.received_at.as_deref(),
        zone,
    )
    .map_err(Failure::Refused)?;
    let question = book.question(rule, &place, receipt, arguments.extended);
    let calendar = question
        .calendar
        .as_ref()
        .map(|calendar| calendar.id().to_owned())
        .ok();
    let derivation = question.derive();
    let overdue = derivation
        .expected_due
        .and_then(|due| book.overdue_from(due, zone));
    let mut line = json!({
        "jurisdiction": place.as_str(),
        "rule": rule.id,
        "calendar": calendar,
        "received_on": derivation.received_on,
        "strict_due": derivation.strict_due,
        "expected_due": derivation.expected_due,
        "safe_due": derivation.safe_due,
        "overdue_from": overdue.map(instant),
        "why": derivation.why,
        "source": rule.source,
        "data_version": format!("{}; {}", book.version, book.holidays.version),
    });
    add_unknown(&mut line, &derivation);
    print_json(&line)
}

fn receipt(on: Option<&str>, at: Option<&str>, zone: Tz) -> Result<Receipt, String> {
    match (at, on) {
        (Some(at), _) => {
            let instant = DateTime::parse_from_rfc3339(at).map_err(|_ignored| {
                format!("`{at}` is no instant; write it as 2026-10-24T23:30:00Z")
            })?;
            Ok(Receipt::At(instant.with_timezone(&Utc), zone))
        }
        (None, Some(on)) => on
            .parse()
            .map(Receipt::On)
            .map_err(|_ignored| format!("`{on}` is no date; write it as 2026-11-23")),
        (None, None) => Err("give `--received-on DATE` or `--received-at RFC3339`".to_owned()),
    }
}

fn instant(instant: DateTime<Utc>) -> String {
    instant.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn add_unknown(line: &mut Value, derivation: &Derivation) {
    if let (Some(unknown), Some(map)) = (&derivation.unknown, line.as_object_mut()) {
        map.insert("unknown".to_owned(), json!(unknown));
    }
}

/// A row as `tests/law/README.md` describes it; other keys are ignored.
#[derive(Debug, Deserialize)]
struct Row {
    jurisdiction: Option<String>,
    subdivision: Option<String>,
    rule: String,
    calendar: Option<String>,
    received_on: Option<String>,
    received_at: Option<String>,
    tz: Option<String>,
    #[serde(default)]
    extended: bool,
    #[serde(default)]
    pauses: Option<Vec<(NaiveDate, NaiveDate)>>,
    params: Option<Params>,
}

#[derive(Debug, Deserialize)]
struct Params {
    n: Option<u32>,
    unit: Unit,
    #[serde(default = "stays")]
    roll: Roll,
    #[serde(default)]
    ext_n: Option<u32>,
    #[serde(default = "weekend")]
    weekend_mon0: Vec<u32>,
    #[serde(default)]
    holidays: Days,
    #[serde(default)]
    makeup: Vec<NaiveDate>,
}

fn stays() -> Roll {
    Roll::None
}

fn weekend() -> Vec<u32> {
    vec![5, 6]
}

/// Holidays as a list of dates or as a table of dates and names.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Days {
    List(Vec<NaiveDate>),
    Named(BTreeMap<NaiveDate, String>),
}

impl Default for Days {
    fn default() -> Days {
        Days::List(Vec::new())
    }
}

impl Days {
    fn named(&self) -> BTreeMap<NaiveDate, String> {
        match self {
            Days::List(days) => days
                .iter()
                .map(|day| (*day, "holiday".to_owned()))
                .collect(),
            Days::Named(days) => days.clone(),
        }
    }
}

/// One calendar of a `--calendars` file.
#[derive(Debug, Deserialize)]
struct GivenCalendar {
    #[serde(default)]
    holidays: Days,
    #[serde(default)]
    makeup: Vec<NaiveDate>,
    #[serde(default = "weekend")]
    weekend_mon0: Vec<u32>,
}

fn batch(
    book: &LawBook,
    file: &std::path::Path,
    calendars: Option<&std::path::Path>,
) -> Result<(), Failure> {
    let text = read(file)?;
    let given = calendars.map(given_calendars).transpose()?;
    let mut failed = 0_usize;
    for (index, line) in text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
    {
        let value: Value = serde_json::from_str(line).map_err(|error| {
            Failure::Refused(format!("{}:{}: {error}", file.display(), index + 1))
        })?;
        let id = value.get("id").cloned().unwrap_or(Value::Null);
        match row(book, given.as_ref(), value) {
            Ok(derivation) => {
                let mut line = json!({
                    "id": id,
                    "strict_due": derivation.strict_due,
                    "expected_due": derivation.expected_due,
                    "safe_due": derivation.safe_due,
                    "why": derivation.why,
                });
                add_unknown(&mut line, &derivation);
                print_json(&line)?;
            }
            Err(error) => {
                failed += 1;
                print_json(&json!({ "id": id, "error": error }))?;
            }
        }
    }
    match failed {
        0 => Ok(()),
        _ => Err(Failure::Refused(format!(
            "{failed} rows could not be computed; their lines say why"
        ))),
    }
}

fn read(file: &std::path::Path) -> Result<String, Failure> {
    std::fs::read_to_string(file)
        .map_err(|error| Failure::Refused(format!("{}: {error}", file.display())))
}

fn given_calendars(file: &std::path::Path) -> Result<BTreeMap<String, Calendar>, Failure> {
    let given: BTreeMap<String, GivenCalendar> = serde_json::from_str(&read(file)?)
        .map_err(|error| Failure::Refused(format!("{}: {error}", file.display())))?;
    // A file does not say how far it reaches: to the end of its last year with a holiday.
    let days: BTreeSet<NaiveDate> = given
        .values()
        .flat_map(|calendar| calendar.holidays.named().into_keys())
        .collect();
    let reach = days.first().zip(days.last()).and_then(|(first, last)| {
        use chrono::Datelike;
        Some((
            NaiveDate::from_ymd_opt(first.year(), 1, 1)?,
            NaiveDate::from_ymd_opt(last.year(), 12, 31)?,
        ))
    });
    let calendar = |id: &String, given: GivenCalendar| {
        let holidays = given.holidays.named();
        let reach = if holidays.is_empty() { None } else { reach };
        Calendar::new(
            id.clone(),
            holidays,
            given.makeup.into_iter().collect(),
            given.weekend_mon0,
            reach,
        )
    };
    Ok(given
        .into_iter()
        .map(|(id, given)| (id.clone(), calendar(&id, given)))
        .collect())
}

fn row(
    book: &LawBook,
    given: Option<&BTreeMap<String, Calendar>>,
    value: Value,
) -> Result<Derivation, String> {
    let row: Row = serde_json::from_value(value).map_err(|error| error.to_string())?;
    let (generic, inline);
    let (rule, inline_calendar) = match (&row.params, row.rule.as_str()) {
        (Some(params), "generic") => {
            generic = generic_rule(params);
            inline = Calendar::new(
                "inline",
                params.holidays.named(),
                params.makeup.iter().copied().collect(),
                params.weekend_mon0.clone(),
                None,
            );
            (&generic, Some(&inline))
        }
        (None, "generic") => return Err("rule `generic` needs `params`".to_owned()),
        (_, id) => (book.rule(id).map_err(|error| error.to_string())?, None),
    };
    let place = place(&row)?;
    let zone = zone(book, &row, place.as_ref())?;
    let pauses = row.pauses.clone().unwrap_or_default();
    if let Some((from, to)) = pauses.iter().find(|(from, to)| to < from) {
        return Err(format!(
            "the pause from {from} to {to} ends before it begins"
        ));
    }
    let calendar = match (inline_calendar, row.calendar.as_deref(), &place) {
        (Some(inline), _, _) => Ok(inline),
        (None, Some(id), _) => named_calendar(book, given, id)?,
        (None, None, Some(place)) => book.calendar(rule, place).and_then(|own| match given {
            Some(given) => given
                .get(own.id())
                .ok_or_else(|| Unknown::NoData(own.id().to_owned())),
            None => Ok(own),
        }),
        (None, None, None) => {
            return Err("the row gives neither `calendar` nor `jurisdiction`".to_owned());
        }
    };
    let wide = match (&place, rule.wide) {
        (Some(place), true) => Some(book.wide_calendar(place)),
        _ => None,
    };
    let receipt = receipt(row.received_on.as_deref(), row.received_at.as_deref(), zone)?;
    Ok(Question {
        rule,
        calendar,
        wide,
        receipt,
        extended: row.extended,
        pauses: &pauses,
    }
    .derive())
}

fn named_calendar<'a>(
    book: &'a LawBook,
    given: Option<&'a BTreeMap<String, Calendar>>,
    id: &str,
) -> Result<Result<&'a Calendar, Unknown>, String> {
    let found = match given {
        Some(given) => given.get(id),
        None => book.holidays.get(id).ok(),
    };
    found
        .map(Ok)
        .ok_or_else(|| format!("there is no calendar `{id}`"))
}

fn place(row: &Row) -> Result<Option<PlaceCode>, String> {
    let Some(country) = row
        .jurisdiction
        .as_deref()
        .filter(|country| *country != "XX")
    else {
        return Ok(None);
    };
    let code = match row.subdivision.as_deref() {
        Some(part) if !part.is_empty() && !country.contains('-') => format!(
            "{country}-{}",
            part.trim_start_matches(&format!("{country}-"))
        ),
        _ => country.to_owned(),
    };
    PlaceCode::parse(&code)
        .map(Some)
        .map_err(|error| error.to_string())
}

fn zone(book: &LawBook, row: &Row, place: Option<&PlaceCode>) -> Result<Tz, String> {
    match &row.tz {
        Some(tz) => tz
            .parse()
            .map_err(|_ignored| format!("`{tz}` is no IANA time zone")),
        None => Ok(place.and_then(|place| book.zone(place)).unwrap_or(Tz::UTC)),
    }
}

fn generic_rule(params: &Params) -> Rule {
    Rule {
        id: "generic".to_owned(),
        n: params.n,
        unit: params.unit,
        roll: params.roll,
        ext_n: params.ext_n,
        in_force: None,
        calendar: String::new(),
        wide: false,
        pauses: true,
        source: String::new(),
        ambiguity: Vec::new(),
        checked: "unverified".to_owned(),
        checked_on: NaiveDate::default(),
    }
}
