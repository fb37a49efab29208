//! The rules of the house: law, deadlines, letters as documents. Pure: no input or output, no clock, no database, no network.
#![warn(missing_docs)]

pub mod calendar;
pub mod case;
pub mod clock;
pub mod deadline;
pub mod document;
pub mod door;
pub mod law;
pub mod letter;
pub mod names;
pub mod nearest;
pub mod outbox;
pub mod pacing;
pub mod party;
pub mod place;
pub mod random;
pub mod reading;
