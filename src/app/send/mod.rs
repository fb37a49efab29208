//! The outbox at work: mails are claimed and their bytes fixed before the network (`claim`, `render`), and what became of them written down after (`settle`).
//! The network itself is the caller's.

mod claim;
mod queue;
mod render;
mod settle;

pub use claim::{Claimed, ClaimedMail, LEASE, claim_mails, release_mails, renew_claims};
pub use queue::{QueueView, resume_place, view_queue};
pub use settle::{Report, Settled, settle, settle_all};
