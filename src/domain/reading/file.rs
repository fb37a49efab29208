//! The shape of a language file; `config/reading/README.md` explains it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::concept::{Concept, Ground};

/// A language file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) code: String,
    #[serde(rename = "name")]
    pub(super) _name: String,
    #[serde(default)]
    pub(super) solid: bool,
    #[serde(default)]
    pub(super) elision: bool,
    #[serde(default)]
    pub(super) digraphs: bool,
    #[serde(default)]
    pub(super) negation_after: bool,
    pub(super) common: Vec<String>,
    pub(super) words: toml::Table,
    pub(super) frame: Frame,
    pub(super) say: BTreeMap<Concept, Vec<String>>,
    pub(super) ground: BTreeMap<Ground, Vec<String>>,
    pub(super) date: DateWords,
}

/// Words of quotes, headers and footers.
#[derive(Deserialize, Debug, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Frame {
    pub(super) wrote: Vec<String>,
    #[serde(rename = "on")]
    pub(super) _on: Vec<String>,
    pub(super) from: Vec<String>,
    pub(super) sent: Vec<String>,
    pub(super) to: Vec<String>,
    pub(super) subject: Vec<String>,
    pub(super) original: Vec<String>,
    pub(super) reply_above: Vec<String>,
    pub(super) closing: Vec<String>,
    pub(super) footer: Vec<String>,
    #[serde(default)]
    pub(super) letter: Vec<String>,
}

/// Words of dates and lengths.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DateWords {
    pub(super) months: Vec<Vec<String>>,
    pub(super) weekdays: Vec<Vec<String>>,
    pub(super) numbers: BTreeMap<String, u32>,
    pub(super) day: Vec<String>,
    pub(super) working_day: Vec<String>,
    pub(super) week: Vec<String>,
    pub(super) month: Vec<String>,
    pub(super) quarter: Vec<String>,
    pub(super) year: Vec<String>,
    pub(super) until: Vec<String>,
    pub(super) was: Vec<String>,
    pub(super) further: Vec<String>,
    pub(super) end_of: Vec<String>,
    pub(super) middle_of: Vec<String>,
    #[serde(rename = "start_of")]
    pub(super) _start_of: Vec<String>,
    pub(super) ticket: Vec<String>,
    pub(super) your_ticket: Vec<String>,
}
