//! The jobs: a heartbeat that wakes them, and the worker that does them one after the other. What is due they ask the database; they decide nothing.

mod heartbeat;
mod post;
mod worker;

pub use post::Post;
pub use worker::{Worker, run_jobs};
