//! The facts of a case as they come in (`CASE.json`): nothing is believed yet.

use serde::{Deserialize, Serialize};

/// The JSON as it comes in: nothing is believed yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of CASE.json")]
pub struct RawCase {
    pub kind: String,
    #[serde(default)]
    pub rights: Vec<String>,
    #[serde(default = "general")]
    pub scenario: String,
    pub jurisdiction: String,
    pub language: String,
    pub controller: RawController,
    pub subject: RawSubject,
    #[serde(default)]
    pub on_behalf_of: Option<RawOnBehalf>,
    #[serde(default)]
    pub grounds: Vec<RawPair>,
    #[serde(default)]
    pub own_paragraph: String,
    #[serde(default)]
    pub signature: Option<RawPair>,
    #[serde(default)]
    pub written_on: Option<String>,
    #[serde(default)]
    pub received_on: Option<String>,
    #[serde(default)]
    pub history: Vec<RawHistory>,
}

fn general() -> String {
    "general".to_owned()
}

/// A controller of the directory by id, or one described.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
#[expect(missing_docs, reason = "the fields are those of CASE.json")]
pub enum RawController {
    Id(String),
    Described {
        name: String,
        #[serde(default)]
        address: Vec<String>,
        #[serde(default)]
        email: Option<String>,
    },
}

/// Who writes, as it comes in.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of CASE.json")]
pub struct RawSubject {
    pub name: String,
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub address: Vec<String>,
    #[serde(default)]
    pub identifiers: Vec<RawPair>,
}

/// For whom, as it comes in.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of CASE.json")]
pub struct RawOnBehalf {
    pub relation: String,
    pub name: String,
    #[serde(default)]
    pub born_on: Option<String>,
    #[serde(default)]
    pub identifiers: Vec<RawPair>,
}

/// A kind with a value: an identifier, a ground (`text`), a signature.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of CASE.json")]
pub struct RawPair {
    pub kind: String,
    #[serde(alias = "text")]
    pub value: String,
}

/// What happened before, as it comes in.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of CASE.json")]
pub struct RawHistory {
    pub kind: String,
    #[serde(default)]
    pub sent_on: Option<String>,
    #[serde(default)]
    pub received_on: Option<String>,
    #[serde(default)]
    pub channel: Option<String>,
    #[serde(default)]
    pub reference: Option<String>,
    #[serde(default)]
    pub text: Option<String>,
    #[serde(default)]
    pub refusal_ground: Option<String>,
    #[serde(default)]
    pub extension_until: Option<String>,
    #[serde(default)]
    pub reasons: Option<String>,
}
