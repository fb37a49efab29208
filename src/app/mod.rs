//! Use cases: one story per file, told from top to bottom. They decide the order of things; the rules are in `domain`, the crafts below.

pub mod case;
mod check_data;
mod compose_letter;
mod context;
pub mod form;

pub use check_data::{CheckReport, Sample, check_data, samples};
pub use compose_letter::{ComposeError, ComposedLetter, compose_letter};
pub use context::{App, AppError, Operator};
