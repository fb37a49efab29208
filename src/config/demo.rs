//! What the demo needs beyond the directory: a company and people, none of whom exists.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::law_files::ConfigFiles;

/// The company of the demo, which does not exist.
#[must_use]
pub fn demo_companies() -> BTreeMap<String, String> {
    let file = ConfigFiles::get("demo/example-data.toml");
    let text = file.map(|file| String::from_utf8_lossy(&file.data).into_owned());
    text.into_iter()
        .map(|text| ("controllers/example-data.toml".to_owned(), text))
        .collect()
}

/// A person of the demo, who does not exist either.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "the fields are those of config/demo/people.toml"
)]
pub struct DemoPerson {
    pub name: String,
    pub email: String,
    pub country: String,
    pub region: String,
    pub company: String,
    pub way: DemoWay,
    pub ground: String,
    pub text: String,
}

/// How far a case of the demo has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DemoWay {
    /// Sent through a form; the answer is overdue.
    Overdue,
    /// Sent by e-mail; a refusal came and waits to be read.
    Refused,
    /// Confirmed, and not sent yet.
    Ready,
}

/// The people of the demo.
///
/// # Errors
/// A file that does not parse, in words.
pub fn demo_people() -> Result<Vec<DemoPerson>, String> {
    #[derive(Deserialize)]
    struct People {
        person: Vec<DemoPerson>,
    }
    let file = ConfigFiles::get("demo/people.toml").ok_or("demo/people.toml is missing")?;
    let text = String::from_utf8_lossy(&file.data).into_owned();
    let people: People = toml::from_str(&text).map_err(|error| error.to_string())?;
    Ok(people.person)
}
