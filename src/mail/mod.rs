//! Mail as bytes: building messages. Sends nothing and decides nothing.

mod eml;

pub use eml::{EmlAddresses, to_eml};
