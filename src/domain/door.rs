//! What a controller can say at its door: receipt, more time, an answer to each right. Owns what such a word must hold and which kind of answer it proposes; what it means the person says.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::letter::{AnswerDetails, Reasons, RefusalGround, ReplyKind, Right};
use super::names::names;

names! {
    /// What a controller says of one right.
    RightAnswer, "answer to a right":
    Fulfilled = "fulfilled", Partly = "partly", Refused = "refused", NoData = "no_data",
}

/// The longest text beside a declaration, in characters.
pub const LONGEST_TEXT: usize = 20_000;

/// What was declared at the door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Declared {
    /// The letter arrived.
    Received,
    /// More time is taken. A day beyond what the law allows is taken, too: it is marked, not refused.
    Extension {
        /// The day by which an answer is announced.
        until: NaiveDate,
    },
    /// An answer to every right that was asked.
    Answer {
        /// One line for each right.
        rights: Vec<RightDeclared>,
    },
}

/// What was declared of one right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RightDeclared {
    /// The right.
    pub right: Right,
    /// What is said of it.
    pub answer: RightAnswer,
    /// The ground of a refusal.
    pub ground: Option<RefusalGround>,
}

/// What is wrong with a declaration; each has a word of the screens (`problem.door_…`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DoorFault {
    /// A right was asked and nothing is said of it, or twice.
    RightMissing(Right),
    /// Something is said of a right that nobody asked.
    RightNotAsked(Right),
    /// A refusal without its ground.
    GroundMissing(Right),
    /// The day that is announced has passed.
    UntilPast,
    /// More time without a reason.
    ReasonsMissing,
    /// The text is longer than [`LONGEST_TEXT`].
    TextLong,
}

impl Declared {
    /// Everything that is wrong. `asked`: the rights of the letter; `today`: at the controller's place; `text`: what is written beside it.
    #[must_use]
    pub fn faults(&self, asked: &[Right], today: NaiveDate, text: &str) -> Vec<DoorFault> {
        let mut faults = match self {
            Declared::Received => Vec::new(),
            Declared::Extension { until } => {
                let past = (*until < today).then_some(DoorFault::UntilPast);
                let bare = text.trim().is_empty().then_some(DoorFault::ReasonsMissing);
                past.into_iter().chain(bare).collect()
            }
            Declared::Answer { rights } => faults_of_rights(rights, asked),
        };
        if text.chars().count() > LONGEST_TEXT {
            faults.push(DoorFault::TextLong);
        }
        faults
    }

    /// The kind of answer it proposes to the person, with the details that go with it.
    #[must_use]
    pub fn proposed(&self, text: &str) -> (ReplyKind, AnswerDetails) {
        match self {
            Declared::Received => (ReplyKind::Acknowledgement, AnswerDetails::default()),
            Declared::Extension { until } => {
                let details = AnswerDetails {
                    extension_until: Some(*until),
                    reasons: Some(if text.trim().is_empty() {
                        Reasons::Missing
                    } else {
                        Reasons::Given
                    }),
                    ..AnswerDetails::default()
                };
                (ReplyKind::ExtensionNotice, details)
            }
            Declared::Answer { rights } => {
                let kind = kind_of_answers(rights);
                let ground = rights.iter().find_map(|one| one.ground);
                // Whether the words beside it are reasons, the person judges.
                let details = AnswerDetails {
                    refusal_ground: ground.filter(|_| kind == ReplyKind::Refused),
                    ..AnswerDetails::default()
                };
                (kind, details)
            }
        }
    }

    /// The word of the interfaces.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Declared::Received => "received",
            Declared::Extension { .. } => "extension",
            Declared::Answer { .. } => "answer",
        }
    }
}

fn faults_of_rights(rights: &[RightDeclared], asked: &[Right]) -> Vec<DoorFault> {
    let said = |right: &Right| rights.iter().filter(|one| one.right == *right).count();
    let missing = asked
        .iter()
        .filter(|right| said(right) != 1)
        .map(|right| DoorFault::RightMissing(*right));
    let others = rights.iter().filter_map(|one| {
        if !asked.contains(&one.right) {
            return Some(DoorFault::RightNotAsked(one.right));
        }
        let bare = one.answer == RightAnswer::Refused && one.ground.is_none();
        bare.then_some(DoorFault::GroundMissing(one.right))
    });
    missing.chain(others).collect()
}

/// One word for all rights together: what is not the same everywhere is a part.
fn kind_of_answers(rights: &[RightDeclared]) -> ReplyKind {
    let all = |answer| rights.iter().all(|one| one.answer == answer);
    if all(RightAnswer::Fulfilled) {
        ReplyKind::Complied
    } else if all(RightAnswer::Refused) {
        ReplyKind::Refused
    } else if all(RightAnswer::NoData) {
        ReplyKind::NoData
    } else {
        ReplyKind::Partial
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, day).unwrap()
    }

    type Said = (Right, RightAnswer, Option<RefusalGround>);

    fn answers(pairs: &[Said]) -> Declared {
        let one = |(right, answer, ground): &Said| RightDeclared {
            right: *right,
            answer: *answer,
            ground: *ground,
        };
        Declared::Answer {
            rights: pairs.iter().map(one).collect(),
        }
    }

    #[test]
    fn an_answer_says_something_of_every_right_once_and_of_no_other() {
        let asked = [Right::Objection, Right::Erasure];
        let said = answers(&[
            (Right::Objection, RightAnswer::Refused, None),
            (Right::Access, RightAnswer::Fulfilled, None),
        ]);
        assert_eq!(
            said.faults(&asked, day(1), ""),
            [
                DoorFault::RightMissing(Right::Erasure),
                DoorFault::GroundMissing(Right::Objection),
                DoorFault::RightNotAsked(Right::Access),
            ]
        );
    }

    #[test]
    fn more_time_needs_a_day_that_has_not_passed_and_a_reason() {
        let said = Declared::Extension { until: day(1) };
        assert!(said.faults(&[], day(1), "Many requests.").is_empty());
        assert_eq!(
            said.faults(&[], day(2), " "),
            [DoorFault::UntilPast, DoorFault::ReasonsMissing]
        );
        let long = "x".repeat(LONGEST_TEXT + 1);
        assert_eq!(
            Declared::Received.faults(&[], day(1), &long),
            [DoorFault::TextLong]
        );
    }

    #[test]
    fn what_is_not_the_same_for_every_right_proposes_a_part() {
        let refused = (
            Right::Objection,
            RightAnswer::Refused,
            Some(RefusalGround::PublicData),
        );
        let done = (Right::Erasure, RightAnswer::Fulfilled, None);
        let kind = |pairs: &[Said]| answers(pairs).proposed("").0;
        assert_eq!(kind(&[refused, done]), ReplyKind::Partial);
        assert_eq!(kind(&[done]), ReplyKind::Complied);
        let (kind, details) = answers(&[refused]).proposed("Because.");
        assert_eq!(
            (kind, details.refusal_ground, details.reasons),
            (ReplyKind::Refused, Some(RefusalGround::PublicData), None)
        );
    }
}
