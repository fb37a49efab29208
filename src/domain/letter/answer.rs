//! What a person says of an answer beyond its kind.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::names::{Reasons, RefusalGround};

/// The details of an answer, as far as the person told them; each counts only for the kinds to which it belongs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerDetails {
    /// Why it refuses.
    pub refusal_ground: Option<RefusalGround>,
    /// Until when it wants more time.
    pub extension_until: Option<NaiveDate>,
    /// Whether it gives reasons.
    pub reasons: Option<Reasons>,
}
