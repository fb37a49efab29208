//! Use cases: one story per file, told from top to bottom. They decide the order of things; the rules are in `domain`, the crafts below.

mod account;
pub mod case;
mod check_data;
mod compose_letter;
mod context;
pub mod form;
mod notices;
mod send_mail;
mod sweep;
mod wake_cases;

pub use account::{SESSION, SHORTEST_PASSWORD, save_account, sign_in, sign_out, signed_in};
pub use check_data::{CheckReport, Sample, check_data, samples};
pub use compose_letter::{ComposeError, ComposedLetter, compose_letter};
pub use context::{App, AppError, Operator, PostOffice};
pub use send_mail::{Claimed, ClaimedMail, LEASE, Report, claim_mail, settle};
pub use sweep::sweep;
pub use wake_cases::wake_cases;
