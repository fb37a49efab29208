//! The form: what a person has answered so far, the order of the steps, and the case that follows from the answers.

mod answers;
mod problems;
mod state;

pub use answers::{Fields, apply};
pub use problems::{Problem, text_problem};
pub use state::{FormState, Step};
