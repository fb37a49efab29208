//! The jobs: a heartbeat that wakes them, the worker that does them, and the lanes that send. What is due they ask the database; they decide nothing.

mod heartbeat;
mod incoming;
mod lanes;
mod post;
mod worker;

pub use incoming::{Incoming, Looked};
pub use post::Post;
pub use worker::{Worker, run_jobs};
