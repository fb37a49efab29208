//! The words of a language: labels, month names, how a date is written. Read from `templates/text/<language>.toml`.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use serde::Deserialize;

use super::files;

/// Words of one language.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// How a date is written: `{day}. {month} {year}`.
    pub date: String,
    /// The word between the last two of a list.
    pub list_and: String,
    /// The line at the top of a mail with a letter: who operates the service, and for whom it carries the letter.
    pub service_line: String,
    /// The line below it, with the link to the controller's door.
    door_line: String,
    month: BTreeMap<String, String>,
    identifier: BTreeMap<String, String>,
    ground: BTreeMap<String, String>,
    right: BTreeMap<String, String>,
    letter: BTreeMap<String, String>,
    scenario: BTreeMap<String, String>,
    relation: BTreeMap<String, String>,
}

impl Words {
    /// A date in words: `23. November 2026`. A first of the month is written as the language does it (`1er`), where the file says so.
    #[must_use]
    pub fn long_date(&self, day: NaiveDate) -> String {
        let month = self
            .month
            .get(&day.month().to_string())
            .cloned()
            .unwrap_or_else(|| day.month().to_string());
        let number = match (day.day(), self.month.get("first_day")) {
            (1, Some(first)) => first.clone(),
            (number, _) => number.to_string(),
        };
        self.date
            .replace("{day}", &number)
            .replace("{month}", &month)
            .replace("{year}", &day.year().to_string())
    }

    /// The line at the top of a mail with a letter.
    #[must_use]
    pub fn service_line(&self, person: &str, site: &str, operator: &str, contact: &str) -> String {
        let values = [
            ("{person}", person),
            ("{site}", site),
            ("{operator}", operator),
            ("{contact}", contact),
        ];
        // Each placeholder stands once: what is put in for one is never searched for the next.
        let mut out = String::new();
        let mut rest = self.service_line.as_str();
        while let Some((at, (name, value))) = values
            .iter()
            .filter_map(|pair| Some((rest.find(pair.0)?, pair)))
            .min_by_key(|(at, _)| *at)
        {
            let (before, after) = rest.split_at(at);
            out.push_str(before);
            out.push_str(value);
            rest = after.strip_prefix(name).unwrap_or(after);
        }
        out.push_str(rest);
        out
    }

    /// The line with the link to the controller's door.
    #[must_use]
    pub fn door_line(&self, link: &str) -> String {
        self.door_line.replace("{link}", link)
    }

    /// The label of a kind of identifier.
    #[must_use]
    pub fn identifier<'a>(&'a self, kind: &'a str) -> &'a str {
        word(&self.identifier, kind)
    }

    /// The label of a kind of ground.
    #[must_use]
    pub fn ground<'a>(&'a self, kind: &'a str) -> &'a str {
        word(&self.ground, kind)
    }

    /// The name of a right.
    #[must_use]
    pub fn right<'a>(&'a self, kind: &'a str) -> &'a str {
        word(&self.right, kind)
    }

    /// The name of a letter kind.
    #[must_use]
    pub fn letter<'a>(&'a self, kind: &'a str) -> &'a str {
        word(&self.letter, kind)
    }

    /// The name of a scenario.
    #[must_use]
    pub fn scenario<'a>(&'a self, kind: &'a str) -> &'a str {
        word(&self.scenario, kind)
    }

    /// The word for who acts for whom.
    #[must_use]
    pub fn relation<'a>(&'a self, kind: &'a str) -> &'a str {
        word(&self.relation, kind)
    }

    /// Joins words: "a, b and c".
    #[must_use]
    pub fn list(&self, words: &[String]) -> String {
        match words {
            [] => String::new(),
            [one] => one.clone(),
            [all @ .., last] => format!("{} {} {last}", all.join(", "), self.list_and),
        }
    }
}

fn word<'a>(table: &'a BTreeMap<String, String>, kind: &'a str) -> &'a str {
    table.get(kind).map_or(kind, String::as_str)
}

/// The words of every language that has a file.
///
/// # Errors
/// File and reason of the first that cannot be read.
pub fn all_words() -> Result<BTreeMap<String, Words>, String> {
    let mut found = BTreeMap::new();
    for (path, text) in files::all() {
        if let Some(language) = path
            .strip_prefix("text/")
            .and_then(|name| name.strip_suffix(".toml"))
        {
            let words =
                toml::from_str(&text).map_err(|error| format!("templates/{path}: {error}"))?;
            found.insert(language.to_owned(), words);
        }
    }
    Ok(found)
}
