//! Use cases: one story per file, told from top to bottom. They decide the order of things; the rules are in `domain`, the crafts below.

mod account;
pub mod case;
mod check_data;
mod compose_letter;
mod context;
pub mod form;
mod notices;
mod send;
mod sweep;
mod wake_cases;

pub use account::{SESSION, SHORTEST_PASSWORD, save_account, sign_in, sign_out, signed_in};
pub use check_data::{CheckReport, Sample, check_data, samples};
pub use compose_letter::{ComposeError, ComposedLetter, compose_letter};
pub use context::{App, AppError, Operator, PostOffice};
pub use send::{
    Claimed, ClaimedMail, LEASE, QueueView, Report, Settled, claim_mails, release_mails,
    renew_claims, resume_place, settle, settle_all, view_queue,
};
pub use sweep::sweep;
pub use wake_cases::wake_cases;
