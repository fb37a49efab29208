//! Civil dates in TOML: written `2026-11-23` without quotation marks.

use chrono::NaiveDate;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// Reads a TOML local date.
pub(crate) fn civil_date<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<NaiveDate, D::Error> {
    let date = toml::value::Datetime::deserialize(deserializer)?;
    date.to_string().parse().map_err(|_ignored| {
        D::Error::custom(format!("`{date}` is no date; write it as 2026-11-23"))
    })
}

/// The same for a date that may be missing.
pub(crate) fn optional_civil_date<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<NaiveDate>, D::Error> {
    civil_date(deserializer).map(Some)
}
