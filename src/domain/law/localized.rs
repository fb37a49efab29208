//! A text in several languages, and the fallback from a regional language to its base.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Texts by BCP 47 language.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Localized(pub BTreeMap<String, String>);

impl Localized {
    /// The text in a language, or in its base (`de-AT`, then `de`). Never in another language.
    #[must_use]
    pub fn get(&self, language: &str) -> Option<&str> {
        language_fallback(language)
            .find_map(|language| self.0.get(language))
            .map(String::as_str)
    }

    /// The text for a screen: in the language, else in English, else whatever there is.
    #[must_use]
    pub fn for_screen(&self, language: &str) -> &str {
        self.get(language)
            .or_else(|| self.get("en"))
            .or_else(|| self.0.values().next().map(String::as_str))
            .unwrap_or("")
    }
}

/// A language and its bases, most exact first: `zh-Hant-TW`, `zh-Hant`, `zh`.
pub fn language_fallback(language: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(language), |language| {
        language.rsplit_once('-').map(|(base, _)| base)
    })
}
