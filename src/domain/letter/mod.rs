//! Letters before they are words: the facts of a case, and the plan of which law, rights and addressee a letter has.

mod answer;
mod facts;
mod names;
mod plan;
mod raw;

pub use answer::AnswerDetails;
pub use facts::{
    CaseFacts, FieldError, GivenController, Ground, HistoryEntry, Identifier, OnBehalf, Person,
    Signature,
};
pub use names::{
    Channel, GroundKind, IdentifierKind, LetterKind, Reasons, RefusalGround, Relation, ReplyKind,
    Right, Scenario,
};
pub use plan::{Addressed, ExtensionFacts, LetterPlan, Refusal, plan, regime_of};
pub use raw::{RawCase, RawController, RawHistory, RawOnBehalf, RawPair, RawSubject};
