//! Letters before they are words: the facts of a case, and the plan of which law, rights and addressee a letter has.

mod facts;
mod names;
mod plan;

pub use facts::{
    CaseFacts, FieldError, GivenController, Ground, HistoryEntry, Identifier, OnBehalf, Person,
    RawCase, Signature,
};
pub use names::{
    Channel, GroundKind, IdentifierKind, LetterKind, Relation, ReplyKind, Right, Scenario,
};
pub use plan::{Addressed, LetterPlan, Refusal, plan};
