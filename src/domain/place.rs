//! Places: ISO codes of countries and their parts, and the time zone and holiday calendar that go with them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::nearest::nearest;

/// An ISO 3166-1 alpha-2 code, with an ISO 3166-2 part where given: `DE`, `DE-BE`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlaceCode(String);

/// The code is not in ISO 3166.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is no ISO 3166 code; nearest: {}", near.join(", "))]
pub struct UnknownPlace {
    /// What was given.
    pub given: String,
    /// Valid codes that look like it.
    pub near: Vec<String>,
}

impl PlaceCode {
    /// Reads a code, upper or lower case, and checks it against ISO 3166-1 and 3166-2.
    ///
    /// # Errors
    /// [`UnknownPlace`], with the nearest valid codes.
    pub fn parse(given: &str) -> Result<PlaceCode, UnknownPlace> {
        let code = given.trim().to_ascii_uppercase();
        let known = if code.contains('-') {
            rust_iso3166::iso3166_2::from_code(&code).is_some()
        } else {
            code.len() == 2 && rust_iso3166::from_alpha2(&code).is_some()
        };
        if known {
            Ok(PlaceCode(code))
        } else {
            Err(unknown(given.trim(), &code))
        }
    }

    /// The country part, `DE` of `DE-BE`.
    #[must_use]
    pub fn country(&self) -> &str {
        self.0.split('-').next().unwrap_or(&self.0)
    }

    /// The part behind the country, `BE` of `DE-BE`.
    #[must_use]
    pub fn subdivision(&self) -> Option<&str> {
        self.0.split_once('-').map(|(_, part)| part)
    }

    /// The code itself, then its country: the order in which records are looked up.
    pub fn with_fallback(&self) -> impl Iterator<Item = &str> {
        let country = self.country();
        std::iter::once(self.0.as_str()).chain((country != self.0).then_some(country))
    }

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PlaceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn unknown(given: &str, code: &str) -> UnknownPlace {
    let country = code.split('-').next().unwrap_or(code);
    let parts = rust_iso3166::iso3166_2::SUBDIVISION_COUNTRY_MAP
        .get(country)
        .copied()
        .unwrap_or_default();
    let near = if code.contains('-') && !parts.is_empty() {
        nearest(code, parts.iter().map(|part| part.code))
    } else {
        nearest(country, rust_iso3166::ALL_ALPHA2.iter().copied())
    };
    UnknownPlace {
        given: given.to_owned(),
        near,
    }
}

/// What the clock of a place needs: `config/places.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// ISO code.
    pub code: String,
    /// IANA time zone.
    pub zone: String,
    /// Id of its holiday calendar, empty = no data.
    pub calendar: String,
    /// Id of the calendar of every holiday of any kind and part of the country, empty = none.
    #[serde(default)]
    pub wide: String,
    /// Remark for whoever reads the file.
    #[serde(default)]
    pub note: String,
}

#[cfg(test)]
mod tests {
    use super::PlaceCode;

    #[test]
    fn a_code_falls_back_to_its_country() {
        let code = PlaceCode::parse("gb-eng").unwrap();
        assert_eq!(code.with_fallback().collect::<Vec<_>>(), ["GB-ENG", "GB"]);
    }

    #[test]
    fn a_wrong_code_names_the_nearest() {
        let error = PlaceCode::parse("DE-XX").unwrap_err();
        assert!(
            error.near.iter().all(|code| code.starts_with("DE-")),
            "{error}"
        );
        assert!(
            PlaceCode::parse("Q").is_err()
                && PlaceCode::parse("").is_err()
                && PlaceCode::parse("-").is_err()
        );
    }
}
